"""A tenant's rules over its past: what they ask is answered from what was recorded."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from tocsin.domain.alert import Alert
from tocsin.domain.alertrule import look, take
from tocsin.domain.change import Change
from tocsin.domain.config import TenantConfig
from tocsin.domain.errors import TocsinError
from tocsin.domain.happening import SeenChange, is_for
from tocsin.domain.matchers import match_all
from tocsin.domain.metricrule import asked, evaluate
from tocsin.domain.metricschedule import is_due
from tocsin.domain.rule import PUSHED, AlertRule, MetricRule, Query
from tocsin.domain.rulestate import Evaluated, RuleState
from tocsin.domain.series import Answer, Asked, Series, Unanswered
from tocsin.pipeline.happenings import alert_rules


class History(msgspec.Struct, frozen=True, kw_only=True):
    """A tenant's past, from `from_s` to `until_s` in epoch seconds, in any order.

    `changes` are accepted alerts as enrich reads them from the archive. `pushed` are the points of
    pushed metrics by name. `recorded` is what other sources would have answered to a query, over
    all the time; the points of a series are sorted by time.
    """

    from_s: float
    until_s: float
    changes: Sequence[Change] = ()
    pushed: Mapping[str, Sequence[Series]] = {}
    recorded: Mapping[Query, Sequence[Series]] = {}


class VirtualRules:
    """The rules of one tenant, and what is remembered of each, on a virtual clock.

    `unanswered` says of rules that could not be evaluated why, as of the first time.
    """

    def __init__(self, config: TenantConfig, history: History) -> None:
        self._config = config
        self._history = history
        self._states: dict[str, RuleState] = {}
        self.unanswered: dict[str, str] = {}

    def tick(self, at_s: float, tick_s: float) -> list[Alert]:
        """Evaluate what is due; return the alerts that begin and end."""
        alerts: list[Alert] = []
        for rule in self._config.rules:
            if isinstance(rule, AlertRule):
                alerts += self._kept(rule.name, look(rule, self._state(rule.name), at_s))
            elif is_due(rule, at_s, tick_s):
                alerts += self._measure(rule, at_s)
        return alerts

    def take(self, happenings: Sequence[SeenChange], at_s: float) -> list[Alert]:
        """Hand what happened to the rules that it is for; return what begins and ends."""
        alerts: list[Alert] = []
        for rule in alert_rules(self._config):
            own = [each for each in happenings if is_for(rule, each)]
            if own:
                alerts += self._kept(rule.name, take(rule, self._state(rule.name), own, at_s))
        return alerts

    def _measure(self, rule: MetricRule, at_s: float) -> Iterable[Alert]:
        answers: list[Answer] = []
        for each in asked(rule, at_s):
            answer = self._answer(each)
            if isinstance(answer, Unanswered):
                self.unanswered.setdefault(rule.name, answer.reason)
                return ()
            answers.append(answer)
        try:
            evaluated = evaluate(rule, self._state(rule.name), answers, at_s)
        except TocsinError as error:
            self.unanswered.setdefault(rule.name, str(error))
            return ()
        return self._kept(rule.name, evaluated)

    def _answer(self, question: Asked) -> Answer:
        query = question.query
        if query.source == PUSHED:
            found = self._history.pushed.get(query.metric, ())
            found = [each for each in found if match_all(query.matchers, dict(each.labels))]
        elif query in self._history.recorded:
            found = list(self._history.recorded[query])
        else:
            return Unanswered(f"nothing is recorded of source {query.source} for this query")
        cut = (_between(each, question.from_s, question.to_s) for each in found)
        return tuple(each for each in cut if each.points)

    def _state(self, rule: str) -> RuleState:
        return self._states.get(rule) or RuleState(tenant=self._config.tenant, rule=rule)

    def _kept(self, rule: str, evaluated: Evaluated) -> tuple[Alert, ...]:
        self._states[rule] = evaluated.state
        return evaluated.alerts


def _between(series: Series, from_s: float, to_s: float) -> Series:
    times = [at_s for at_s, _ in series.points]
    return Series(
        series.labels, series.points[bisect_left(times, from_s) : bisect_right(times, to_s)]
    )
