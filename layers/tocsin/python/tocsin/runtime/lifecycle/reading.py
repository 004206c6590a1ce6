"""What a request asks for: which alert, and what is to be done about it."""

import re
from hashlib import blake2b
from typing import Any

import msgspec

from tocsin.domain.duration import parse_duration
from tocsin.domain.errors import InvalidInput, TooLarge
from tocsin.domain.handling import KINDS, ActionKind
from tocsin.pipeline.acting import WantedAction
from tocsin.providers.bodies import json_of
from tocsin.providers.reading import expected, quoted, rfc3339
from tocsin.runtime.gateway import HttpRequest, body_of
from tocsin.runtime.lifecycle.ports import Caller

BASE = "/v1/alerts/"
BODY_LIMIT_BYTES = 64 * 1024
# Characters.
NAME_LIMIT = 128
TEXT_LIMIT = 4096
_KEY_LIMIT = 255
SNOOZE_LEAST_S = 60.0
SNOOZE_MOST_S = 7 * 86_400.0
# A request is on its way for a moment, and clocks differ.
_SLACK_S = 5.0

_FINGERPRINT = re.compile(r"[0-9a-f]{16}|[0-9a-f]{32}", re.IGNORECASE)
_ACTIONS: dict[str, ActionKind] = {kind: kind for kind in KINDS}
# What each action takes, beside what all take.
_SHARED = ("by", "text", "episode")
_OWN: dict[ActionKind, tuple[str, ...]] = {"assign": ("assignee",), "snooze": ("for", "until")}


class Target(msgspec.Struct, frozen=True):
    """An alert by one of its fingerprints, and what is to be done about it; None: look at it."""

    name: str
    kind: ActionKind | None


def target_of(request: HttpRequest) -> Target:
    """Read the path. Raises InvalidInput with status 404 or 405."""
    name, _, action = request.path.removeprefix(BASE).rstrip("/").partition("/")
    if action and action not in _ACTIONS:
        raise InvalidInput(
            f"there is no action {quoted(action)}; there are {', '.join(KINDS)}",
            status=404,
            code="not_found",
        )
    method = "POST" if action else "GET"
    if request.method != method:
        raise InvalidInput(f"this takes {method} alone", status=405, code="method_not_allowed")
    if _FINGERPRINT.fullmatch(name) is None:
        raise InvalidInput(
            "a fingerprint has 32 hexadecimal digits, or 16 as Alertmanager shows it",
            status=404,
            code="unknown_alert",
        )
    return Target(name.lower(), _ACTIONS[action] if action else None)


def wanted_action(
    request: HttpRequest, target: Target, kind: ActionKind, caller: Caller, now_s: float
) -> WantedAction:
    """Read the body.

    Raises InvalidInput with status 415 for what does not say that it is JSON, 400 for what is
    none, 413 for too much of it, and 422 for all else that is wrong.
    """
    _require_json(request)
    body = _body(request)
    given = _fields(body, kind)
    return WantedAction(
        id=_action_id(request, target, caller, body),
        kind=kind,
        by=_name(given, "by") or caller.name,
        text=_text(given, is_needed=kind == "comment"),
        assignee=_name(given, "assignee") if kind == "assign" else "",
        until_s=_until_s(given, now_s) if kind == "snooze" else 0.0,
        episode=_episode(given),
    )


def _require_json(request: HttpRequest) -> None:
    """Refuse what a browser sends for a page from elsewhere without asking first.

    So no page can act where no key is asked for, or with a key that stands in an address.
    """
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != "application/json":
        raise InvalidInput(
            "an action needs Content-Type: application/json, also without a body",
            status=415,
            code="unsupported_media_type",
        )


def _body(request: HttpRequest) -> bytes:
    body = body_of(request, BODY_LIMIT_BYTES)
    if len(body) > BODY_LIMIT_BYTES:
        raise TooLarge(f"a body may have {BODY_LIMIT_BYTES} bytes")
    return body


def _fields(body: bytes, kind: ActionKind) -> dict[str, Any]:
    given = json_of(body) if body.strip() else {}
    if type(given) is not dict:
        raise expected("an object", given, "")
    known = (*_SHARED, *_OWN.get(kind, ()))
    for name in given:
        if name not in known:
            raise InvalidInput(f"{kind} takes {', '.join(known)}", name[:NAME_LIMIT])
    if kind == "assign" and "assignee" not in given:
        raise InvalidInput('assign needs assignee; "" is nobody', "assignee")
    return given


def _action_id(request: HttpRequest, target: Target, caller: Caller, body: bytes) -> str:
    """Return the same id for every attempt, where the client names it, and else a new one."""
    name = request.headers.get("idempotency-key", "").strip()
    if not name:
        return request.id
    if len(name) > _KEY_LIMIT or not name.isascii() or not name.isprintable() or "," in name:
        raise InvalidInput(
            f"Idempotency-Key has 1 to {_KEY_LIMIT} printable ASCII characters and no comma"
        )
    parts = (caller.tenant, caller.name, target.name, target.kind, name)
    return blake2b(msgspec.json.encode(parts) + body, digest_size=16).hexdigest()


def _name(given: dict[str, Any], field: str) -> str:
    value = given.get(field)
    if value is None:
        return ""
    if type(value) is not str:
        raise expected("a string", value, field)
    name = value.strip()
    if len(name) > NAME_LIMIT or not name.isprintable():
        raise InvalidInput(f"at most {NAME_LIMIT} printable characters in one line", field)
    return name


def _text(given: dict[str, Any], *, is_needed: bool) -> str:
    value = given.get("text")
    if value is None or value == "":
        if is_needed:
            raise InvalidInput("a comment needs text", "text")
        return ""
    if type(value) is not str:
        raise expected("a string", value, "text")
    if len(value) > TEXT_LIMIT:
        raise InvalidInput(f"at most {TEXT_LIMIT} characters", "text")
    if is_needed and not value.strip():
        raise InvalidInput("a comment needs text", "text")
    return value


def _episode(given: dict[str, Any]) -> int | None:
    value = given.get("episode")
    if value is None:
        return None
    if type(value) is not int:
        raise expected("a whole number", value, "episode")
    return value


def _until_s(given: dict[str, Any], now_s: float) -> float:
    """Read until when a snooze lasts: `for` so long, or `until` then."""
    duration, until = given.get("for"), given.get("until")
    if (duration is None) == (until is None):
        raise InvalidInput('snooze needs either for, such as "1h", or until, a time', "for")
    if duration is not None:
        until_s, field = now_s + _duration_s(duration), "for"
    else:
        until_s, field = rfc3339(until, "until") or 0.0, "until"
    if not SNOOZE_LEAST_S - _SLACK_S <= until_s - now_s <= SNOOZE_MOST_S + _SLACK_S:
        raise InvalidInput("a snooze lasts from 1m to 7d", field)
    return until_s


def _duration_s(value: Any) -> float:
    if type(value) is not str:
        raise expected("a duration such as 1h", value, "for")
    try:
        return parse_duration(value)
    except ValueError as error:
        raise InvalidInput(str(error), "for") from error
