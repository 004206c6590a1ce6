"""What the answers to a metric rule say of each of its series, joined over its conditions."""

import operator
from collections.abc import Callable, Iterable, Sequence, Set

from tocsin.domain.errors import Permanent
from tocsin.domain.rule import Condition, MetricRule
from tocsin.domain.series import Answer, Labels, Point, Unanswered
from tocsin.domain.windows import measure

# More series than this make a rule fail: nobody can be told of each of them.
SERIES_LIMIT = 10_000

_Pools = dict[Labels, list[tuple[Point, ...]]]

_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "gt": operator.gt, "gte": operator.ge, "lt": operator.lt, "lte": operator.le,
    "eq": operator.eq, "ne": operator.ne,
}  # fmt: skip


def identify(rule: MetricRule) -> Callable[[Labels], Labels]:
    """Return what makes the identity of a series, under this rule, of its labels.

    A label that the rule sets itself does not count, nor do `alertname`, the metric's name and
    labels without a value: two series that differ in nothing else would be one alert.
    """
    left_out = {"alertname", "__name__", *rule.labels}
    if rule.by is None:
        return lambda labels: _without(labels, left_out)
    kept = frozenset(rule.by) - left_out
    return lambda labels: tuple([pair for pair in labels if pair[1] and pair[0] in kept])


def nameless(rule: MetricRule) -> Labels:
    """Return the identity of what is missing where a query gives no series at all.

    It has the labels that the query asks to be equal to a value, as Prometheus' `absent` does:
    of the first condition `absent`, or else of the first.
    """
    of = next((each for each in rule.conditions if each.compare == "absent"), rule.conditions[0])
    wanted: dict[str, str | None] = {}
    for matcher in of.query.matchers:
        is_one = matcher.operator == "=" and matcher.name not in wanted
        wanted[matcher.name] = matcher.value if is_one else None
    for name, value in of.query.dimensions:
        wanted[name] = None if value == "*" else value
    return identify(rule)(tuple(sorted((name, each) for name, each in wanted.items() if each)))


class Reading:
    """The values of each condition by series, as of one evaluation.

    `seen` are the series with a point in the window of a condition. A condition whose one series
    has no label, while another condition has series with labels, speaks for all of them. Raises
    Permanent above SERIES_LIMIT.
    """

    def __init__(self, rule: MetricRule, answers: Sequence[Answer], at_s: float) -> None:
        identity = identify(rule)
        self.rule = rule
        self.remembers = remembers(rule)
        # Conditions with the same query may share an answer, such as one over several windows.
        pools = {
            each: _pools(answer, identity)
            for each, answer in {id(answer): answer for answer in answers}.items()
        }
        self.values = [
            measure(condition, pools[id(answer)], at_s)
            for condition, answer in zip(rule.conditions, answers, strict=True)
        ]
        self.seen, self._for_all = _joined(self.values)
        # Whether a condition speaks for all, so that what has no label is no series of its own.
        self.speaks = any(self._for_all)
        if len(self.seen) > SERIES_LIMIT:
            raise Permanent(
                f"it has {len(self.seen)} series, of which a rule may have {SERIES_LIMIT}:"
                " ask for fewer with matchers, or count them together with `by`"
            )
        # Whether any series is known, so that one without a name is not missing besides.
        self.knows_any = bool(self.seen)

    def value(self, index: int, identity: Labels) -> float | None:
        """Return the value of one condition for one series; None: no data."""
        found = self.values[index].get(identity)
        return self.values[index][()] if found is None and self._for_all[index] else found

    def candidates(self) -> Iterable[Labels]:
        """Return at least those series that breach, and all that the rule must remember."""
        if self.remembers:
            return self.seen if self.knows_any else (nameless(self.rule),)
        if self.rule.combine == "all":
            named = (index for index, for_all in enumerate(self._for_all) if not for_all)
            return self._breaching(next(named, 0))
        found: set[Labels] = set()
        for index, for_all in enumerate(self._for_all):
            breaching = self._breaching(index)
            found.update(self.seen if for_all and breaching else breaching)
        return found

    def verdict(self, identity: Labels, *, fires: bool, is_known: bool) -> bool | None:
        """Tell whether a series breaches; None: there is no data that says so.

        `fires` makes thresholds those of `resolve`. A series that is not `is_known` has never had
        data; it is missing only while nothing else is there. Of `all`, one condition without
        data leaves it open unless another is not met; of `any`, those with data decide.
        """
        if len(self.values) == 1:
            return self._holds(0, self.rule.conditions[0], identity, fires=fires, is_known=is_known)
        found = [
            self._holds(index, condition, identity, fires=fires, is_known=is_known)
            for index, condition in enumerate(self.rule.conditions)
        ]
        order = (True, False, None) if self.rule.combine == "any" else (False, None, True)
        return next((each for each in order if each in found), None)

    def breaches(self, index: int, identity: Labels) -> bool:
        """Tell whether one condition breaches for a series, by its own threshold."""
        condition = self.rule.conditions[index]
        return bool(self._holds(index, condition, identity, fires=False, is_known=True))

    def _holds(
        self, index: int, condition: Condition, identity: Labels, *, fires: bool, is_known: bool
    ) -> bool | None:
        value = self.value(index, identity)
        if condition.compare == "absent":
            return value is None and self._is_missing(is_known=is_known)
        if condition.compare == "present":
            return value is not None
        if value is None:
            return self._without_data(is_known=is_known)
        threshold = condition.threshold
        if fires and condition.resolve is not None:
            threshold = condition.resolve
        return _COMPARE[condition.compare](value, threshold)

    def _without_data(self, *, is_known: bool) -> bool | None:
        if self.rule.missing == "breaching":
            return self._is_missing(is_known=is_known)
        return False if self.rule.missing == "notBreaching" else None

    def _is_missing(self, *, is_known: bool) -> bool:
        return is_known or not self.knows_any

    def _breaching(self, index: int) -> list[Labels]:
        condition, values = self.rule.conditions[index], self.values[index]
        if condition.compare == "present":
            return list(values)
        compare, threshold = _COMPARE[condition.compare], condition.threshold
        return [each for each, value in values.items() if compare(value, threshold)]


def remembers(rule: MetricRule) -> bool:
    """Tell whether it matters to a rule that a series is gone, so that it must know all."""
    return rule.missing == "breaching" or any(each.compare == "absent" for each in rule.conditions)


def _without(labels: Labels, left_out: Set[str]) -> Labels:
    for name, value in labels:
        if name in left_out or not value:
            return tuple([pair for pair in labels if pair[1] and pair[0] not in left_out])
    return labels


def _pools(answer: Answer, identity: Callable[[Labels], Labels]) -> _Pools:
    if isinstance(answer, Unanswered):
        raise Permanent(answer.reason)
    pools: _Pools = {}
    for series in answer:
        pools.setdefault(identity(series.labels), []).append(series.points)
    return pools


def _joined(values: list[dict[Labels, float]]) -> tuple[Set[Labels], list[bool]]:
    """Return all series, and which conditions speak for all of them."""
    if len(values) == 1:
        return values[0].keys(), [False]
    named = any(len(each) > 1 or (each and () not in each) for each in values)
    for_all = [named and len(each) == 1 and () in each for each in values]
    seen = set[Labels]()
    for each, speaks in zip(values, for_all, strict=True):
        if not speaks:
            seen.update(each)
    return seen, for_all
