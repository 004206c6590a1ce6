"""Metric rules as tests write them, and one that is evaluated each minute."""

from tests.builders import T0
from tocsin.domain.matchers import parse_matcher
from tocsin.domain.metricrule import evaluate
from tocsin.domain.rule import Condition, MetricRule, Query
from tocsin.domain.rulestate import RuleState
from tocsin.domain.series import Series, labels_of


def condition(compare="gt", threshold=85.0, matchers="", **fields):
    found = tuple(parse_matcher(each) for each in matchers.split(",") if each)
    query = fields.pop("query", Query(metric=fields.pop("metric", "cpu"), matchers=found))
    return Condition(
        query=query, compare=compare, threshold=threshold, **{"window_s": 60.0, **fields}
    )


def rule(*conditions, **fields):
    return MetricRule(name="HighCpu", conditions=conditions or (condition(),), **fields)


class Watched:
    """A rule that is evaluated each minute with the values that a test names by host.

    None: no point. A second condition takes its values from `others`.
    """

    def __init__(self, of):
        self.rule, self.at_s = of, T0
        self.state = RuleState(tenant="acme", rule=of.name)
        self.alerts = []

    def tick(self, others=None, minutes=1, **values):
        self.at_s += 60 * minutes
        answers = [self.answer(values)]
        if len(self.rule.conditions) > 1:
            answers.append(self.answer(others or {}))
        evaluated = evaluate(self.rule, self.state, answers, self.at_s)
        self.state, self.alerts = evaluated.state, evaluated.alerts
        return [f"{each.status} {each.labels.get('host', '')}".strip() for each in self.alerts]

    def answer(self, values):
        return tuple(
            Series(
                labels_of({} if host == "all" else {"host": host}),
                () if value is None else ((self.at_s, float(value)),),
            )
            for host, value in values.items()
        )

    def ticks(self, *values):
        """Return what each tick told of host a."""
        return [self.tick(a=value) for value in values]

    @property
    def alert(self):
        (only,) = self.alerts
        return only
