"""What can go wrong at one call, and the plans that say where it does."""

from collections import Counter
from collections.abc import Iterable, Mapping
from random import Random
from typing import Any, Literal, Protocol, get_args

import msgspec

# "before" and "after" are about the effect of the call:
#   crash_before, crash_after   the process dies
#   timeout                     no answer and no effect, however often the client tries
#   error                       the service fails (HTTP 500) without effect, however often
#   throttle                    the service asks for patience, however often; HTTP 429 outside
#   error_after                 the effect took place, and the answer is a 500; a retry works
#   lost                        the effect took place, and the answer is lost; a retry works
#   lost_always                 the effect takes place at every try, and every answer is lost
#   partial                     some entries of a batch fail
#   conflict                    somebody else writes the same item at the same moment
#   refused                     a receiver wants no more (HTTP 410)
Kind = Literal[
    "crash_before",
    "crash_after",
    "timeout",
    "error",
    "throttle",
    "error_after",
    "lost",
    "lost_always",
    "partial",
    "conflict",
    "refused",
]
KINDS: tuple[Kind, ...] = get_args(Kind)

CRASHES: frozenset[Kind] = frozenset({"crash_before", "crash_after"})
WITHOUT_EFFECT: frozenset[Kind] = frozenset({"timeout", "error", "throttle", "conflict", "refused"})

_ANYWHERE: tuple[Kind, ...] = (
    "crash_before",
    "crash_after",
    "timeout",
    "error",
    "throttle",
    "error_after",
    "lost",
    "lost_always",
)
_BATCHES = {"SendMessageBatch", "BatchWriteItem", "BatchGetItem", "DeleteMessageBatch"}
_CONDITIONAL = {"TransactWriteItems", "UpdateItem"}


class Crash(BaseException):
    """The process dies: nothing in the product may catch it."""


class Call(msgspec.Struct, kw_only=True):
    """One call of a handler to AWS or to a receiver."""

    index: int
    stage: str
    site: str
    line: str = ""
    service: str
    operation: str
    entries: int = 1
    attempts: int = 0
    fault: Kind | None = None
    # What a partial failure leaves undone of a batch.
    left: dict[str, Any] | None = None

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """What can go wrong here."""
        return kinds_of(self.service, self.operation, self.entries)

    def __str__(self) -> str:
        return f"{self.index} {self.stage}: {self.service} {self.operation} in {self.site}"


def kinds_of(service: str, operation: str, entries: int = 2) -> tuple[Kind, ...]:
    """Return what can go wrong at calls of this operation."""
    kinds = list(_ANYWHERE)
    if service == "http":
        # urllib3 does not try again by itself, so one loss is as good as always.
        return (*(kind for kind in kinds if kind != "lost_always"), "refused")
    if operation in _BATCHES and entries > 1:
        kinds.append("partial")
    if operation in _CONDITIONAL:
        kinds.append("conflict")
    return tuple(kinds)


# What stands between a method and a queue, where a site is told apart by its queue.
TO = " to "
# Stage, method of a port, service, operation.
Site = tuple[str, str, str, str]


class Plan(Protocol):
    """Says what goes wrong at a call."""

    def fault(self, call: Call) -> Kind | None: ...

    def cease(self) -> None:
        """Let nothing go wrong from now on."""


class Exact:
    """These faults at these calls, by index."""

    def __init__(self, faults: Mapping[int, Kind] | None = None) -> None:
        self._faults = dict(faults or {})
        self._is_over = False

    def fault(self, call: Call) -> Kind | None:
        """Return the fault that is planned here, if it can happen here."""
        kind = None if self._is_over else self._faults.get(call.index)
        return kind if kind in call.kinds else None

    def cease(self) -> None:
        """Let nothing go wrong from now on."""
        self._is_over = True


class Chance:
    """Faults at random: each kind of `kinds` alike, at a share `rate` of all calls."""

    def __init__(self, random: Random, rate: float, kinds: Iterable[Kind]) -> None:
        self._random = random
        self._rate = rate
        self._kinds = set(kinds)
        self._is_over = False

    def fault(self, call: Call) -> Kind | None:
        """Draw."""
        if self._is_over or self._random.random() >= self._rate:
            return None
        # Lists, not sets: the order decides what is drawn.
        possible = [kind for kind in call.kinds if kind in self._kinds]
        return self._random.choice(possible) if possible else None

    def cease(self) -> None:
        """Let nothing go wrong from now on."""
        self._is_over = True


class Fired:
    """How often each kind of fault happened at each call site, by stage."""

    def __init__(self) -> None:
        self.sites: Counter[Site] = Counter()
        self.counts: Counter[tuple[Site, Kind]] = Counter()
        self.lines: set[str] = set()

    def note(self, call: Call) -> None:
        """Count a call, and its fault if it has one."""
        site = (call.stage, call.site, call.service, call.operation)
        self.sites[site] += 1
        self.lines.add(call.line)
        if call.fault is not None:
            self.counts[(site, call.fault)] += 1

    def add(self, other: "Fired") -> None:
        """Add the counts of another."""
        self.sites.update(other.sites)
        self.counts.update(other.counts)
        self.lines |= other.lines

    def missing(self) -> list[str]:
        """Return the sites and kinds that never came together."""
        return [
            f"{stage} {site}: {service} {operation} never met {kind}"
            for stage, site, service, operation in sorted(self.sites)
            for kind in kinds_of(service, operation)
            if not self.counts[((stage, site, service, operation), kind)]
        ]
