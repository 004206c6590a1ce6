"""Which labels only vary between repeats, learnt from alerts that were received.

Alerts with the same labels are a *series*. A proposal merges series, so it must never merge two
that are different things. Two series may become one only if

- they never were in one request, which is one time of receipt, and no event of the one lies
  between events of the other,
- no label that is left out takes a value again that it had left, and
- the earlier one had ended before the later one was first heard of: it was resolved, or it was
  not repeated for as long as it holds. A firing that has neither is held to fire for ever,

or, in place of the last, if the sender itself stamps both with the same start, at least
`LEAST_VALUES` series bear that start, it lies in the time that is looked at, and each came at
least `REPORT_LAG_S` after the last event of the one before it: what began together and is
another thing would have been reported together. That holds only if no request is missing.

Beside this proof a proposal needs evidence: the labels must differ between most successive
alerts that are equal in all else. Labels that usually tell things apart are never proposed.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from math import inf

import msgspec

from tocsin.domain.alert import Alert
from tocsin.domain.fingerprint_rules import FingerprintRule
from tocsin.domain.identity import ALERTNAME, compiled
from tocsin.domain.identity_labels import bears_identity
from tocsin.domain.masks import MASK_KINDS, Mask

REPORT_LAG_S = 30.0
LEAST_VALUES = 3
# In how many of the successive alerts of what would be one the labels must differ.
_LEAST_SHARE = 0.5
_CANDIDATES = 50
_EXAMPLES = 3

Labels = Mapping[str, str]
Key = tuple[tuple[str, str], ...]


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """One alert as it was received; `hold_s` is for how long it holds if it does not say."""

    alert: Alert
    at_s: float
    hold_s: float | None = None


class Series(msgspec.Struct, kw_only=True):
    """All events of the same labels, and the time in which they may have been firing.

    `start_s` is the start that every event bears; None where they differ or bear none.
    """

    labels: dict[str, str]
    first_s: float
    last_s: float
    until_s: float
    start_s: float | None
    events: int = 1


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """A rule, and what it would have done to the alerts that it is learnt from.

    `examples` are label sets that would be one, at most three of each.
    """

    rule: FingerprintRule
    alerts: int
    distinct_before: int
    distinct_after: int
    examples: tuple[tuple[dict[str, str], ...], ...]

    @property
    def reduction(self) -> float:
        """The share of new identities that would have been repeats, from 0 to 1."""
        return 1.0 - self.distinct_after / self.distinct_before


def series_of(seen: Iterable[Seen]) -> list[Series]:
    """Return the series in the order in which they were first heard of."""
    found: dict[Key, Series] = {}
    for each in sorted(seen, key=lambda each: each.at_s):
        labels = {name: value for name, value in each.alert.labels.items() if value}
        key = tuple(sorted(labels.items()))
        known = found.get(key)
        if known is None:
            found[key] = _begun(labels, each)
        else:
            _go_on(known, each)
    return sorted(found.values(), key=lambda one: one.first_s)


def propose(
    provider: str, seen: Sequence[Seen], tick: Callable[[], None] = lambda: None
) -> Proposal | None:
    """Return a rule that merges what only varies, or None; `tick` is called now and then."""
    all_series = series_of(seen)
    dropped: frozenset[str] = frozenset()
    for labels in _candidates(provider, all_series):
        tick()
        wider = dropped | labels
        if _merges_more(all_series, wider, dropped) and _is_safe(all_series, wider):
            dropped = wider
    if not dropped:
        return None
    rule = _rule(provider, all_series, dropped)
    merged = _merged(all_series, _keys_under(rule))
    return Proposal(
        rule=rule,
        alerts=sum(one.events for one in all_series),
        distinct_before=len(all_series),
        distinct_after=len(merged),
        examples=tuple(_examples(merged)),
    )


def is_same_thing(group: Sequence[Series], dropped: Iterable[str], since_s: float) -> bool:
    """Tell whether series that would be one certainly are, in the sense of this module.

    `dropped` are the labels that are left out; all that came from `since_s` on is known.
    """
    group = sorted(group, key=lambda one: (one.first_s, one.last_s))
    if any(_returns([one.labels.get(name) for one in group]) for name in dropped):
        return False
    starts = Counter(one.start_s for one in group if (one.start_s or -inf) >= since_s)
    last: Series | None = None
    until_s = -inf
    for one in group:
        if last is None or one.first_s > until_s:
            until_s = one.until_s
        elif _goes_on(last, one, starts):
            # Of one thing the latest news counts: its end ends what went before.
            until_s = one.until_s
        else:
            return False
        last = one
    return True


def _returns(values: Sequence[str | None]) -> bool:
    """Tell whether a value comes again after another one."""
    changes = [value for n, value in enumerate(values) if n == 0 or values[n - 1] != value]
    return len(set(changes)) < len(changes)


def _goes_on(last: Series, one: Series, starts: Mapping[float | None, int]) -> bool:
    return (
        one.start_s is not None
        and one.start_s == last.start_s
        and starts[one.start_s] >= LEAST_VALUES
        and one.first_s >= last.last_s + REPORT_LAG_S
    )


def _begun(labels: dict[str, str], each: Seen) -> Series:
    return Series(
        labels=labels,
        first_s=each.at_s,
        last_s=each.at_s,
        until_s=_until_s(each),
        start_s=each.alert.starts_at_s,
    )


def _go_on(known: Series, each: Seen) -> None:
    known.last_s = each.at_s
    known.until_s = max(each.at_s, _until_s(each))
    if each.alert.starts_at_s != known.start_s:
        known.start_s = None
    known.events += 1


def _until_s(each: Seen) -> float:
    """Return until when an event says that its alert fires."""
    if each.alert.status == "resolved":
        return each.at_s
    if each.alert.holds_until_s is not None:
        return max(each.at_s, each.alert.holds_until_s)
    return inf if each.hold_s is None else each.at_s + each.hold_s


def _candidates(provider: str, all_series: Sequence[Series]) -> Iterator[frozenset[str]]:
    """Yield sets of labels to leave out: each alone, then those that change together."""
    values: dict[str, set[str]] = defaultdict(set)
    for one in all_series:
        for name, value in one.labels.items():
            values[name].add(value)
    free = {name for name in values if _is_free(provider, name)}
    singles = sorted((n for n in free if len(values[n]) > 1), key=lambda n: (-len(values[n]), n))
    yield from (frozenset({name}) for name in singles[:_CANDIDATES])
    together = Counter(names for names in _differences(all_series, free) if len(names) > 1)
    yield from (names for names, _ in together.most_common(_CANDIDATES))


def _is_free(provider: str, name: str) -> bool:
    return name != ALERTNAME and not bears_identity(provider, name)


def _differences(all_series: Sequence[Series], free: set[str]) -> Iterator[frozenset[str]]:
    """Yield in which labels each series differs from the one before it about the same thing."""
    latest: dict[Key, Labels] = {}
    about = _without(frozenset(free))
    for one in all_series:
        thing = about(one.labels)
        before = latest.get(thing)
        if before is not None:
            names = before.keys() | one.labels.keys()
            yield frozenset(name for name in names if before.get(name) != one.labels.get(name))
        latest[thing] = one.labels


def _merged(
    all_series: Sequence[Series], key_of: Callable[[Labels], Key]
) -> dict[Key, list[Series]]:
    merged: dict[Key, list[Series]] = defaultdict(list)
    for one in all_series:
        merged[key_of(one.labels)].append(one)
    return merged


def _without(dropped: frozenset[str]) -> Callable[[Labels], Key]:
    def key_of(labels: Labels) -> Key:
        return tuple(sorted((n, v) for n, v in labels.items() if n not in dropped))

    return key_of


def _merges_more(all_series: Sequence[Series], wider: frozenset[str], than: frozenset[str]) -> bool:
    after = len(_merged(all_series, _without(wider)))
    return after < len(_merged(all_series, _without(than)))


def _is_safe(all_series: Sequence[Series], dropped: frozenset[str]) -> bool:
    groups = [each for each in _merged(all_series, _without(dropped)).values() if len(each) > 1]
    since_s = all_series[0].first_s
    if not all(is_same_thing(group, dropped, since_s) for group in groups):
        return False
    # Where nothing was ever repeated unchanged, every step from event to event is a difference.
    steps = sum(sum(one.events for one in group) - 1 for group in groups)
    different = sum(len(group) - 1 for group in groups)
    is_enough = max(map(len, groups), default=0) >= LEAST_VALUES
    return is_enough and different > _LEAST_SHARE * steps


def _rule(provider: str, all_series: Sequence[Series], dropped: frozenset[str]) -> FingerprintRule:
    """Mask what one kind of mask makes equal, which is less than leaving it out."""
    wanted = len(_merged(all_series, _without(dropped)))
    rule = FingerprintRule(provider=provider, exclude=tuple(sorted(dropped)))
    for name in sorted(dropped):
        for kind in MASK_KINDS:
            milder = msgspec.structs.replace(
                rule,
                exclude=tuple(each for each in rule.exclude if each != name),
                masks=(*rule.masks, Mask(fields=(name,), kinds=(kind,))),
            )
            if len(_merged(all_series, _keys_under(milder))) == wanted:
                rule = milder
                break
    return rule


def _keys_under(rule: FingerprintRule) -> Callable[[Labels], Key]:
    ready = compiled(rule)

    def key_of(labels: Labels) -> Key:
        alert = Alert(name="", status="firing", labels=dict(labels), provider="")
        counted, _ = ready.inputs(alert, None, 0)
        return tuple(sorted(counted.items()))

    return key_of


def _examples(merged: Mapping[Key, list[Series]]) -> Iterator[tuple[dict[str, str], ...]]:
    largest = sorted(merged.values(), key=len, reverse=True)[:_EXAMPLES]
    for group in largest:
        if len(group) > 1:
            yield tuple(one.labels for one in group[:_EXAMPLES])
