"""Rules: evaluate what is due, and hear what became of alerts.

Every evaluation ends in the state of its rule, under its version. So of two workers with the
same round one finds that nothing is left to do, and a rule that fails stops no other.
"""

from collections.abc import Callable, Iterable, Sequence

import msgspec

from tocsin.domain import alertrule, ruleevaluation
from tocsin.domain.config import TenantConfig
from tocsin.domain.errors import ConfigurationError, Conflict
from tocsin.domain.happening import SeenChange, is_for
from tocsin.domain.rule import AlertRule, MetricRule, Rule
from tocsin.domain.rulestate import Evaluated, RuleState
from tocsin.domain.series import Answer
from tocsin.pipeline.batch import Delivery, Outcome, each_tenant
from tocsin.pipeline.happenings import unpack_happenings
from tocsin.pipeline.publishing import Publisher
from tocsin.pipeline.questions import Sources, ask
from tocsin.pipeline.rounds import Round, unpack_round
from tocsin.pipeline.settling import Broken, Settling
from tocsin.ports import Blobs, Configs, Outbox, RuleStates

# Says which rules of a tenant are evaluated; all others are as if they were not there.
Active = Callable[[TenantConfig], tuple[Rule, ...]]


class RulingPorts(msgspec.Struct, frozen=True, kw_only=True):
    """What rules need of the outside world.

    `configs` may be from memory and a little old, `applied` never is.
    """

    outbox: Outbox
    blobs: Blobs
    configs: Configs
    applied: Configs
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
        settling = self._settling(outcome)
        # Of all, due or not: one may hold what a worker left that died.
        states = settling.states(config.tenant, [rule.name for rule in rules])

        def is_due(rule: Rule, state: RuleState) -> bool:
            return ruleevaluation.is_due(rule, state, part.at_s, part.every_s, now_s)

        def decide(rule: Rule, state: RuleState) -> Evaluated:
            # What another worker has stored meanwhile may be of this round.
            if not is_due(rule, state):
                return Evaluated(state=state)
            given = answers.get(rule.name, ())
            return ruleevaluation.evaluate(rule, state, given, part.at_s)

        due = [rule for rule in rules if is_due(rule, states[rule.name])]
        outcome.count("rules", len(due))
        outcome.count("rule_lag_s", max(0, int(now_s - part.at_s)))
        answers: dict[str, list[Answer]] = {}
        # First what waits for no source, since what happens changes it meanwhile.
        over_alerts = [rule for rule in due if isinstance(rule, AlertRule)]
        settling.settle(over_alerts, states, decide, part.at_s)
        over_metrics = [rule for rule in due if isinstance(rule, MetricRule)]
        answers |= ask(self._ports.sources, config, over_metrics, part.at_s, now_s)
        settling.settle(over_metrics, states, decide, part.at_s)
        if part.index == 0:
            self._retire(config, settling, part.at_s)

    def _retire(self, config: TenantConfig, settling: Settling, at_s: float) -> None:
        """End what was begun by rules that are no longer there, or rest."""
        stored = self._ports.states.names(config.tenant)
        if self._gone(config, stored):
            # Another worker may know a newer configuration, and rules of it that this one does not.
            config = self._ports.applied.current(config.tenant) or config
        gone = self._gone(config, stored)
        settling.retire(settling.states(config.tenant, gone).values(), at_s)

    def _gone(self, config: TenantConfig, stored: Iterable[str]) -> list[str]:
        known = {rule.name for rule in self._ports.active(config)}
        return [name for name in stored if name not in known]

    def _hear(
        self, config: TenantConfig, seen: Sequence[SeenChange], now_s: float, outcome: Outcome
    ) -> None:
        """Let the rules over alerts see what happened; at the end each has."""
        concerned = _concerned(self._ports.active(config), seen)
        settling = self._settling(outcome)
        states = settling.states(config.tenant, list(concerned))

        def decide(rule: Rule, state: RuleState) -> Evaluated:
            own, changes = concerned[rule.name]
            return alertrule.take(own, state, changes, now_s)

        rules = [rule for rule, _ in concerned.values()]
        if settling.settle(rules, states, decide, now_s):
            raise Conflict("other workers kept changing the same rules", retry_after_s=1)

    def _settling(self, outcome: Outcome) -> Settling:
        return Settling(self._ports.states, self._publisher, self._broken, outcome)


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
