"""Dynatrace problems through a custom integration (problem notifications).

The body is what the integration's payload says; the fields are called as their placeholders.
Source: docs.dynatrace.com, "Webhook integration" of problem notifications.
"""

from functools import partial
from typing import Any

from tocsin.domain.alert import Alert, Severity, Status, severity_of
from tocsin.domain.errors import InvalidAlert, InvalidPayload
from tocsin.providers.fields import mapping, optional_text, unnamed, wanted_text
from tocsin.providers.kept import annotations
from tocsin.providers.limits import LABEL_NAME_CHARACTERS
from tocsin.providers.members import Entry, read_one
from tocsin.providers.reading import expected, kind, moment, quoted, text, web_link
from tocsin.providers.unending import holds_until

PROVIDER = "dynatrace"

_STATES: dict[str, Status] = {"OPEN": "firing", "RESOLVED": "resolved"}
# Dynatrace orders its levels like this.
_SEVERITIES: dict[str, Severity] = {
    "AVAILABILITY": "critical", "ERROR": "high", "PERFORMANCE": "warning",
    "RESOURCE_CONTENTION": "warning", "CUSTOM_ALERT": "warning",
}  # fmt: skip
_DETAILS = ("ProblemDetailsJSONv2", "ProblemDetailsJSON")
_TEXTS = ("ProblemDetailsText", "ProblemDetailsMarkdown")
_TEST_TITLE = "Dynatrace problem notification test run"
_TOLD = ("PID", "State", "ProblemTitle", "ProblemURL", "Problem URL", "severity",
         "ProblemDetailsHTML", *_TEXTS)  # fmt: skip


def parse(payload: Any, received_at_s: float) -> list[Entry]:
    """Read one notification about one problem."""
    if type(payload) is not dict:
        raise InvalidPayload(f"dynatrace: expected an object, got {kind(payload)}")
    if "State" not in payload:
        raise InvalidPayload("dynatrace: State: expected OPEN or RESOLVED, got null", "State")
    if payload["State"] == "MERGED":
        # It goes on as another problem, of which Dynatrace sends notifications of its own.
        return []
    return read_one(payload, partial(_read, received_at_s))


def _read(received_at_s: float, payload: dict[str, Any]) -> Alert:
    status = _status(payload["State"])
    labels = _labels(payload)
    title = text(payload.get("ProblemTitle")) or f"Dynatrace problem {labels['problem']}"
    starts_at_s, ends_at_s = _times(payload)
    is_test = status == "firing" and title == _TEST_TITLE
    return Alert(
        name=title[:LABEL_NAME_CHARACTERS],
        status=status,
        severity=_severity(payload),
        labels=labels,
        annotations=_annotations(payload, title),
        starts_at_s=starts_at_s,
        ends_at_s=ends_at_s if status == "resolved" else None,
        # Nothing resolves a test.
        holds_until_s=holds_until(received_at_s) if is_test else None,
        provider=PROVIDER,
        url=_link(payload),
    )


def _status(word: Any) -> Status:
    if type(word) is not str:
        raise expected("OPEN or RESOLVED", word, "State")
    status = _STATES.get(word.strip().upper())
    if status is None:
        raise InvalidAlert(f"expected OPEN or RESOLVED, got {quoted(word)}", "State")
    return status


def _labels(payload: dict[str, Any]) -> dict[str, str]:
    """Return the problem: its title and entities change while Dynatrace learns about it."""
    problem = optional_text(payload.get("PID"), "PID")
    if problem:
        return unnamed({"problem": problem})
    # The number that people see is counted anew in each environment.
    shown = wanted_text(optional_text(payload.get("ProblemID"), "ProblemID"), "ProblemID")
    return unnamed({"problem": shown, "environment": _environment(_link(payload))})


def _environment(link: str) -> str:
    """Return the address of the environment: the host, and of a managed one its path `/e/ID`."""
    _, _, rest = link.partition("://")
    host, _, path = rest.partition("#")[0].partition("?")[0].partition("/")
    parts = path.split("/")
    return f"{host}/e/{parts[1]}" if parts[0] == "e" and len(parts) > 1 else host


def _severity(payload: dict[str, Any]) -> Severity:
    """Return a severity that the payload was given, or else what Dynatrace's level is worth."""
    if told := text(payload.get("severity")):
        return severity_of(told)
    return _SEVERITIES.get(text(payload.get("ProblemSeverity")).strip().upper(), "warning")


def _times(payload: dict[str, Any]) -> tuple[float | None, float | None]:
    for name in _DETAILS:
        if details := mapping(payload.get(name)):
            return _time(details, name, "startTime"), _time(details, name, "endTime")
    return None, None


def _time(details: dict[str, Any], name: str, field: str) -> float | None:
    value = details.get(field)
    # The end of an open problem is -1.
    return None if value == -1 else moment(value, f"{name}.{field}")


def _annotations(payload: dict[str, Any], title: str) -> dict[str, str]:
    said = {
        "summary": title,
        "description": next((payload[name] for name in _TEXTS if payload.get(name)), ""),
    }
    return annotations(said, payload, without=_TOLD)


def _link(payload: dict[str, Any]) -> str:
    return web_link(payload.get("ProblemURL")) or web_link(payload.get("Problem URL"))
