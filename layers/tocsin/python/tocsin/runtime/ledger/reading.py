"""What a request about deliveries asks for."""

import re
from collections.abc import Callable

import msgspec

from tocsin.domain.config import TenantConfig
from tocsin.domain.duration import parse_duration
from tocsin.domain.errors import InvalidInput
from tocsin.domain.ledger import ENDINGS, Position, Wanted
from tocsin.domain.routing import integrations_of
from tocsin.pipeline.deliveries import KEPT_S, Span
from tocsin.providers.reading import quoted, rfc3339
from tocsin.runtime.gateway import HttpRequest

BASE = "/v1/deliveries"
LIMIT, LIMIT_MOST = 50, 500
SPAN_S = 86_400.0
_SPAN = ("since", "until")
_FILTERS = (*_SPAN, "receiver", "outcome", "fingerprint", "key", "limit", "cursor")

_KEY = re.compile(r"toc_[0-9a-f]{32}")
_FINGERPRINT = re.compile(r"[0-9a-f]{16}|[0-9a-f]{32}")
_CURSOR = re.compile(r"([0-9]{1,15})\.([0-9a-f]{16})?")
_NAME_CHARACTERS = 256


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A list that is asked for."""

    wanted: Wanted
    span: Span
    limit: int
    before: Position | None


def notification_of(request: HttpRequest) -> str:
    """Return the key of the notification that a path names; "" for the list of all.

    Raises InvalidInput with status 404 for what is no key.
    """
    name = request.path.removeprefix(BASE).strip("/")
    if name and _KEY.fullmatch(name) is None:
        raise InvalidInput(
            "a notification is named by its key: toc_ and 32 hexadecimal digits",
            status=404,
            code="unknown_notification",
        )
    return name


def listing(
    request: HttpRequest,
    config: TenantConfig,
    fingerprint_of: Callable[[str], str],
    now_s: float,
) -> Asked:
    """Read what is asked for of the list. Raises InvalidInput for what is wrong."""
    given = _given(request, _FILTERS)
    receiver = given.get("receiver", "")
    return Asked(
        wanted=Wanted(
            receivers=frozenset({receiver, *integrations_of(config, receiver)} if receiver else ()),
            ending=_ending(given.get("outcome", "")),
            fingerprint=_fingerprint(given.get("fingerprint", ""), fingerprint_of),
            key=_key(given.get("key", "")),
        ),
        span=_span(given, now_s),
        limit=_limit(given.get("limit", "")),
        before=_before(given.get("cursor", "")),
    )


def asked_story(request: HttpRequest, now_s: float) -> tuple[Span, bool]:
    """Return where one notification is looked for, and whether in all of that."""
    given = _given(request, _SPAN)
    return _span(given, now_s), "since" in given


def cursor_of(position: Position) -> str:
    """Write a position as a request names it."""
    return f"{position.at_ms}.{position.id}"


def _given(request: HttpRequest, known: tuple[str, ...]) -> dict[str, str]:
    """Return the parameters that say something, each of which may come once."""
    given: dict[str, str] = {}
    for name, values in request.queries.items():
        if name not in known:
            raise InvalidInput(
                f"there is no {quoted(name)}; there are {', '.join(known)}", name[:64]
            )
        if len(values) > 1:
            raise InvalidInput("it is given more than once", name)
        value = values[0] if values else ""
        if len(value) > _NAME_CHARACTERS:
            raise InvalidInput(f"at most {_NAME_CHARACTERS} characters", name)
        if value:
            given[name] = value
    return given


def _ending(text: str) -> str:
    if text and text not in ENDINGS:
        raise InvalidInput(f"an outcome is one of {', '.join(ENDINGS)}", "outcome")
    return text


def _key(text: str) -> str:
    if text and _KEY.fullmatch(text) is None:
        raise InvalidInput("a key is toc_ and 32 hexadecimal digits", "key")
    return text


def _fingerprint(text: str, fingerprint_of: Callable[[str], str]) -> str:
    """Return a fingerprint of tocsin's; one of Alertmanager's is looked up."""
    name = text.lower()
    if not name:
        return ""
    if _FINGERPRINT.fullmatch(name) is None:
        raise InvalidInput(
            "a fingerprint has 32 hexadecimal digits, or 16 as Alertmanager shows it", "fingerprint"
        )
    return name if len(name) == 32 else fingerprint_of(name)


def _limit(text: str) -> int:
    if not text:
        return LIMIT
    is_number = text.isascii() and text.isdecimal() and len(text) <= 4
    if not is_number or not 1 <= int(text) <= LIMIT_MOST:
        raise InvalidInput(f"limit must be a whole number from 1 to {LIMIT_MOST}", "limit")
    return int(text)


def _before(text: str) -> Position | None:
    if not text:
        return None
    found = _CURSOR.fullmatch(text)
    if found is None:
        raise InvalidInput("a cursor is what the answer before gave as next", "cursor")
    return Position(int(found[1]), found[2] or "")


def _span(given: dict[str, str], now_s: float) -> Span:
    """Return the span between since and until: the last 24 hours up to now, unless given.

    What the journal keeps no more is not looked for.
    """
    until_s = min(now_s, _moment(given, "until", now_s) or now_s)
    since_s = _moment(given, "since", now_s)
    if since_s is None:
        since_s = until_s - SPAN_S
    since_s = max(since_s, now_s - KEPT_S)
    if since_s > until_s:
        raise InvalidInput("since must come before until, and both in the last 30 days", "since")
    return Span(since_s, until_s)


def _moment(given: dict[str, str], name: str, now_s: float) -> float | None:
    """Read a time, or how long ago it was."""
    text = given.get(name)
    if text is None:
        return None
    try:
        return now_s - parse_duration(text)
    except ValueError:
        pass
    try:
        return rfc3339(text, name)
    except InvalidInput:
        message = "a time as RFC 3339 has it, or how long ago it was, such as 2h"
        raise InvalidInput(message, name) from None
