"""Metric rules: what they ask, and what comes of the answers. Pure; times are arguments.

A series is what its labels, or those of `by`, identify. Points of series that count as one are
pooled (`windows.measure` says how). What each condition says of a series is joined in
`metricreading`, how a series moves is in `metricseries`, and its alerts are in `metricalert`; when
a rule is evaluated is in `metricschedule`.
"""

from collections.abc import Iterable, Sequence
from hashlib import blake2b

import msgspec
from msgspec.structs import replace

from tocsin.domain.alert import Alert
from tocsin.domain.fingerprint import fingerprint
from tocsin.domain.metricalert import alert_labels, chosen_value, ended, firing, resolved
from tocsin.domain.metricreading import SERIES_LIMIT, Reading, nameless
from tocsin.domain.metricschedule import is_seldom
from tocsin.domain.metricseries import (
    advance,
    cools_down,
    fired,
    is_due_to_fire,
    is_forgotten,
    seen,
)
from tocsin.domain.rule import MetricRule
from tocsin.domain.rulestate import Evaluated, RuleState, SeriesState
from tocsin.domain.series import Answer, Asked, Labels
from tocsin.domain.windows import lookback_s

NO_LONGER = "no longer breaches"
NO_DATA = "no data"
FORGOTTEN = "no data for a day"
CHANGED = "the rule changed"
NAMED = "its series have labels now"


def asked(rule: MetricRule, at_s: float) -> tuple[Asked, ...]:
    """Return the query of each condition, in order, over the span that it needs.

    Conditions with the same query get the same span, the longest of theirs, so that it can be
    asked once.
    """
    spans = [each.window_s + lookback_s(each) for each in rule.conditions]
    longest = [
        max(span for span, other in zip(spans, rule.conditions, strict=True)
            if other.query == each.query)
        for each in rule.conditions
    ]  # fmt: skip
    return tuple(
        Asked(query=each.query, from_s=at_s - span, to_s=at_s)
        for each, span in zip(rule.conditions, longest, strict=True)
    )


def evaluate(
    rule: MetricRule, state: RuleState, answers: Sequence[Answer], at_s: float
) -> Evaluated:
    """Return the state after an evaluation at `at_s` and the alerts that begin and end with it.

    `answers` are those to `asked`, in order. Nothing changes where `at_s` is not after the last
    evaluation. Raises Permanent for more than SERIES_LIMIT series, or an answer that is none, and
    ConfigurationError for an aggregate that does not exist: then the state stays as it is.
    """
    if at_s <= state.evaluated_at_s:
        return Evaluated(state=state)
    return _Evaluation(rule, state, Reading(rule, answers, at_s), at_s).run()


def retire(rule_name: str, state: RuleState, at_s: float, reason: str) -> Evaluated:
    """Return the end of all that fires of a rule that is gone or switched off.

    Nothing of its series is remembered; what was decided before (`outgoing`) and the note of a
    failure are left alone.
    """
    alerts = tuple(
        ended(rule_name, each, reason, at_s)
        for each in _in_order(state.series.values())
        if each.phase == "firing"
    )
    after = replace(
        state,
        series={},
        shape="",
        begun_at_s=(),
        looked_at_s=0.0,
        evaluated_at_s=max(at_s, state.evaluated_at_s),
    )
    return Evaluated(state=after, alerts=alerts)


class _Evaluation:
    """One evaluation while it is under way."""

    def __init__(self, rule: MetricRule, state: RuleState, reading: Reading, at_s: float) -> None:
        self.rule, self.state, self.reading, self.at_s = rule, state, reading, at_s
        # Whether it matters when a series was last seen.
        self._tracks = reading.remembers or rule.missing == "ignore"
        self.after = {each.labels: each for each in state.series.values()}
        self.is_changed = False
        self.ends: list[Alert] = []
        self.begins: list[Alert] = []

    def run(self) -> Evaluated:
        self._drop_others()
        self.reading.knows_any |= any(each.seen_at_s for each in self.after.values())
        for identity in {**self.after, **dict.fromkeys(self.reading.candidates())}:
            self._look(identity, self.after.get(identity))
        begun_at_s = self._fire()
        self._forget_most()
        series = self._keyed() if self.is_changed else self.state.series
        after = replace(
            self.state,
            evaluated_at_s=self.at_s,
            series=series,
            shape=_shape(self.rule) if series else "",
            begun_at_s=begun_at_s,
            looked_at_s=self.at_s if is_seldom(self.rule) else 0.0,
        )
        return Evaluated(state=after, alerts=(*_by_labels(self.ends), *_by_labels(self.begins)))

    def _drop_others(self) -> None:
        """Forget series that are remembered and that the rule has no more."""
        if self.reading.speaks and () in self.after and () not in self.reading.seen:
            self._drop({()}, NAMED)
        if self.after and self.state.shape not in ("", _shape(self.rule)):
            self._drop(self.after.keys() - {*self.reading.seen, nameless(self.rule)}, CHANGED)

    def _drop(self, gone: Iterable[Labels], reason: str) -> None:
        for labels in gone:
            was = self.after[labels]
            if was.phase == "firing":
                self._end(was, reason)
            self._put(labels, None)

    def _put(self, identity: Labels, state: SeriesState | None) -> None:
        """Remember where a series stands, or with None nothing of it."""
        if self.after.get(identity) is state:
            return
        self.is_changed = True
        if state is None:
            del self.after[identity]
        else:
            self.after[identity] = state

    def _look(self, identity: Labels, before: SeriesState | None) -> None:
        """Decide about one series, but for the limit."""
        was = before or SeriesState(labels=identity)
        is_seen = identity in self.reading.seen
        if not is_seen and self._is_forgotten(was):
            self._drop({identity}, FORGOTTEN)
            return
        is_known = is_seen or was.seen_at_s > 0
        verdict = self.reading.verdict(identity, fires=was.phase == "firing", is_known=is_known)
        noted = seen(was, self.at_s) if is_seen and self._tracks else was
        now = advance(self.rule, noted, verdict, self.at_s)
        if was.phase == "firing" and now.phase == "ok":
            self._end(was, NO_DATA if verdict is None else NO_LONGER)
        self._put(identity, now if self._matters(now) else None)

    def _is_forgotten(self, was: SeriesState) -> bool:
        is_old = is_forgotten(self.rule, was, self.at_s)
        return is_old and not self._cools_down(was) and was.labels != nameless(self.rule)

    def _cools_down(self, state: SeriesState) -> bool:
        return cools_down(self.rule, state, self.at_s)

    def _matters(self, state: SeriesState) -> bool:
        if state.phase != "ok" or (self.reading.remembers and state.seen_at_s > 0):
            return True
        return self._cools_down(state)

    def _end(self, was: SeriesState, reason: str) -> None:
        self.ends.append(resolved(self.rule, was, self.reading, reason, self.at_s))

    def _fire(self) -> tuple[float, ...]:
        """Let fire what is due, the longest breach first, and return when the rule began alerts."""
        rule, at_s = self.rule, self.at_s
        begun_at_s: tuple[float, ...] = ()
        if rule.limit:
            begun_at_s = tuple(
                each for each in self.state.begun_at_s if at_s - each < rule.limit_window_s
            )
        due = self._due()
        allowed = max(rule.limit - len(begun_at_s), 0) if rule.limit else len(due)
        count = min(allowed, sum(not self._cools_down(each) for each in due))
        for each in due[:count]:
            value = chosen_value(self.reading, each.labels)
            now = fired(rule, each, value, at_s)
            self._put(each.labels, now)
            self.begins.append(firing(rule, now, self.reading))
        for each in due[count:]:
            if not each.is_held_back:
                self._put(each.labels, replace(each, is_held_back=True))
        return (*begun_at_s, *[at_s] * count) if rule.limit else ()

    def _due(self) -> list[SeriesState]:
        """Return what has breached enough to fire, what cools down last."""
        due = [each for each in self.after.values() if is_due_to_fire(self.rule, each, self.at_s)]
        if due and self.ends:
            # An edited rule may give another series the labels of an alert that has just ended.
            # Which of the two counts must not depend on the order in which they come.
            over = {frozenset(each.labels.items()) for each in self.ends}
            name, added = self.rule.name, tuple(self.rule.labels.items())
            due = [
                each
                for each in due
                if over.isdisjoint([frozenset(alert_labels(name, each.labels, added).items())])
            ]
        return sorted(
            due, key=lambda each: (self._cools_down(each), each.breached_at_s, each.labels)
        )

    def _forget_most(self) -> None:
        """Forget, above the limit of series, the well ones that were seen longest ago."""
        excess = len(self.after) - SERIES_LIMIT
        if excess > 0:
            well = [each for each in self.after.values() if each.phase == "ok"]
            for each in sorted(well, key=lambda each: (each.seen_at_s, each.labels))[:excess]:
                self._put(each.labels, None)

    def _keyed(self) -> dict[str, SeriesState]:
        keys = {each.labels: key for key, each in self.state.series.items()}
        tenant = self.state.tenant
        return {
            keys.get(labels) or fingerprint(tenant, dict(labels)): each
            for labels, each in self.after.items()
        }


def _shape(rule: MetricRule) -> str:
    """Return what decides which series a rule has, in short."""
    parts = (rule.by, sorted(rule.labels), [each.query for each in rule.conditions])
    return blake2b(msgspec.json.encode(parts), digest_size=8).hexdigest()


def _in_order(states: Iterable[SeriesState]) -> list[SeriesState]:
    return sorted(states, key=lambda each: each.labels)


def _by_labels(alerts: Iterable[Alert]) -> list[Alert]:
    return sorted(alerts, key=lambda each: sorted(each.labels.items()))
