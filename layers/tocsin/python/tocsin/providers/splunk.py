"""The webhook alert action of Splunk Enterprise and Splunk Cloud.

Source: help.splunk.com, Alerting Manual, "Use a webhook alert action".
"""

from functools import partial
from typing import Any

from tocsin.domain.alert import Alert, severity_of
from tocsin.domain.errors import InvalidPayload
from tocsin.providers.fields import THING_FIELDS, mapping, optional_text
from tocsin.providers.kept import annotations
from tocsin.providers.label_set import check_labels
from tocsin.providers.limits import LABEL_NAME_CHARACTERS
from tocsin.providers.members import Entry, read_one
from tocsin.providers.reading import kind, number, text, web_link
from tocsin.providers.unending import holds_until

PROVIDER = "splunk"

_FIELDS = ("sid", "search_name", "results_link", "result")
_SEVERITIES = ("severity", "urgency", "priority", "level")


def parse(payload: Any, received_at_s: float) -> list[Entry]:
    """Read one triggered alert with the first row of its results."""
    if type(payload) is not dict:
        raise InvalidPayload(f"splunk: expected an object, got {kind(payload)}")
    if not any(field in payload for field in _FIELDS):
        message = "splunk: search_name: expected what the webhook alert action sends"
        raise InvalidPayload(message, "search_name")
    return read_one(payload, partial(_read, received_at_s))


def _read(received_at_s: float, payload: dict[str, Any]) -> Alert:
    row = mapping(payload.get("result"))
    search = optional_text(payload.get("search_name"), "search_name").strip()
    name = search or "Splunk search"
    labels = {field: _text(row.get(field)) for field in THING_FIELDS}
    labels |= {"alertname": name, "app": optional_text(payload.get("app"), "app")}
    if not search:
        # A search that nobody saved is known by its owner alone.
        labels["owner"] = optional_text(payload.get("owner"), "owner")
    return Alert(
        name=name[:LABEL_NAME_CHARACTERS],
        status="firing",
        severity=severity_of(next((row[word] for word in _SEVERITIES if row.get(word)), "")),
        labels=check_labels(labels),
        annotations=annotations(
            {"summary": _summary(name, row), "owner": payload.get("owner")}, row
        ),
        # Splunk says each time that a search found something, and never that it does no more.
        holds_until_s=holds_until(received_at_s),
        provider=PROVIDER,
        url=web_link(payload.get("results_link")),
        value=number(row.get("count")),
    )


def _text(value: Any) -> str:
    """Return a field of the row; one with several values as all of them in order."""
    if type(value) is list:
        return ",".join(sorted(item for item in value if type(item) is str))
    return text(value)


def _summary(name: str, row: dict[str, Any]) -> str:
    return text(row.get("summary")) or text(row.get("message")) or text(row.get("_raw")) or name
