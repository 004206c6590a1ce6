"""Links with places for what an alert says: `https://logs.example.com/?q={{ $labels.service }}`.

A value is encoded for the place where it stands, so that it can change neither the host nor the
path of a link. The places are those of the annotations of rules, and some more.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from math import floor
from urllib.parse import quote

from tocsin.domain.duration import parse_duration
from tocsin.domain.enrichment.stage import Draft, Subject
from tocsin.domain.enrichment.urls import URL_LIMIT, encoded, page_url
from tocsin.domain.errors import InvalidInput

TITLE_LIMIT = 100
# A longer value is left out with its link: cut off, it would lead to something else.
VALUE_LIMIT = 500
PLACES = (
    "{{ $labels.NAME }}, {{ $annotations.NAME }}, {{ $value }}, {{ $severity }}, "
    "{{ $fingerprint }}, {{ $owner.service }}, {{ $owner.team }}, {{ $startsAt }}, "
    "{{ $startsAt_s }} and {{ $startsAt_ms }}"
)

_PLACE = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_TEXT = re.compile(r"\$(labels|annotations|owner)\.([^\s{}]+)|\$(value|severity|fingerprint)")
_TIME = re.compile(r"\$startsAt(|_s|_ms)(?:\s*([-+])\s*([0-9a-z]+))?")
_ORIGIN = re.compile(r"https?://[^/?#]*", re.IGNORECASE)
_PRINTABLE = re.compile(r"[\x21-\x7e]*")
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]+")
# No page knows a time that no calendar has.
_YEAR_1_AT_S, _YEAR_10000_AT_S = -62_135_596_800.0, 253_402_300_800.0
_DOTS = re.compile(r"(?:^|/)(?:\.|%2e){1,2}(?=/|$)", re.IGNORECASE)

# What stands at a place; "" if the alert does not say it.
Value = Callable[[Subject, Draft], str]
Piece = str | Value


class LinkPattern:
    """A title and a URL that were read."""

    def __init__(self, title: tuple[Piece, ...], url: tuple[Piece, ...]) -> None:
        self._title = title
        self._url = tuple(encoded(piece) if isinstance(piece, str) else piece for piece in url)
        self._may_climb = _has_place_in_path(url)

    def title(self, subject: Subject, draft: Draft) -> str:
        """Return the title, as plain text of one line; a value that is missing is ""."""
        text = "".join([
            piece if isinstance(piece, str) else piece(subject, draft)[:VALUE_LIMIT]
            for piece in self._title
        ])  # fmt: skip
        if not text.isprintable():
            text = "".join(filter(str.isprintable, text))
        return text.strip()[:TITLE_LIMIT]

    def url(self, subject: Subject, draft: Draft) -> str:
        """Return the URL; "" if the alert does not say something of it, or something too long.

        A value is one segment of a path, or a part of one; one that makes the segment `..` leads
        elsewhere, and is refused, too.
        """
        parts: list[str] = []
        for piece in self._url:
            if isinstance(piece, str):
                parts.append(piece)
                continue
            value = piece(subject, draft)
            if not value or len(value) > VALUE_LIMIT:
                return ""
            is_plain = _UNRESERVED.fullmatch(value) is not None
            parts.append(value if is_plain else quote(value, safe="", errors="replace"))
        url = "".join(parts)
        if len(url) > URL_LIMIT or (self._may_climb and _climbs(url)):
            return ""
        return url


def _has_place_in_path(pieces: tuple[Piece, ...]) -> bool:
    for piece in pieces:
        if not isinstance(piece, str):
            return True
        if "?" in piece or "#" in piece:
            return False
    return False


def _climbs(url: str) -> bool:
    return _DOTS.search(url.partition("?")[0].partition("#")[0]) is not None


def parse_link(title: str, url: str) -> LinkPattern:
    """Read a link. Raises InvalidInput for what cannot become one, and says why."""
    return LinkPattern(parse_title(title), parse_url(url))


def parse_title(text: str) -> tuple[Piece, ...]:
    """Read the title of a link. Raises InvalidInput for a place that there is not."""
    if not text.strip() or len(text) > URL_LIMIT or not text.isprintable():
        raise InvalidInput("a title is one line of printable text")
    return _pieces(text)


def parse_url(text: str) -> tuple[Piece, ...]:
    """Read the URL of a link. Raises InvalidInput for what cannot become one."""
    origin = _ORIGIN.match(text)
    if origin is None:
        raise InvalidInput("a link begins with https:// or http:// and its host")
    if "{{" in origin[0]:
        raise InvalidInput("the host of a link never comes from an alert; write it out")
    pieces = _pieces(text)
    written = "".join(piece for piece in pieces if isinstance(piece, str))
    if _PRINTABLE.fullmatch(written) is None:
        raise InvalidInput("a link is printable ASCII without spaces; encode the rest as %20")
    if not page_url(origin[0]):
        raise InvalidInput("not the host of a link; credentials do not belong into one")
    if len(text) > URL_LIMIT:
        raise InvalidInput(f"a link has at most {URL_LIMIT} characters")
    return pieces


def _pieces(text: str) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    # The texts between places stand at even positions, what is in a place at odd ones.
    for at, part in enumerate(_PLACE.split(text)):
        if at % 2:
            pieces.append(_value(part.strip()))
        elif "{{" in part:
            raise InvalidInput("{{ is not closed by }}")
        elif part:
            pieces.append(part)
    return tuple(pieces)


def _value(place: str) -> Value:
    if found := _TIME.fullmatch(place):
        return _time(found[1], found[2] or "+", found[3] or "")
    found = _TEXT.fullmatch(place)
    if found is None:
        raise InvalidInput(f"{{{{ {place[:50]} }}}} is not replaced; there are {PLACES}")
    block, name, word = found.groups()
    if block == "labels":
        return lambda _, draft: draft.alert.labels.get(name, "")
    if block == "annotations":
        return lambda _, draft: draft.alert.annotations.get(name, "")
    if block == "owner":
        return _of_owner(name)
    return _WORDS[word]


def _of_owner(name: str) -> Value:
    if name not in ("service", "team"):
        raise InvalidInput(f"an owner has a service and a team, and no {name[:50]!r}")

    def value(_: Subject, draft: Draft) -> str:
        owner = draft.found.owner
        return "" if owner is None else str(getattr(owner, name))

    return value


def _number(_: Subject, draft: Draft) -> str:
    # Imported here: few links hold a value, and a cold start should not pay for rules.
    from tocsin.domain.metricalert import number

    return "" if draft.alert.value is None else number(draft.alert.value)


_WORDS: dict[str, Value] = {
    "value": _number,
    "severity": lambda _, draft: draft.alert.severity,
    "fingerprint": lambda subject, _: subject.fingerprint,
}


def _time(unit: str, sign: str, offset: str) -> Value:
    """Return when the alert began, or was received, so much later or earlier."""
    try:
        distance_s = parse_duration(offset) if offset else 0.0
    except ValueError as error:
        raise InvalidInput(f"{offset[:50]!r} is not a duration, such as 15m") from error
    shift_s = -distance_s if sign == "-" else distance_s
    write = _TIMES[unit]

    def value(subject: Subject, draft: Draft) -> str:
        starts_at_s = draft.alert.starts_at_s
        at_s = (subject.at_s if starts_at_s is None else starts_at_s) + shift_s
        return write(at_s) if _YEAR_1_AT_S <= at_s < _YEAR_10000_AT_S else ""

    return value


def _written(at_s: float) -> str:
    return (_EPOCH + timedelta(seconds=floor(at_s))).isoformat().replace("+00:00", "Z")


_EPOCH = datetime.fromtimestamp(0, UTC)
_TIMES: dict[str, Callable[[float], str]] = {
    "": _written,
    "_s": lambda at_s: str(int(at_s)),
    "_ms": lambda at_s: str(int(at_s * 1000.0)),
}
