"""Splunk Observability Cloud (SignalFx): detectors through a webhook integration.

Source: docs.splunk.com/observability/admin/notif-services/webhook.html, and for one's own
payload dev.splunk.com/observability/docs/integrations/webhook_integration_overview.
"""

from typing import Any

from tocsin.domain.alert import Alert, Status, severity_of
from tocsin.domain.errors import InvalidAlert, InvalidPayload
from tocsin.providers.fields import mapping, optional_text, unnamed, wanted_id
from tocsin.providers.kept import annotations
from tocsin.providers.limits import LABEL_NAME_CHARACTERS
from tocsin.providers.members import Entry, read_one
from tocsin.providers.reading import expected, kind, number, quoted, rfc3339, text, web_link

PROVIDER = "signalfx"

_STATES: dict[str, Status] = {
    "anomalous": "firing",
    "ok": "resolved",
    "manually resolved": "resolved",
    # Somebody edited or deleted the detector: if it still applies, there is a new incident.
    "stopped": "resolved",
}
_EXPECTED = "anomalous, ok, manually resolved or stopped"
_TOLD = ("incidentId", "detectorId", "detectorUrl", "status", "timestamp", "sf_schema",
         "messageTitle", "messageBody")  # fmt: skip


def parse(payload: Any, _received_at_s: float) -> list[Entry]:
    """Read one change of one incident."""
    if type(payload) is not dict:
        raise InvalidPayload(f"signalfx: expected an object, got {kind(payload)}")
    if "statusExtended" not in payload and "status" not in payload:
        raise InvalidPayload(
            f"signalfx: statusExtended: expected {_EXPECTED}, got null", "statusExtended"
        )
    return read_one(payload, _read)


def _read(payload: dict[str, Any]) -> Alert:
    status = _status(payload)
    incident = wanted_id(payload.get("incidentId"), "incidentId")
    at_s = rfc3339(payload.get("timestamp"), "timestamp")
    name = text(payload.get("rule")) or text(payload.get("detector"))
    name = name or f"SignalFx incident {incident}"
    return Alert(
        name=name[:LABEL_NAME_CHARACTERS],
        status=status,
        severity=severity_of(text(payload.get("severity"))),
        labels=unnamed({
            "incident": incident,
            "detector": optional_text(payload.get("detectorId"), "detectorId"),
        }),
        annotations=_annotations(payload),
        starts_at_s=at_s if status == "firing" else None,
        ends_at_s=at_s if status == "resolved" else None,
        observed_at_s=at_s,
        provider=PROVIDER,
        url=web_link(payload.get("detectorUrl")),
        value=_value(payload),
    )  # fmt: skip


def _status(payload: dict[str, Any]) -> Status:
    """Return what `statusExtended` says; `status` is the older field and knows two words."""
    for field in ("statusExtended", "status"):
        if status := _STATES.get(text(payload.get(field)).strip().lower()):
            return status
    field = "statusExtended" if "statusExtended" in payload else "status"
    word = payload[field]
    if type(word) is not str:
        raise expected(_EXPECTED, word, field)
    raise InvalidAlert(f"expected {_EXPECTED}, got {quoted(word)}", field)


def _inputs(payload: dict[str, Any]) -> list[tuple[dict[str, Any], Any]]:
    """Return dimensions and value of each signal that has dimensions."""
    found = []
    for signal in mapping(payload.get("inputs")).values():
        fields = mapping(signal)
        if dimensions := mapping(fields.get("key")) or mapping(fields.get("dimensions")):
            found.append((dimensions, fields.get("value")))
    return found


def _annotations(payload: dict[str, Any]) -> dict[str, str]:
    said = {
        "summary": text(payload.get("messageTitle")) or text(payload.get("description")),
        "description": payload.get("messageBody") or payload.get("description"),
    }
    dimensions = [dimensions for dimensions, _ in _inputs(payload)]
    return annotations(said, *dimensions, payload, without=_TOLD)


def _value(payload: dict[str, Any]) -> float | None:
    """Return what was measured, if there is one signal; of several none is the one."""
    inputs = _inputs(payload)
    return number(inputs[0][1]) if len(inputs) == 1 else None
