"""Alerts of LibreNMS, from its KeepHQ transport or from its API transport.

Source: librenms/librenms, LibreNMS/Alert/Transport/Keephq.php, LibreNMS/Alert/RunAlerts.php
and LibreNMS/Enum/AlertState.php.
"""

from typing import Any

from tocsin.domain.alert import Alert, Status, severity_of
from tocsin.domain.errors import InvalidAlert, InvalidPayload
from tocsin.providers.fields import optional_text, wanted_id, wanted_text
from tocsin.providers.kept import annotations
from tocsin.providers.label_set import check_labels
from tocsin.providers.members import Entry, read_one
from tocsin.providers.reading import kind, quoted, text

PROVIDER = "librenms"

_ACKNOWLEDGED = "2"
_STATUSES: dict[str, Status] = {
    "0": "resolved",
    "1": "firing", "3": "firing", "4": "firing", "5": "firing",
}  # fmt: skip
# LibreNMS counts rules from 1; this is the one of its test.
_TEST_RULE = "000"
_READ = ("title", "msg", "name", "hostname", "device_id", "rule_id", "severity", "rule", "builder",
         "state", "string")  # fmt: skip


def parse(payload: Any, received_at_s: float) -> list[Entry]:
    """Read one alert.

    Understood, and without an alert, are acknowledgements and the test of a transport.
    """
    if type(payload) is not dict:
        raise InvalidPayload(f"librenms: expected an object, got {kind(payload)}")
    for name in ("device_id", "rule_id", "state"):
        if name not in payload:
            raise InvalidPayload(f"librenms: {name}: expected an alert of a device", name)
    if payload["rule_id"] == _TEST_RULE or payload["state"] in (_ACKNOWLEDGED, int(_ACKNOWLEDGED)):
        return []
    return read_one(payload, _read)


def _read(body: dict[str, Any]) -> Alert:
    name = wanted_text(body.get("name"), "name")
    return Alert(
        name=name,
        status=_status(body["state"]),
        severity=severity_of(text(body.get("severity"))),
        # LibreNMS has one alert for a rule and a device. The other ids count its messages.
        labels=check_labels(
            {
                "alertname": name,
                "hostname": optional_text(body.get("hostname"), "hostname"),
                "device_id": wanted_id(body["device_id"], "device_id"),
                "rule_id": wanted_id(body["rule_id"], "rule_id"),
            }
        ),
        annotations=annotations(
            {"summary": body.get("title"), "description": body.get("msg")}, body, without=_READ
        ),
        provider=PROVIDER,
    )


def _status(value: Any) -> Status:
    word = wanted_id(value, "state")
    status = _STATUSES.get(word)
    if status is None:
        raise InvalidAlert(f"expected 0 to 5, got {quoted(word)}", "state")
    return status
