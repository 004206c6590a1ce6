"""What is decided about rules, stored and sent, though others decide about the same ones.

Every decision ends in the state of its rule, under its version. Where another worker was first, it
is decided anew from what that one has stored, and a rule that fails stops no other.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from tocsin.domain import rulefailure
from tocsin.domain.errors import Conflict, Permanent, TocsinError
from tocsin.domain.rule import Rule
from tocsin.domain.ruleevaluation import retire
from tocsin.domain.rulestate import Evaluated, RuleState
from tocsin.pipeline.batch import Outcome
from tocsin.pipeline.publishing import Publisher
from tocsin.ports import RuleStates

# A conflict means that another worker made progress.
_TRIES = 8

Decide = Callable[[Rule, RuleState], Evaluated]

# Is told which rule met an error that nobody foresaw.
Broken = Callable[[str, Exception], None]


class Settling:
    """Decides about the rules of a batch; `outcome` counts what came of it."""

    def __init__(
        self, states: RuleStates, publisher: Publisher, broken: Broken, outcome: Outcome
    ) -> None:
        self._states = states
        self._publisher = publisher
        self._broken = broken
        self._outcome = outcome

    def states(self, tenant: str, names: Sequence[str]) -> dict[str, RuleState]:
        """Return the state of each rule, after sending what a worker left that died."""
        stored = self._states.read(tenant, names)
        left = self._publisher.send(stored.values())
        if left:
            self._publisher.note(left)
            again = [state.rule for state in left]
            stored = {name: state for name, state in stored.items() if name not in again}
            stored |= self._states.read(tenant, again)
        return {name: stored.get(name) or RuleState(tenant=tenant, rule=name) for name in names}

    def settle(
        self, rules: Iterable[Rule], states: dict[str, RuleState], decide: Decide, at_s: float
    ) -> list[str]:
        """Decide about rules of one tenant as of `at_s`, and send the alerts that come of it.

        `states` are theirs by name. Returns the rules that other workers kept changing.
        """
        left = list(rules)
        for _ in range(_TRIES):
            left = self._once(left, states, decide, at_s)
            if not left:
                break
            tenant = next(iter(states.values())).tenant
            states = self.states(tenant, [rule.name for rule in left])
        return [rule.name for rule in left]

    def retire(self, states: Iterable[RuleState], at_s: float) -> None:
        """End what rules began that are gone; where another worker was first, the next round."""
        made: list[RuleState] = []
        for state in states:
            try:
                made.append(self._publisher.write(state, retire(state, at_s), at_s))
            except Conflict:
                self._outcome.count("conflicts")
            except Permanent as error:
                self._broken(state.rule, error)
        self._publish(made)

    def _once(
        self, rules: Iterable[Rule], states: dict[str, RuleState], decide: Decide, at_s: float
    ) -> list[Rule]:
        made: list[RuleState] = []
        left: list[Rule] = []
        for rule in rules:
            before = states[rule.name]
            try:
                made.append(self._judged(rule, before, partial(decide, rule, before), at_s))
            except Conflict:
                self._outcome.count("conflicts")
                left.append(rule)
            except Permanent as error:
                # Not even its failure can be stored.
                self._broken(rule.name, error)
        self._publish(made)
        return left

    def _judged(
        self, rule: Rule, before: RuleState, decide: Callable[[], Evaluated], at_s: float
    ) -> RuleState:
        """Decide about one rule and store what comes of it. Raises Conflict if another did."""
        try:
            return self._publisher.write(before, self._tried(rule, before, decide, at_s), at_s)
        except Permanent as error:
            failed = self._failed(rule, before, error.reason, at_s)
            return self._publisher.write(before, failed, at_s)

    def _tried(
        self, rule: Rule, before: RuleState, decide: Callable[[], Evaluated], at_s: float
    ) -> Evaluated:
        """Decide about one rule; whatever keeps it from that is an alert of its own."""
        try:
            return decide()
        except TocsinError as error:
            return self._failed(rule, before, str(error), at_s)
        except Exception as error:  # noqa: BLE001 - one rule must stop no other
            self._broken(rule.name, error)
            reason = f"a fault of tocsin's, which its log shows: {type(error).__name__}"
            return self._failed(rule, before, reason, at_s)

    def _failed(self, rule: Rule, before: RuleState, reason: str, at_s: float) -> Evaluated:
        self._outcome.count("rules_failed")
        return rulefailure.failed(rule, before, reason, at_s)

    def _publish(self, made: Iterable[RuleState]) -> None:
        sent = self._publisher.send(made)
        self._outcome.count("rule_alerts", sum(len(state.outgoing) for state in sent))
        self._publisher.note(sent)
