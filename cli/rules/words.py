"""A rule in one line."""

from tocsin.domain.duration import format_duration
from tocsin.domain.metricalert import in_words
from tocsin.domain.rule import AlertRule, Rule


def line_of(rule: Rule) -> str:
    """Say what a rule waits for, and what it makes of it."""
    return f"{rule.name}  {rule.severity}  {_waits_for(rule)}"


def _waits_for(rule: Rule) -> str:
    if not isinstance(rule, AlertRule):
        return in_words(rule)
    alerts = ",".join(map(str, rule.matchers))
    which = f"alerts {{{alerts}}}" if alerts else "alerts"
    window = format_duration(rule.window_s)
    if rule.kind == "absent":
        return f"no {which} for {window}"
    what = {"count": "began", "correlation": "fire together", "flapping": "changes"}[rule.kind]
    return f"{which}: {rule.threshold} {what} in {window}"
