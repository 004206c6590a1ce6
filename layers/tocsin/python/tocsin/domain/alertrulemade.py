"""The alerts that alert rules make, with the alerts that each is about in its annotations."""

from collections.abc import Mapping

import msgspec

from tocsin.domain.alert import Alert
from tocsin.domain.duration import format_duration
from tocsin.domain.metricalert import number, rendered
from tocsin.domain.rule import OWN, AlertRule
from tocsin.domain.series import Labels

# How many alerts an annotation names; the others are counted.
NAMED_LIMIT = 20
# Labels that say something else of a made alert than of those that it is about. Prometheus puts
# the same word before labels that collide.
_EXPORTED = {"alertname", "provider", "severity"}


def made_alert(
    rule: AlertRule, by: Labels, concerned: Mapping[str, str], value: float, at_s: float
) -> Alert:
    """Return the alert of a rule that fires at `at_s`; `concerned` are names by fingerprint.

    The labels of `by` count over those of the rule, since they tell its alerts apart.
    """
    own = {f"exported_{name}" if name in _EXPORTED else name: text for name, text in by if text}
    labels = {**rule.labels, **own, "alertname": rule.name}
    context = {
        "condition": in_words(rule),
        "value": number(value),
        "window": format_duration(rule.window_s),
    }
    if concerned:
        context["alerts"] = named(concerned)
    texts = {name: rendered(text, labels, value) for name, text in rule.annotations.items()}
    return Alert(
        name=rule.name,
        status="firing",
        severity=rule.severity,
        labels=labels,
        annotations={**context, **texts},
        starts_at_s=at_s,
        observed_at_s=at_s,
        provider=OWN,
        url=rule.link,
        value=value,
    )


def ended(made: Alert, reason: str, at_s: float) -> Alert:
    """Return the end of an alert that a rule made, and why it ended."""
    duration = format_duration(at_s - (made.starts_at_s or at_s))
    return msgspec.structs.replace(
        made,
        status="resolved",
        annotations={**made.annotations, "duration": duration, "reason": reason},
        ends_at_s=at_s,
        observed_at_s=at_s,
    )


def in_words(rule: AlertRule) -> str:
    """Describe what a rule waits for, as in `3 alerts within 5m of {severity="high"}`."""
    chosen = "{" + ",".join(map(str, rule.matchers)) + "}"
    window = format_duration(rule.window_s)
    return {
        "count": f"{rule.threshold} firings within {window} of {chosen}",
        "absent": f"none firing for {window} of {chosen}",
        "correlation": f"{rule.threshold} alerts firing, begun within {window}, of {chosen}",
        "flapping": f"{rule.threshold} changes of one alert within {window} of {chosen}",
    }[rule.kind]


def named(concerned: Mapping[str, str]) -> str:
    """Write alerts with their fingerprints, the first NAMED_LIMIT of them."""
    shown = [f"{name} ({fingerprint})" for fingerprint, name in concerned.items()]
    more = len(shown) - NAMED_LIMIT
    listed = ", ".join(shown[:NAMED_LIMIT])
    return f"{listed} and {more} more" if more > 0 else listed
