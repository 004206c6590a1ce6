"""What the journal says of a tenant's alerts, minute by minute, as series of numbers.

Records can stand in the journal twice, so each counts once, by what it is about.
"""

from collections import Counter
from collections.abc import Hashable, Iterable

from tocsin.domain.journal import DeliveryRecord, EnvelopeRecord, Record
from tocsin.domain.series import Labels, Series

_SLOT_S = 60

# By series: how many in each minute.
_Counts = dict[Labels, Counter[int]]


class JournalCounts:
    """Counts of the records from `from_s` to `to_s`."""

    def __init__(self, records: Iterable[Record], from_s: float, to_s: float) -> None:
        self._from_s = from_s
        self._to_s = to_s
        self._seen: set[Hashable] = set()
        self.accepted: _Counts = {}
        self.duplicates: _Counts = {}
        self.dead: _Counts = {}
        self.deliveries: _Counts = {}
        for record in records:
            if not from_s <= record.at_s <= to_s:
                continue
            if isinstance(record, EnvelopeRecord):
                self._note_envelope(record)
            elif isinstance(record, DeliveryRecord):
                self._note_delivery(record)

    def series(self, counts: _Counts) -> tuple[Series, ...]:
        """Return a point for each minute; one without anything is 0."""
        minutes = range(_slot(self._from_s), _slot(self._to_s) + 1, _SLOT_S)
        return tuple(
            Series(labels, tuple((max(at_s, self._from_s), float(found[at_s])) for at_s in minutes))
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
                tuple(
                    (max(at_s, self._from_s), 100 * failures.get(receiver, Counter())[at_s] / count)
                    for at_s, count in sorted(found.items())
                ),
            )
            for receiver, found in sorted(tries.items())
        )

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
            counts.setdefault(labels, Counter())[_slot(record.at_s)] += count

    def _note_delivery(self, record: DeliveryRecord) -> None:
        what = (record.source, record.group, record.step, record.outcome, record.attempt)
        if self._is_new(*what, record.key):
            labels = (("outcome", record.outcome), ("receiver", record.receiver))
            self.deliveries.setdefault(labels, Counter())[_slot(record.at_s)] += 1


def _slot(at_s: float) -> int:
    return int(at_s // _SLOT_S) * _SLOT_S
