"""Grafana Alerting's webhook contact point: like an Alertmanager's, with additions of its own.

Source: grafana.com/docs/grafana/latest/alerting, "Configure webhook notifications".
"""

from functools import partial
from typing import Any

from tocsin.domain.alert import Alert, Status
from tocsin.domain.errors import InvalidAlert, InvalidPayload
from tocsin.providers.fields import mapping, optional_text
from tocsin.providers.kept import annotations
from tocsin.providers.label_set import check_annotations, check_labels
from tocsin.providers.members import Entry, read_each
from tocsin.providers.prometheus_labels import name_of, severity_from
from tocsin.providers.reading import expected, kind, number, quoted, rfc3339, web_link
from tocsin.providers.unending import holds_until

PROVIDER = "grafana"

_LINKS = ("generatorURL", "panelURL", "dashboardURL")
_TOLD = ("status", "startsAt", "endsAt", "fingerprint", "generatorURL", "orgId")


def parse(payload: Any, received_at_s: float) -> list[Entry]:
    """Read one notification: a group of alerts, each with a status of its own."""
    if type(payload) is not dict:
        raise InvalidPayload(f"grafana: expected an object, got {kind(payload)}")
    members = payload.get("alerts")
    if type(members) is not list:
        message = f"grafana: alerts: expected a list, got {kind(members)}"
        raise InvalidPayload(message, "alerts")
    return read_each(members, "alerts", partial(_read, received_at_s, payload))


def _read(received_at_s: float, group: dict[str, Any], member: Any) -> Alert:
    if type(member) is not dict:
        raise expected("an object", member, "")
    labels = dict(check_labels(member.get("labels")))
    if not labels:
        raise InvalidAlert("at least one label with a value is needed", "labels")
    ends_at_s = rfc3339(member.get("endsAt"), "endsAt")
    status = _status(member.get("status"), ends_at_s, received_at_s)
    is_test = labels.get("alertname") == "TestAlert" and labels.get("instance") == "Grafana"
    name = name_of(labels)
    told_name = labels.get("alertname", "")
    return Alert(
        name=name,
        status=status,
        severity=severity_from(labels),
        labels={**check_labels({**labels, **_sender(group, member)}), "alertname": told_name},
        annotations=_annotations(member),
        starts_at_s=rfc3339(member.get("startsAt"), "startsAt"),
        ends_at_s=ends_at_s if status == "resolved" else None,
        # What the button "Test" sends is never resolved.
        holds_until_s=holds_until(received_at_s) if is_test and status == "firing" else None,
        provider=PROVIDER,
        url=_link(group, member),
        value=_value(member),
    )


def _sender(group: dict[str, Any], member: dict[str, Any]) -> dict[str, str]:
    """Return what tells apart alerts with equal labels of two rules or organizations.

    Grafana leaves the id of the rule out of the labels that it sends, and not out of the
    fingerprint.
    """
    org = member.get("orgId", group.get("orgId"))
    return {
        "grafana_url": optional_text(group.get("externalURL"), "externalURL").rstrip("/"),
        "grafana_org": optional_text(org, "orgId"),
        "grafana_fingerprint": optional_text(member.get("fingerprint"), "fingerprint"),
    }


def _status(word: Any, ends_at_s: float | None, received_at_s: float) -> Status:
    """Return the member's own status: that of the group is firing if one of its alerts is."""
    if word in ("firing", "resolved"):
        return word  # type: ignore[no-any-return]
    if word is None:
        return "resolved" if ends_at_s is not None and ends_at_s <= received_at_s else "firing"
    if type(word) is not str:
        raise expected("firing or resolved", word, "status")
    raise InvalidAlert(f"expected firing or resolved, got {quoted(word)}", "status")


def _annotations(member: dict[str, Any]) -> dict[str, str]:
    told = check_annotations(member.get("annotations"))
    return annotations(told, _values(member), member, without=_TOLD)


def _values(member: dict[str, Any]) -> dict[str, Any]:
    values = mapping(member.get("values"))
    return {f"value {name}": value for name, value in values.items()}


def _value(member: dict[str, Any]) -> float | None:
    """Return what was measured, if there is one value; of several none is the one."""
    values = list(mapping(member.get("values")).values())
    return number(values[0]) if len(values) == 1 else None


def _link(group: dict[str, Any], member: dict[str, Any]) -> str:
    for name in _LINKS:
        if link := web_link(member.get(name)):
            return link
    return web_link(group.get("externalURL"))
