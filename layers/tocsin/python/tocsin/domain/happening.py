"""What rules over alerts see: one change of one alert, as evaluate decided it."""

import msgspec

from tocsin.domain.alert import Alert, Severity, Status, routing_labels
from tocsin.domain.matchers import Matcher, match_all
from tocsin.domain.rule import OWN, AlertRule


class SeenChange(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One change of one alert, once for all groups that hold it. Times are epoch seconds.

    `source` names it: what has the same name is the same. `order_at_s` orders the changes of one
    alert; `at_s` is when tocsin learned of it, or when it timed out. `repeats` marks what only
    says that an alert still fires, for rules that look for absence.
    """

    source: str
    fingerprint: str
    name: str
    status: Status
    order_at_s: float
    at_s: float
    episode: int
    labels: dict[str, str]
    severity: Severity = "warning"
    repeats: bool = False


def seen_labels(alert: Alert) -> dict[str, str]:
    """Return the labels that the matchers of rules see: always with severity and provider.

    What tocsin made itself cannot pass for another provider's by a label.
    """
    labels = routing_labels(alert)
    return {**labels, "provider": OWN} if alert.provider == OWN else labels


def concerns(rule: AlertRule, labels: dict[str, str]) -> bool:
    """Tell whether a rule looks at alerts with these labels, as `seen_labels` returns them.

    An alert that a rule made counts only where a matcher asks for it by `provider="tocsin"`, or
    where its absence is looked for; never for the rule that made it. So no rule feeds itself.
    """
    if labels.get("provider") == OWN:
        if labels.get("alertname") == rule.name:
            return False
        if rule.kind != "absent" and not any(_asks_for_own(each) for each in rule.matchers):
            return False
    return match_all(rule.matchers, labels)


def is_for(rule: AlertRule, change: SeenChange) -> bool:
    """Tell whether a rule is to be handed a change.

    An end is for the rule that may have seen the firing: the severity may be another by then.
    """
    if change.status == "firing":
        return (rule.kind == "absent" or not change.repeats) and concerns(rule, change.labels)
    others = tuple(each for each in rule.matchers if each.name != "severity")
    return concerns(msgspec.structs.replace(rule, matchers=others), change.labels)


def _asks_for_own(matcher: Matcher) -> bool:
    return matcher == Matcher("provider", "=", OWN)
