"""A rule in one line."""

from tocsin.domain import alertrulemade, metricalert
from tocsin.domain.rule import AlertRule, Rule


def line_of(rule: Rule) -> str:
    """Say what a rule waits for, and what it makes of it."""
    return f"{rule.name}  {rule.severity}  {_waits_for(rule)}"


def _waits_for(rule: Rule) -> str:
    if isinstance(rule, AlertRule):
        return alertrulemade.in_words(rule)
    return metricalert.in_words(rule)
