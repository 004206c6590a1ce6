"""What an alert rule remembers of the alerts under one set of values of `by`.

It is a set: happenings come late, twice and out of order, and what is remembered depends on none
of that. Each alert has a line of happenings, sorted by their order; a run begins with a firing
after an end, and ends with the next end.
"""

from collections.abc import Iterable, Iterator

from tocsin.domain.alert import Status
from tocsin.domain.change import rank
from tocsin.domain.rule import AlertRule
from tocsin.domain.rulestate import Happening

# How long after its window a happening may still come, or come again. Later ones are left out:
# what has been under way for so long says nothing of now.
LATE_S = 900.0
# What is remembered of what fires, and as much again of what happened lately: of one key, and of
# all keys of a rule. Above it the oldest is forgotten, so that the size of an item stays bounded.
# Twice the threshold is always remembered.
HAPPENINGS_LIMIT = 256
RULE_LIMIT = 5000
# Of firings between the begin and the end of a run, which matter only if an end comes late.
_BETWEEN_LIMIT = 8

Line = list[Happening]
Lines = dict[str, Line]


def horizon_s(rule: AlertRule) -> float:
    """Return how far a rule looks back, in seconds."""
    return rule.window_s + LATE_S


def lines_of(happenings: Iterable[Happening]) -> Lines:
    """Return the line of each alert, by fingerprint."""
    lines: Lines = {}
    for each in happenings:
        lines.setdefault(each.fingerprint, []).append(each)
    for line in lines.values():
        line.sort(key=_order)
    return lines


def begins(line: Line) -> Iterator[Happening]:
    """Yield the firings that began a run."""
    before: Status = "resolved"
    for each in line:
        if each.status == "firing" and before != "firing":
            yield each
        before = each.status


def switches(line: Line) -> Iterator[Happening]:
    """Yield what changed the status of an alert; an end of what nobody saw firing does not."""
    before: Status = "resolved"
    for each in line:
        if each.status != before:
            yield each
        before = each.status


def firing(lines: Lines) -> dict[str, Happening]:
    """Return what fires now: for each alert the firing that began its present run."""
    return {
        name: list(begins(line))[-1] for name, line in lines.items() if line[-1].status == "firing"
    }


def together(known: Iterable[Happening], more: Iterable[Happening]) -> tuple[Happening, ...]:
    """Return all happenings, each source once."""
    found: dict[str, Happening] = {}
    for each in (*known, *more):
        same = found.setdefault(each.source, each)
        if same != each:
            # Two groups may know another time of the same; the choice must not depend on order.
            found[each.source] = min(same, each, key=_order)
    return tuple(sorted(found.values(), key=_order))


def share(rule: AlertRule, keys: int) -> int:
    """Return how much is remembered of each of so many keys."""
    return max(2 * rule.threshold, min(HAPPENINGS_LIMIT, RULE_LIMIT // max(1, keys)))


def kept(
    rule: AlertRule, happenings: Iterable[Happening], at_s: float, limit: int = HAPPENINGS_LIMIT
) -> tuple[Happening, ...]:
    """Return what is still to be remembered at a time, in order.

    That is at most `limit` of what fires, and as much of what happened lately.
    """
    after_s = at_s - horizon_s(rule)
    present: list[Line] = []
    lately: list[Line] = []
    for line in lines_of(happenings).values():
        for run in _runs(line):
            last = len(run) - 1
            new = [index for index, each in enumerate(run) if each.at_s > after_s]
            if run[last].status == "firing":
                # The last one says which ends are too old to end it.
                present.append([run[index] for index in sorted({0, last})])
                lately.extend([run[index]] for index in new if 0 < index < last)
            elif new:
                # Begin and end stay together: without its end it would seem to fire.
                shown = sorted({0, last, *new[-_BETWEEN_LIMIT:]})
                lately.append([run[index] for index in shown])
    chosen = (*_newest(present, limit), *_newest(lately, limit))
    return tuple(sorted((each for run in chosen for each in run), key=_order))


def _runs(line: Line) -> Iterator[Line]:
    """Cut a line after each end."""
    run: Line = []
    for each in line:
        run.append(each)
        if each.status == "resolved":
            yield run
            run = []
    if run:
        yield run


def _newest(runs: Iterable[Line], limit: int) -> Iterator[Line]:
    """Yield the newest runs that have at most `limit` happenings together."""
    newest_first = sorted(runs, key=lambda run: _age(run[-1]), reverse=True)
    count = 0
    for run in newest_first:
        count += len(run)
        if count > limit:
            return
        yield run


def _age(happening: Happening) -> tuple[float, tuple[float, int, float, str, str]]:
    return (happening.at_s, _order(happening))


def _order(happening: Happening) -> tuple[float, int, float, str, str]:
    each = happening
    return (each.order_at_s, rank(each.status), each.at_s, each.fingerprint, each.source)
