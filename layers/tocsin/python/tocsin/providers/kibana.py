"""Kibana's rules through its webhook connector, with the body in docs/providers/kibana.md.

Source: elastic.co/guide/en/kibana/current/rule-action-variables.html.
"""

from functools import partial
from typing import Any

import orjson

from tocsin.domain.alert import Alert, Severity, severity_of
from tocsin.domain.errors import InvalidPayload
from tocsin.providers.fields import optional_text, wanted_text
from tocsin.providers.kept import annotations
from tocsin.providers.label_set import check_labels
from tocsin.providers.limits import LABEL_NAME_CHARACTERS
from tocsin.providers.members import Entry, read_one
from tocsin.providers.reading import kind, number, rfc3339, text, web_link
from tocsin.providers.unending import holds_until

PROVIDER = "kibana"

# Every other group means that the alert is active. The second is of tracking containment.
_RECOVERED = ("recovered", "notGeoContained")


def parse(payload: Any, received_at_s: float) -> list[Entry]:
    """Read one action of one rule for one alert."""
    if type(payload) is not dict:
        raise InvalidPayload(f"kibana: expected an object, got {kind(payload)}")
    for name in ("rule", "alert"):
        if not _object(payload.get(name)):
            got = kind(payload.get(name))
            raise InvalidPayload(f"kibana: {name}: expected an object, got {got}", name)
    return read_one(payload, partial(_read, received_at_s))


def _object(value: Any) -> dict[str, Any]:
    """Return an object, also one that the template `"{{name}}"` made a text of."""
    if type(value) is str and value.startswith("{"):
        try:
            value = orjson.loads(value)
        except ValueError:
            return {}
    return value if type(value) is dict else {}


def _read(received_at_s: float, payload: dict[str, Any]) -> Alert:
    rule, alert = _object(payload["rule"]), _object(payload["alert"])
    context = _object(payload.get("context"))
    name = wanted_text(rule.get("name"), "rule.name")
    group = wanted_text(alert.get("actionGroup"), "alert.actionGroup")
    firing = group not in _RECOVERED
    at_s = rfc3339(payload.get("date"), "date")
    return Alert(
        name=name[:LABEL_NAME_CHARACTERS],
        status="firing" if firing else "resolved",
        severity=_severity(payload, alert),
        labels=check_labels(_labels(payload, rule, alert, name)),
        annotations=_annotations(payload, rule, alert, context),
        ends_at_s=None if firing else at_s,
        observed_at_s=at_s,
        holds_until_s=holds_until(received_at_s) if firing and _is_security(rule) else None,
        provider=PROVIDER,
        url=_link(payload, rule, context),
        value=number(payload.get("value", context.get("value"))),
    )


def _labels(
    payload: dict[str, Any], rule: dict[str, Any], alert: dict[str, Any], name: str
) -> dict[str, str]:
    # Which group of the rule: a host, or something like "*" where the rule has no groups.
    group = wanted_text(alert.get("id"), "alert.id")
    return {
        "alertname": name,
        "rule": wanted_text(rule.get("id"), "rule.id"),
        # In a security rule it is the id of the one event that was found.
        "alert": "" if _is_security(rule) else group,
        "space": optional_text(rule.get("spaceId"), "rule.spaceId"),
        "kibana": optional_text(payload.get("kibanaBaseUrl"), "kibanaBaseUrl").rstrip("/"),
    }


def _is_security(rule: dict[str, Any]) -> bool:
    """Tell whether it is a rule of Elastic Security: it finds events, and nothing recovers."""
    return text(rule.get("type")).startswith("siem.")


def _severity(payload: dict[str, Any], alert: dict[str, Any]) -> Severity:
    """Return a severity that the body was given, or else what the name of the group says."""
    return severity_of(text(payload.get("severity")) or text(alert.get("actionGroupName")))


def _annotations(
    payload: dict[str, Any], rule: dict[str, Any], alert: dict[str, Any], context: dict[str, Any]
) -> dict[str, str]:
    said = {
        "summary": _text("reason", payload, context),
        "description": _text("message", payload, context),
        "tags": rule.get("tags"),
        "rule_type": rule.get("type"),
        "action_group": alert.get("actionGroupName") or alert.get("actionGroup"),
        "flapping": alert.get("flapping"),
    }
    left_out = ("date", "kibanaBaseUrl", "severity", "reason", "message", "rule", "alert",
                "context", "timestamp", "value")  # fmt: skip
    return annotations(said, payload, context, without=left_out)


def _text(name: str, *objects: dict[str, Any]) -> str:
    return next((found for fields in objects if (found := text(fields.get(name)))), "")


def _link(payload: dict[str, Any], rule: dict[str, Any], context: dict[str, Any]) -> str:
    links = (_text("alertDetailsUrl", payload, context), rule.get("url"))
    return next((link for value in links if (link := web_link(value))), "")
