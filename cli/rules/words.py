"""A rule in one line."""

from tocsin.domain import alertrulemade, metricalert
from tocsin.domain.rule import AlertRule, Rule
from tocsin.domain.rulestate import KeyedState, RuleState, SeriesState


def line_of(rule: Rule) -> str:
    """Say what a rule waits for, and what it makes of it."""
    return f"{rule.name}  {rule.severity}  {_waits_for(rule)}"


def _waits_for(rule: Rule) -> str:
    if isinstance(rule, AlertRule):
        return alertrulemade.in_words(rule)
    return metricalert.in_words(rule)


def state_of(state: RuleState | None) -> str:
    """Say how a rule stands; "" where it is well."""
    if state is None:
        return ""
    every: list[SeriesState | KeyedState] = [*state.series.values(), *state.keyed.values()]
    counts = {
        "fires": sum(each.phase == "firing" for each in every),
        "pending": sum(each.phase == "pending" for each in every),
        "held back": sum(each.is_held_back for each in every),
    }
    said = [f"{what} {count}" for what, count in counts.items() if count]
    if state.failure:
        said.append(f"failed: {state.failure}")
    return ", ".join(said)
