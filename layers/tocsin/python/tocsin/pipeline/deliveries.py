"""The ledger of deliveries, page by page, and the story of one notification.

The journal is read backwards, window by window, so that a request reads about as much as it
shows. A window is as long as little is in it.
"""

from collections.abc import Callable, Iterator

import msgspec

from tocsin.domain.journal import DeliveryRecord
from tocsin.domain.ledger import Position, Try, Wanted, milliseconds, tries
from tocsin.ports import Journal

# How long the journal keeps what it says.
KEPT_S = 30 * 86_400.0
# A record is written when its try has ended, and no function runs for longer.
_WRITTEN_WITHIN_MS = 60_000
# A clock may be set back by so much between a record and its writing.
_SET_BACK_MS = 1_000
_FIRST_MS, _LONGEST_MS = 60_000, 3_600_000
# So many records in a window make the next one longer, or shorter.
_FEW, _MANY = 5_000, 50_000
# A window in which there are more is left to the next request, which begins with a short one.
_WINDOW_LIMIT = 250_000
# How many records are read between two looks at the clock.
_LOOK_EVERY = 256

HasTime = Callable[[], bool]


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """Tries, newest first. What is asked for goes on behind `after`; None: that is all."""

    tries: tuple[Try, ...]
    after: Position | None
    from_s: float


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """The tries at one notification since `from_s`, oldest first.

    `is_cut` if the time was over before all that was asked for was read.
    """

    tries: tuple[Try, ...]
    from_s: float
    is_cut: bool


class Span(msgspec.Struct, frozen=True):
    """From when to when is looked, in epoch seconds, both included."""

    since_s: float
    until_s: float

    @property
    def ms(self) -> tuple[int, int]:
        """Both ends in epoch milliseconds."""
        return milliseconds(self.since_s), milliseconds(self.until_s)


class Deliveries:
    """Reads the ledger of one tenant, as far as `has_time` allows."""

    def __init__(self, journal: Journal, tenant: str, has_time: HasTime) -> None:
        self._journal = journal
        self._tenant = tenant
        self._has_time = has_time

    def page(self, wanted: Wanted, span: Span, limit: int, before: Position | None = None) -> Page:
        """Return the newest `limit` tries of a span that are asked for, and stand behind `before`.

        A page may have fewer, or none, and yet not be the last: then the time was over.
        """
        since_ms, until_ms = span.ms
        end = Position(until_ms + 1)
        end = end if before is None else min(end, before)
        found: list[Try] = []
        read_ms = end.at_ms
        for begin_ms, records in self._windows(wanted, since_ms, end.at_ms):
            read_ms = begin_ms
            made = tries(self._tenant, records)
            found += [each for each in made if each.position < end and wanted.takes(each)]
            if len(found) > limit:
                break
        if len(found) > limit:
            found = found[:limit]
            after: Position | None = found[-1].position
        else:
            after = Position(read_ms) if read_ms > since_ms else None
        return Page(tries=tuple(found), after=after, from_s=read_ms / 1000)

    def story(self, key: str, span: Span, *, is_whole: bool) -> Story:
        """Return the tries at a notification in a span.

        Unless `is_whole`, it ends where the notification was not due yet, once it was found.
        """
        since_ms, until_ms = span.ms
        found: list[Try] = []
        read_ms, is_done = until_ms, False
        for begin_ms, records in self._windows(Wanted(key=key), since_ms, until_ms):
            read_ms = begin_ms
            made = tries(self._tenant, records)
            found += [each for each in made if each.position.at_ms <= until_ms]
            if not is_whole and _has_begun(found, begin_ms):
                is_done = True
                break
        is_cut = read_ms > since_ms and not is_done
        return Story(tries=tuple(reversed(found)), from_s=read_ms / 1000, is_cut=is_cut)

    def _windows(
        self, wanted: Wanted, since_ms: int, until_ms: int
    ) -> Iterator[tuple[int, list[DeliveryRecord]]]:
        """Yield the records of windows, the last window first, with the beginning of each.

        The first one is read whatever the time, so that every request gets on.
        """
        end_ms, read_to_ms, width_ms = until_ms, until_ms + _WRITTEN_WITHIN_MS, _FIRST_MS
        early: list[DeliveryRecord] = []
        while since_ms <= end_ms:
            begin_ms = max(since_ms, end_ms - width_ms)
            span_ms = (begin_ms - _SET_BACK_MS, read_to_ms)
            is_first = end_ms == until_ms
            part = self._part(wanted, span_ms, is_first=is_first)
            if part is None:
                return
            count, records = part
            records += early
            early = [each for each in records if milliseconds(each.at_s) < begin_ms]
            yield begin_ms, [each for each in records if milliseconds(each.at_s) >= begin_ms]
            if begin_ms <= since_ms or not self._has_time():
                return
            end_ms, read_to_ms = begin_ms, begin_ms - _SET_BACK_MS - 1
            width_ms = _next_width_ms(width_ms, count)

    def _part(
        self, wanted: Wanted, span_ms: tuple[int, int], *, is_first: bool
    ) -> tuple[int, list[DeliveryRecord]] | None:
        """Return how many records a span has, and those that are asked for; None: too many."""
        found: list[DeliveryRecord] = []
        count = 0
        for record in self._journal.read(self._tenant, span_ms[0] / 1000, span_ms[1] / 1000):
            count += 1
            looks = not is_first and count % _LOOK_EVERY == 0
            if looks and (count > _WINDOW_LIMIT or not self._has_time()):
                return None
            if isinstance(record, DeliveryRecord) and wanted.may_take(record):
                found.append(record)
        return count, found


def _next_width_ms(width_ms: int, count: int) -> int:
    if count < _FEW:
        return min(2 * width_ms, _LONGEST_MS)
    return max(width_ms // 2, _FIRST_MS) if count > _MANY else width_ms


def _has_begun(found: list[Try], begin_ms: int) -> bool:
    """Tell whether nothing of a notification can be older than what was found."""
    due_at_s = [each.due_at_s for each in found if each.due_at_s]
    return bool(due_at_s) and milliseconds(min(due_at_s)) >= begin_ms
