"""What is remembered of rules, in memory."""

from collections.abc import Iterable

from msgspec.structs import replace

from tocsin.domain.errors import Conflict
from tocsin.domain.rulestate import RuleState


class MemoryRuleStates:
    """States by tenant and rule."""

    def __init__(self) -> None:
        self.states: dict[tuple[str, str], RuleState] = {}
        self.writes = 0

    def read(self, tenant: str, rules: Iterable[str]) -> dict[str, RuleState]:
        """Return what is stored of these rules."""
        return {rule: self.states[tenant, rule] for rule in rules if (tenant, rule) in self.states}

    def names(self, tenant: str) -> list[str]:
        """Return the names of the rules of which something is stored."""
        return sorted(rule for owner, rule in self.states if owner == tenant)

    def write(self, state: RuleState) -> None:
        """Store the next version, or delete one that is empty."""
        key = (state.tenant, state.rule)
        stored = self.states.get(key)
        if state.version != (stored.version if stored else 0):
            raise Conflict(f"the state of rule {state.rule} has changed")
        if not state.is_empty:
            self.states[key] = replace(state, version=state.version + 1)
        elif stored:
            del self.states[key]
        else:
            return
        self.writes += 1
