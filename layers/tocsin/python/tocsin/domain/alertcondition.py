"""The conditions of alert rules: whether one begins to hold, and whether it still does."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from tocsin.domain.alertrulememory import Lines, begins, firing, lines_of, switches
from tocsin.domain.rule import AlertRule, AlertRuleKind
from tocsin.domain.rulestate import Happening, KeyedState

# Together with a rule's window: how long what it looks for may be absent where it never saw any.
# What fires already when a rule is added shows only when it is repeated.
UNSEEN_S = 600.0
# The alerts whose end decides over the end of an incident; the newest count.
_INCIDENT_LIMIT = 512


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A condition that holds: the number that it compares, and the alerts that it is about.

    `firing` is what decides over the end, as the state has it.
    """

    value: float
    concerned: dict[str, str]
    firing: dict[str, float] = {}


class View(msgspec.Struct, frozen=True, kw_only=True):
    """One key of a rule at a time. `is_arrival`: what is over already counts too, if it is new."""

    rule: AlertRule
    keyed: KeyedState
    lines: Lines
    at_s: float
    is_arrival: bool = False

    @property
    def from_s(self) -> float:
        """The begin of the window that ends now; it is not in it."""
        return self.at_s - self.rule.window_s


def view(rule: AlertRule, keyed: KeyedState, at_s: float, *, is_arrival: bool = False) -> View:
    """Return a key as conditions look at it."""
    lines = lines_of(keyed.happenings)
    return View(rule=rule, keyed=keyed, lines=lines, at_s=at_s, is_arrival=is_arrival)


def beginning(seen: View) -> Held | None:
    """Return what holds, where nothing of it was told yet; None if the condition does not hold."""
    return _BEGINNING[seen.rule.kind](seen)


def continuing(seen: View) -> Held | None:
    """Return what still holds of what was told; None if it is over.

    What a window ends is over when the clock says so, and not on an arrival: what arrives then
    may be as late as what it adds to.
    """
    return _CONTINUING[seen.rule.kind](seen)


def _count(seen: View) -> Held | None:
    begun = _by_time([each for line in seen.lines.values() for each in begins(line)])
    found = _crowd(begun, seen)
    if not found:
        return None
    return Held(value=float(len(found)), concerned=_names(found))


def _count_on(seen: View) -> Held | None:
    begun = [each for line in seen.lines.values() for each in begins(line)]
    lately = [each for each in begun if each.at_s > seen.from_s]
    if len(lately) < seen.rule.threshold and not seen.is_arrival:
        return None
    return Held(value=float(len(lately)), concerned={})


def _flapping(seen: View) -> Held | None:
    found = {name: _crowd(_by_time(switches(line)), seen) for name, line in seen.lines.items()}
    flapping = {name: switched for name, switched in found.items() if switched}
    if not flapping:
        return None
    return Held(
        value=float(max(len(switched) for switched in flapping.values())),
        concerned=_names([switched[-1] for switched in flapping.values()]),
        firing=_bounded({name: switched[0].at_s for name, switched in flapping.items()}),
    )


def _flapping_on(seen: View) -> Held | None:
    begun = _flapping(seen)
    known = {**(begun.firing if begun else {}), **seen.keyed.firing}
    restless = {
        name: since_s
        for name, since_s in known.items()
        if any(each.at_s > seen.from_s for each in switches(seen.lines.get(name, [])))
    }
    if not restless and not seen.is_arrival:
        return None
    return Held(value=0.0, concerned={}, firing=_bounded(restless or known))


def _correlation(seen: View) -> Held | None:
    present = _by_time(firing(seen.lines).values())
    threshold, window_s = seen.rule.threshold, seen.rule.window_s
    found: dict[str, Happening] = {}
    for first in range(len(present) - threshold + 1):
        together = present[first : first + threshold]
        if together[-1].at_s - together[0].at_s < window_s:
            found.update((each.fingerprint, each) for each in together)
    if not found:
        return None
    return Held(
        value=float(len(found)),
        concerned=_names(list(found.values())),
        firing=_bounded({name: each.at_s for name, each in found.items()}),
    )


def _correlation_on(seen: View) -> Held | None:
    """Let what began near to one of an incident join it, and let what is over leave."""
    present = _by_time(firing(seen.lines).values())
    incident = _joined(present, seen.keyed.firing, seen.rule.window_s)
    if len(incident) < seen.rule.threshold:
        return None
    return Held(value=float(len(incident)), concerned={}, firing=_bounded(incident))


def _joined(
    present: Sequence[Happening], known: Mapping[str, float], window_s: float
) -> dict[str, float]:
    incident: dict[str, float] = {}
    for ordered in (present, present[::-1]):
        nearest_s: float | None = None
        for each in ordered:
            is_near = nearest_s is not None and abs(each.at_s - nearest_s) < window_s
            if each.fingerprint in known or each.fingerprint in incident or is_near:
                incident[each.fingerprint] = nearest_s = each.at_s
    return incident


def _absent(seen: View) -> Held | None:
    absent_s = seen.at_s - seen.keyed.seen_at_s
    if absent_s < seen.rule.window_s or firing(seen.lines):
        return None
    ended = [line[-1] for line in seen.lines.values()]
    return Held(value=absent_s, concerned=_names(_by_time(ended)))


def _crowd(happenings: Sequence[Happening], seen: View) -> Sequence[Happening]:
    """Return those of one window in which there are enough, sorted by time; () if there is none.

    It ends now, or on an arrival with one that nothing was told of yet.
    """
    times = [each.at_s for each in happenings]
    threshold = seen.rule.threshold
    lately = happenings[bisect_right(times, seen.from_s) :]
    if len(lately) >= threshold:
        return lately
    if not seen.is_arrival:
        return ()
    for end in range(len(times), threshold - 1, -1):
        if times[end - 1] <= seen.keyed.settled_at_s:
            break
        first = bisect_right(times, times[end - 1] - seen.rule.window_s)
        if end - first >= threshold:
            return happenings[first:end]
    return ()


def _by_time(happenings: Iterable[Happening]) -> list[Happening]:
    return sorted(happenings, key=lambda each: (each.at_s, each.fingerprint, each.source))


def _names(happenings: Iterable[Happening]) -> dict[str, str]:
    return {each.fingerprint: each.name for each in happenings}


def _bounded(firing_since: Mapping[str, float]) -> dict[str, float]:
    newest_first = sorted(firing_since.items(), key=lambda item: (item[1], item[0]), reverse=True)
    return dict(newest_first[:_INCIDENT_LIMIT])


_BEGINNING: dict[AlertRuleKind, Callable[[View], Held | None]] = {
    "count": _count,
    "absent": _absent,
    "correlation": _correlation,
    "flapping": _flapping,
}
_CONTINUING: dict[AlertRuleKind, Callable[[View], Held | None]] = {
    "count": _count_on,
    "absent": _absent,
    "correlation": _correlation_on,
    "flapping": _flapping_on,
}
