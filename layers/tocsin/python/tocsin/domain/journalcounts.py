"""What the journal says of a tenant's alerts, minute by minute, as series of numbers.

The minutes are counted back from the end of the span, so that a window has whole ones only, and a
point stands at the end of its minute. Records can stand in the journal twice, so each counts once,
by what it is about.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from math import ceil

from tocsin.domain.journal import DeliveryRecord, EnvelopeRecord, Record
from tocsin.domain.series import Labels, Point, Series

_SLOT_S = 60.0

# By series: how many in each minute, of which 0 is the last.
_Counts = dict[Labels, Counter[int]]


class JournalCounts:
    """Counts of the records after `from_s` and up to `to_s`, in epoch seconds."""

    def __init__(self, records: Iterable[Record], from_s: float, to_s: float) -> None:
        self._from_s = from_s
        self._to_s = to_s
        self._seen: set[Hashable] = set()
        self.accepted: _Counts = {}
        self.duplicates: _Counts = {}
        self.dead: _Counts = {}
        self.deliveries: _Counts = {}
        for record in records:
            if not from_s < record.at_s <= to_s:
                continue
            if isinstance(record, EnvelopeRecord):
                self._note_envelope(record)
            elif isinstance(record, DeliveryRecord):
                self._note_delivery(record)

    def series(self, counts: _Counts) -> tuple[Series, ...]:
        """Return a point for each minute; one without anything is 0."""
        minutes = range(ceil((self._to_s - self._from_s) / _SLOT_S))
        return tuple(
            Series(labels, self._points({minute: float(found[minute]) for minute in minutes}))
            for labels, found in sorted(counts.items())
        )

    def failed_percent(self) -> tuple[Series, ...]:
        """Return by receiver how many of a minute's tries failed, for minutes that have any."""
        tries: dict[str, Counter[int]] = {}
        failures: dict[str, Counter[int]] = {}
        for labels, found in self.deliveries.items():
            outcome, receiver = dict(labels)["outcome"], dict(labels)["receiver"]
            if outcome in ("delivered", "failed"):
                tries.setdefault(receiver, Counter()).update(found)
            if outcome == "failed":
                failures[receiver] = found
        return tuple(
            Series(
                (("domain", receiver),),
                self._points(
                    {
                        minute: 100 * failures.get(receiver, Counter())[minute] / count
                        for minute, count in found.items()
                    }
                ),
            )
            for receiver, found in sorted(tries.items())
        )

    def _points(self, values: Mapping[int, float]) -> tuple[Point, ...]:
        return tuple(
            (self._to_s - minute * _SLOT_S, value)
            for minute, value in sorted(values.items(), reverse=True)
        )

    def _minute(self, at_s: float) -> int:
        return int((self._to_s - at_s) // _SLOT_S)

    def _is_new(self, *what: Hashable) -> bool:
        if what in self._seen:
            return False
        self._seen.add(what)
        return True

    def _note_envelope(self, record: EnvelopeRecord) -> None:
        if not self._is_new(record.request, record.envelope):
            return
        labels = (("provider", record.provider),)
        duplicates = sum(record.duplicates.values()) + len(record.repeated)
        for counts, count in (
            (self.accepted, record.accepted),
            (self.duplicates, duplicates),
            (self.dead, len(record.dead)),
        ):
            counts.setdefault(labels, Counter())[self._minute(record.at_s)] += count

    def _note_delivery(self, record: DeliveryRecord) -> None:
        what = (record.source, record.group, record.step, record.outcome, record.attempt)
        if self._is_new(*what, record.key):
            labels = (("outcome", record.outcome), ("receiver", record.receiver))
            self.deliveries.setdefault(labels, Counter())[self._minute(record.at_s)] += 1
