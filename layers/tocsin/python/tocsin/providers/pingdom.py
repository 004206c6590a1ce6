"""State changes of Pingdom's uptime and transaction checks.

Source: pingdom.com/resources/webhooks, version 1.
"""

from typing import Any

from tocsin.domain.alert import Alert, Status, severity_of
from tocsin.domain.errors import InvalidAlert, InvalidPayload
from tocsin.providers.fields import mapping, wanted_id, wanted_text
from tocsin.providers.kept import annotations
from tocsin.providers.label_set import check_labels
from tocsin.providers.members import Entry, read_one
from tocsin.providers.reading import expected, kind, moment, quoted, rfc3339, text, web_link

PROVIDER = "pingdom"

_STATUSES: dict[str, Status] = {
    "DOWN": "firing", "FAILING": "firing",
    "UP": "resolved", "SUCCESS": "resolved",
}  # fmt: skip
_READ = (
    "check_id", "check_name", "current_state", "description", "long_description",
    "custom_message", "state_changed_timestamp", "state_changed_utc_time", "version",
)  # fmt: skip


def parse(payload: Any, received_at_s: float) -> list[Entry]:
    """Read one change of state of one check."""
    if type(payload) is not dict:
        raise InvalidPayload(f"pingdom: expected an object, got {kind(payload)}")
    for name in ("check_id", "current_state"):
        if name not in payload:
            raise InvalidPayload(f"pingdom: {name}: expected the state of a check", name)
    return read_one(payload, _read)


def _read(body: dict[str, Any]) -> Alert:
    status = _status(body["current_state"])
    at_s = _at_s(body)
    name = wanted_text(body.get("check_name"), "check_name")
    # Ids are Pingdom's, not an account's, and stay when a check is pointed elsewhere.
    check = wanted_id(body["check_id"], "check_id")
    return Alert(
        name=name,
        status=status,
        severity=severity_of(text(body.get("importance_level"))),
        labels=check_labels({"alertname": name, "check_id": check}),
        annotations=_annotations(body),
        starts_at_s=at_s if status == "firing" else None,
        ends_at_s=at_s if status == "resolved" else None,
        observed_at_s=at_s,
        provider=PROVIDER,
        url=web_link(mapping(body.get("check_params")).get("full_url")),
    )


def _status(word: Any) -> Status:
    if type(word) is not str:
        raise expected("a string", word, "current_state")
    status = _STATUSES.get(word)
    if status is None:
        message = f"expected DOWN, UP, FAILING or SUCCESS, got {quoted(word)}"
        raise InvalidAlert(message, "current_state")
    return status


def _at_s(body: dict[str, Any]) -> float | None:
    at_s = moment(body.get("state_changed_timestamp"), "state_changed_timestamp")
    if at_s is not None:
        return at_s
    return rfc3339(body.get("state_changed_utc_time"), "state_changed_utc_time")


def _annotations(body: dict[str, Any]) -> dict[str, str]:
    said = {
        "summary": body.get("description"),
        "description": body.get("long_description"),
        "message": body.get("custom_message"),
        "hostname": mapping(body.get("check_params")).get("hostname"),
        "first_probe": mapping(body.get("first_probe")).get("location"),
        "second_probe": mapping(body.get("second_probe")).get("location"),
    }
    return annotations(said, body, without=_READ)
