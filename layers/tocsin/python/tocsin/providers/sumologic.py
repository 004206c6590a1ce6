"""Sumo Logic monitors through a webhook connection.

The body is what the connection's payload says; the fields are called as their variables, in
any case.
Source: help.sumologic.com/docs/alerts: monitors/alert-variables, webhook-connections.
"""

from functools import partial
from typing import Any

from tocsin.domain.alert import Alert, Severity, Status
from tocsin.domain.errors import InvalidAlert, InvalidPayload
from tocsin.providers.fields import optional_text, wanted_text
from tocsin.providers.kept import annotations
from tocsin.providers.label_set import check_labels
from tocsin.providers.limits import LABEL_NAME_CHARACTERS
from tocsin.providers.members import Entry, read_one
from tocsin.providers.reading import expected, kind, moment, number, quoted, text, web_link

PROVIDER = "sumologic"

# A monitor has up to three triggers, and each fires and is resolved on its own.
_TRIGGERS: dict[str, tuple[Status, str]] = {
    "critical": ("firing", "critical"),
    "warning": ("firing", "warning"),
    "missingdata": ("firing", "missingdata"),
    "resolvedcritical": ("resolved", "critical"),
    "resolvedwarning": ("resolved", "warning"),
    "resolvedmissingdata": ("resolved", "missingdata"),
}
_SEVERITIES: dict[str, Severity] = {
    "critical": "critical", "warning": "warning", "missingdata": "warning",
}  # fmt: skip
_EXPECTED = "Critical, Warning, MissingData or Resolved with one of them"
_TOLD = (
    "name", "alertname", "description", "id", "incidentkey", "triggertype", "triggertimestart",
    "triggertimeend", "triggervalue", "resultsjson", "alertresponseurl",
)  # fmt: skip
_LINKS = ("alertresponseurl", "queryurl", "sourceurl")


def parse(payload: Any, _received_at_s: float) -> list[Entry]:
    """Read one alert or recovery of one monitor."""
    if type(payload) is not dict:
        raise InvalidPayload(f"sumologic: expected an object, got {kind(payload)}")
    fields = {_plain(name): value for name, value in payload.items()}
    if "triggertype" not in fields:
        raise InvalidPayload(
            f"sumologic: triggerType: expected {_EXPECTED}, got null", "triggerType"
        )
    word = _word(fields["triggertype"])
    # "Normal" is in the list of states, and recoveries have names of their own.
    return [] if word == "normal" else read_one(payload, partial(_read, fields))


def _plain(name: str) -> str:
    return name.lower().replace("_", "")


def _word(value: Any) -> str:
    return text(value).replace(" ", "").lower()


def _read(fields: dict[str, Any], payload: dict[str, Any]) -> Alert:
    status, trigger = _trigger(fields["triggertype"])
    name = wanted_text(fields.get("name"), "name")
    until_s = moment(fields.get("triggertimeend"), "triggerTimeEnd")
    return Alert(
        name=name[:LABEL_NAME_CHARACTERS],
        status=status,
        severity=_SEVERITIES[trigger],
        labels=_labels(fields, name, trigger),
        annotations=_annotations(fields, payload),
        starts_at_s=until_s if status == "firing" else None,
        ends_at_s=until_s if status == "resolved" else None,
        # The query ran over the time up to here, and this is what it found.
        observed_at_s=until_s,
        provider=PROVIDER,
        url=next((link for field in _LINKS if (link := web_link(fields.get(field)))), ""),
        value=number(fields.get("triggervalue")),
    )


def _trigger(value: Any) -> tuple[Status, str]:
    if type(value) is not str:
        raise expected(_EXPECTED, value, "triggerType")
    found = _TRIGGERS.get(_word(value))
    if found is None:
        raise InvalidAlert(f"expected {_EXPECTED}, got {quoted(value)}", "triggerType")
    return found


def _labels(fields: dict[str, Any], name: str, trigger: str) -> dict[str, str]:
    return check_labels({
        "alertname": name,
        "monitor": optional_text(fields.get("id"), "id"),
        # Which alert of a monitor that has one for each group.
        "incident": optional_text(fields.get("incidentkey"), "incidentKey"),
        "trigger": trigger,
    })  # fmt: skip


def _annotations(fields: dict[str, Any], payload: dict[str, Any]) -> dict[str, str]:
    said = {
        "summary": fields.get("alertname") or fields.get("triggercondition"),
        "description": fields.get("description"),
        "results": fields.get("resultsjson"),
    }
    told = [name for name in payload if _plain(name) in _TOLD]
    return annotations(said, payload, without=told)
