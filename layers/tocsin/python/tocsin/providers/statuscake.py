"""What StatusCake posts to the webhook of a contact group: a form, when a test goes down or up.

Source: statuscake.com/kb/knowledge-base/how-to-use-the-web-hook-url.
"""

from typing import Any

from tocsin.domain.alert import Alert, Status, severity_of
from tocsin.domain.errors import InvalidAlert, InvalidPayload
from tocsin.providers.fields import optional_text, wanted_text
from tocsin.providers.kept import annotations
from tocsin.providers.label_set import check_labels
from tocsin.providers.members import Entry, read_one
from tocsin.providers.reading import expected, kind, quoted, text, web_link

PROVIDER = "statuscake"

_STATUSES: dict[str, Status] = {"down": "firing", "up": "resolved"}
# The token is a hash of the account's user name and API key: it stays out of what people see.
_READ = ("Token", "Status", "Name", "URL")


def parse(payload: Any, received_at_s: float) -> list[Entry]:
    """Read one change of state of one test."""
    if type(payload) is not dict:
        raise InvalidPayload(f"statuscake: expected a form, got {kind(payload)}")
    if "Status" not in payload:
        raise InvalidPayload("statuscake: Status: expected Down or Up", "Status")
    return read_one(payload, _read)


def _read(form: dict[str, Any]) -> Alert:
    status = _status(form["Status"])
    name = wanted_text(form.get("Name"), "Name")
    return Alert(
        name=name,
        status=status,
        severity=severity_of("down"),
        # Tests have an id, which is not sent, and may share a name or an address.
        labels=check_labels({"alertname": name, "url": optional_text(form.get("URL"), "URL")}),
        annotations=_annotations(form, name),
        provider=PROVIDER,
        url=web_link(form.get("URL")),
    )


def _status(word: Any) -> Status:
    if type(word) is not str:
        raise expected("a string", word, "Status")
    status = _STATUSES.get(word.strip().lower())
    if status is None:
        raise InvalidAlert(f"expected Down or Up, got {quoted(word)}", "Status")
    return status


def _annotations(form: dict[str, Any], name: str) -> dict[str, str]:
    summary = f"{name} is {text(form.get('Status')).strip().lower()}"
    return annotations({"summary": summary}, form, without=_READ)
