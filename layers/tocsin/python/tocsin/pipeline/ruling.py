"""Rules: evaluate what is due, and hear what became of alerts.

Every evaluation ends in the state of its rule, under its version. So of two workers with the
same round one finds that nothing is left to do, and a rule that fails stops no other.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

import msgspec

from tocsin.domain import alertrule, ruleevaluation, rulefailure
from tocsin.domain.config import TenantConfig
from tocsin.domain.errors import ConfigurationError, Conflict, Permanent, TocsinError
from tocsin.domain.happening import SeenChange, is_for
from tocsin.domain.rule import AlertRule, Rule
from tocsin.domain.rulestate import Evaluated, RuleState
from tocsin.pipeline.batch import Delivery, Outcome, each_tenant
from tocsin.pipeline.happenings import unpack_happenings
from tocsin.pipeline.publishing import Publisher
from tocsin.pipeline.questions import Sources, ask
from tocsin.pipeline.rounds import Round, unpack_round
from tocsin.ports import Blobs, Configs, Outbox, RuleStates

# A conflict means that another worker made progress; the queue's redelivery is the last resort.
_TRIES = 8

# Says which rules of a tenant are evaluated; all others are as if they were not there.
Active = Callable[[TenantConfig], tuple[Rule, ...]]

# Is told which rule met an error that nobody foresaw.
Broken = Callable[[str, Exception], None]


class RulingPorts(msgspec.Struct, frozen=True, kw_only=True):
    """What rules need of the outside world."""

    outbox: Outbox
    blobs: Blobs
    configs: Configs
    states: RuleStates
    sources: Sources
    active: Active


class Ruling:
    """Handle rounds of rules, and what evaluate says of alerts."""

    def __init__(self, ports: RulingPorts, broken: Broken) -> None:
        self._ports = ports
        self._broken = broken
        self._publisher = Publisher(ports.states, ports.outbox, ports.blobs)

    def handle(
        self, deliveries: Sequence[Delivery], now_s: float, has_time: Callable[[], bool]
    ) -> Outcome:
        """Process a batch; messages in `failed` must come back."""

        def handle_tenant(tenant: str, own: list[Delivery], outcome: Outcome) -> None:
            config = self._ports.configs.current(tenant)
            if config is None:
                raise ConfigurationError(f"tenant {tenant} has no configuration; run config apply")
            for delivery in own:
                if delivery.envelope.kind == "rules":
                    part = unpack_round(delivery.envelope, self._ports.blobs)
                    self._evaluate(config, part, now_s, outcome)
                else:
                    seen = unpack_happenings(delivery.envelope, self._ports.blobs)
                    self._hear(config, seen, now_s, outcome)

        return each_tenant(deliveries, handle_tenant, has_time)

    def _evaluate(self, config: TenantConfig, part: Round, now_s: float, outcome: Outcome) -> None:
        """Evaluate a share of the rules as of the round's time, and end those that are gone."""
        rules = [rule for rule in self._ports.active(config) if part.has(rule.name)]
        due = [
            rule for rule in rules if ruleevaluation.is_due(rule, part.at_s, part.every_s, now_s)
        ]
        outcome.count("rules", len(due))
        outcome.count("rule_lag_s", max(0, int(now_s - part.at_s)))
        # Of all, due or not: one may hold what a worker left that died.
        states = self._states(config.tenant, [rule.name for rule in rules])
        answers = ask(self._ports.sources, config, due, part.at_s, now_s)
        made: list[RuleState] = []
        for rule in due:
            before = states[rule.name]
            given = answers.get(rule.name, ())
            decide = partial(ruleevaluation.evaluate, rule, before, given, part.at_s)
            made += self._judged(rule, before, decide, part.at_s, outcome)
        if part.index == 0:
            made += self._retired(config, part.at_s, outcome)
        self._publish(made, outcome)

    def _judged(
        self,
        rule: Rule,
        before: RuleState,
        decide: Callable[[], Evaluated],
        at_s: float,
        outcome: Outcome,
    ) -> Iterator[RuleState]:
        """Decide about one rule and store what comes of it; nothing if another worker was first."""
        evaluated = self._tried(rule, before, decide, at_s, outcome)
        try:
            yield from self._stored(before, evaluated, at_s, outcome)
        except Permanent as error:
            failed = self._failed(rule, before, error.reason, at_s, outcome)
            yield from self._stored(before, failed, at_s, outcome)

    def _tried(
        self,
        rule: Rule,
        before: RuleState,
        decide: Callable[[], Evaluated],
        at_s: float,
        outcome: Outcome,
    ) -> Evaluated:
        """Decide about one rule; whatever keeps it from that is an alert of its own."""
        try:
            return decide()
        except TocsinError as error:
            return self._failed(rule, before, str(error), at_s, outcome)
        except Exception as error:  # noqa: BLE001 - one rule must stop no other
            self._broken(rule.name, error)
            reason = f"a fault of tocsin's, which its log shows: {type(error).__name__}"
            return self._failed(rule, before, reason, at_s, outcome)

    def _failed(
        self, rule: Rule, before: RuleState, reason: str, at_s: float, outcome: Outcome
    ) -> Evaluated:
        outcome.count("rules_failed")
        return rulefailure.failed(rule, before, reason, at_s)

    def _stored(
        self, before: RuleState, evaluated: Evaluated, at_s: float, outcome: Outcome
    ) -> Iterator[RuleState]:
        try:
            yield self._publisher.write(before, evaluated, at_s)
        except Conflict:
            # Another worker has this round, or a newer one, and sends what came of it.
            outcome.count("conflicts")

    def _retired(self, config: TenantConfig, at_s: float, outcome: Outcome) -> Iterator[RuleState]:
        """End what was begun by rules that are no longer there, or rest."""
        known = {rule.name for rule in self._ports.active(config)}
        gone = [name for name in self._ports.states.names(config.tenant) if name not in known]
        for state in self._states(config.tenant, gone).values():
            yield from self._stored(state, ruleevaluation.retire(state, at_s), at_s, outcome)

    def _hear(
        self, config: TenantConfig, seen: Sequence[SeenChange], now_s: float, outcome: Outcome
    ) -> None:
        """Let the rules over alerts see what happened; at the end each has."""
        left = _concerned(self._ports.active(config), seen)
        for _ in range(_TRIES):
            made: list[RuleState] = []
            states = self._states(config.tenant, list(left))
            for name, (rule, changes) in list(left.items()):
                before = states[name]
                decide = partial(alertrule.take, rule, before, changes, now_s)
                stored = list(self._judged(rule, before, decide, now_s, outcome))
                if stored:
                    made += stored
                    del left[name]
            self._publish(made, outcome)
            if not left:
                return
        raise Conflict("other workers kept changing the same rules", retry_after_s=1)

    def _states(self, tenant: str, names: Sequence[str]) -> dict[str, RuleState]:
        """Return the state of each rule, after sending what a worker left that died."""
        stored = self._ports.states.read(tenant, names)
        left = self._publisher.send(stored.values())
        if left:
            self._publisher.note(left)
            again = [state.rule for state in left]
            stored = {name: state for name, state in stored.items() if name not in again}
            stored |= self._ports.states.read(tenant, again)
        return {name: stored.get(name) or RuleState(tenant=tenant, rule=name) for name in names}

    def _publish(self, made: Iterable[RuleState], outcome: Outcome) -> None:
        sent = self._publisher.send(made)
        outcome.count("rule_alerts", sum(len(state.outgoing) for state in sent))
        self._publisher.note(sent)


def _concerned(
    rules: Iterable[Rule], seen: Sequence[SeenChange]
) -> dict[str, tuple[AlertRule, list[SeenChange]]]:
    """Return the rules over alerts that look at any of these, by name, with what they look at."""
    found: dict[str, tuple[AlertRule, list[SeenChange]]] = {}
    for rule in rules:
        if isinstance(rule, AlertRule):
            changes = [each for each in seen if is_for(rule, each)]
            if changes:
                found[rule.name] = (rule, changes)
    return found
