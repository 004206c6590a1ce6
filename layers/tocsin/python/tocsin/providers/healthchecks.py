"""Checks of Healthchecks.io that a ping is missing from, or has come again.

Its webhooks send what their owner writes; docs/providers/healthchecks.md has the body that is
read here. Source: healthchecks/healthchecks, hc/integrations/webhook, and "Get a Single Check"
of its management API.
"""

from typing import Any

from tocsin.domain.alert import Alert, Status, severity_of
from tocsin.domain.errors import InvalidAlert, InvalidPayload
from tocsin.providers.fields import mapping, wanted_text
from tocsin.providers.kept import annotations
from tocsin.providers.label_set import check_labels
from tocsin.providers.members import Entry, read_one
from tocsin.providers.reading import expected, kind, quoted, rfc3339, text

PROVIDER = "healthchecks"

_STATUSES: dict[str, Status] = {"down": "firing", "up": "resolved"}
_SEVERITY = "severity:"
# The addresses of a check change it: they are no links for people.
_READ = ("code", "uuid", "unique_key", "name", "status", "now", "desc", "last_ping", "check",
         "ping_url", "update_url", "pause_url", "resume_url", "badge_url")  # fmt: skip


def parse(payload: Any, received_at_s: float) -> list[Entry]:
    """Read one check that went down or up."""
    if type(payload) is not dict:
        raise InvalidPayload(f"healthchecks: expected an object, got {kind(payload)}")
    for name in ("code", "status"):
        if name not in payload:
            message = f"healthchecks: {name}: expected code, name, status and now of a check"
            raise InvalidPayload(message, name)
    return read_one(payload, _read)


def _read(body: dict[str, Any]) -> Alert:
    status = _status(body["status"])
    at_s = rfc3339(body.get("now"), "now")
    name = wanted_text(body.get("name"), "name")
    check = mapping(body.get("check"))
    tags = text(body.get("tags")) or text(check.get("tags"))
    return Alert(
        name=name,
        status=status,
        severity=severity_of(_severity(tags)),
        labels=check_labels({"alertname": name, "code": wanted_text(body["code"], "code")}),
        annotations=_annotations(body, check),
        starts_at_s=at_s if status == "firing" else None,
        ends_at_s=at_s if status == "resolved" else None,
        observed_at_s=at_s,
        provider=PROVIDER,
    )


def _status(word: Any) -> Status:
    if type(word) is not str:
        raise expected("a string", word, "status")
    status = _STATUSES.get(word.strip().lower())
    if status is None:
        raise InvalidAlert(f"expected down or up, got {quoted(word)}", "status")
    return status


def _severity(tags: str) -> str:
    """Return what a tag such as `severity:high` says; a check itself only knows "down"."""
    for tag in tags.split():
        if tag.lower().startswith(_SEVERITY):
            return tag[len(_SEVERITY) :]
    return "down"


def _annotations(body: dict[str, Any], check: dict[str, Any]) -> dict[str, str]:
    said = {
        "summary": f"{text(body.get('name'))} is {text(body['status']).strip().lower()}",
        "description": check.get("desc"),
        "last_ping": check.get("last_ping"),
    }
    return annotations(said, body, check, without=_READ)
