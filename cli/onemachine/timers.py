"""Wakes what is due when it is due, without looking every so often."""

from typing import Literal, cast

from tocsin.adapters.sqlite import SqliteGroups
from tocsin.domain.group import Group, GroupKey
from tocsin.pipeline.tick import Tick, TickPorts
from tocsin.ports import Blobs, Clock, Groups, Outbox

# A group stays due until whoever was woken has seen to it. If nobody has by then, it is woken
# again, as on AWS each minute.
AGAIN_S = 60.0
# The clock may be set meanwhile.
_LONGEST_WAIT_S = 1.0

_Due = tuple[str, GroupKey, float]


class DueOnce:
    """The groups, of which each due time is shown once in a while only."""

    def __init__(self, groups: SqliteGroups) -> None:
        self._groups = groups
        self._shown_at_s: dict[_Due, float] = {}

    def due(self, kind: Literal["resolve", "poke"], now_s: float, limit: int) -> list[Group]:
        """Return groups whose due time has come and was not shown, oldest first."""
        self._shown_at_s = {
            due: at_s for due, at_s in self._shown_at_s.items() if now_s - AGAIN_S < at_s <= now_s
        }
        fresh: list[Group] = []
        for group in self._groups.due(kind, now_s, limit + len(self._shown_at_s)):
            due_at_s: float = getattr(group, f"{kind}_due_at_s")
            due = (kind, group.key, due_at_s)
            if due not in self._shown_at_s:
                self._shown_at_s[due] = now_s
                fresh.append(group)
        return fresh[:limit]

    def next_s(self, now_s: float) -> float:
        """Return when something may be due next."""
        again_s = min(self._shown_at_s.values(), default=float("inf")) + AGAIN_S
        return min(again_s, self._groups.next_due_s(now_s))


class TimerTurn:
    """One turn of the clock: wake what is due, then wait for the next due time."""

    def __init__(self, groups: SqliteGroups, outbox: Outbox, blobs: Blobs, clock: Clock) -> None:
        self._groups = groups
        self._due = DueOnce(groups)
        self._clock = clock
        # Tick only looks at what is due.
        shown = cast(Groups, self._due)
        self._tick = Tick(TickPorts(outbox=outbox, blobs=blobs, groups=shown))

    def __call__(self) -> None:
        """Wake, and wait."""
        now_s = self._clock()
        self._tick.run(now_s)
        self._groups.alarm.wait(self._due.next_s(now_s), self._clock(), _LONGEST_WAIT_S)
