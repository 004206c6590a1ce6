"""The kinds of values that an Alertmanager's configuration is made of."""

import re
from collections.abc import Callable
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BeforeValidator, SecretStr

from tocsin.configuration.alertmanager.reading import Plain
from tocsin.configuration.fields import wrong
from tocsin.domain.duration import parse_duration
from tocsin.domain.errors import InvalidInput
from tocsin.domain.matchers import parse_matchers, pattern

# What Alertmanager shows in the place of every secret.
MASKED = "<secret>"

_CLASSIC_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_GO_UNITS_S = {
    "ns": 1e-9,
    "us": 1e-6,
    "µs": 1e-6,
    "μs": 1e-6,
    "ms": 1e-3,
    "s": 1.0,
    "m": 60.0,
    "h": 3600.0,
}
_GO_PART = re.compile(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h)")

_HOST_AND_PORT = re.compile(r"(?:\[([^\[\]\s]+)\]|([^:\[\]\s]+)):([^:\s]+)")
# Go takes the names of services, too: IANA, "Service Name and Port Number Registry".
_PORTS = {"smtp": 25, "submission": 587, "submissions": 465, "smtps": 465}


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise wrong("must be text")
    return str(value)


def _meaning(kind: type, message: str) -> Callable[[object], object]:
    def read(value: object) -> object:
        meaning = value.meaning if isinstance(value, Plain) else None
        if type(meaning) is not kind:
            raise wrong(message)
        return meaning

    return read


def _count(value: object) -> object:
    count = _meaning(int, "must be a whole number")(value)
    if not isinstance(count, int) or count < 0:
        raise wrong("must not be negative")
    return count


def _whole_number(value: object) -> object:
    return _meaning(int, "must be a whole number")(value)


def _host_and_port(value: object) -> tuple[str, int]:
    """Read what Go's net.SplitHostPort does: `host:25`, `[::1]:25`."""
    found = _HOST_AND_PORT.fullmatch(_text(value))
    if found is None:
        raise wrong("not a host and a port, such as mail.example.com:587")
    port = _PORTS.get(found[3].lower(), found[3])
    if not str(port).isdecimal() or not 0 < int(port) < 65536:
        raise wrong("not a port; it is a number, such as 587")
    return found[1] or found[2], int(port)


def _duration(value: object) -> float:
    try:
        return parse_duration(_text(value))
    except ValueError as error:
        raise wrong(str(error)) from error


def _go_duration(value: object) -> float:
    """Read a duration as Go's time.ParseDuration does: `1.5s`, `1m30s`."""
    text = _text(value)
    if text == "0":
        return 0.0
    parts = _GO_PART.findall(text)
    if not parts or "".join(count + unit for count, unit in parts) != text:
        raise wrong("not a duration; write one such as 10s or 1m30s")
    return sum(float(count) * _GO_UNITS_S[unit] for count, unit in parts)


def _url(value: object) -> SecretStr:
    """Refuse what is not a URL, without ever quoting it: it may hold a token."""
    text = _text(value)
    problem = url_problem(text)
    if problem:
        raise wrong(problem)
    return SecretStr(text)


def plain(value: SecretStr | str | None) -> str:
    """Return a text that may be a secret."""
    return value.get_secret_value() if isinstance(value, SecretStr) else value or ""


def url_problem(text: str) -> str:
    """Return why a text is no URL, nor stands for one, without quoting it; "" if it is fine."""
    if text == MASKED or "{{" in text:
        return ""
    if any(character < " " or character == "\x7f" for character in text):
        return "not a URL"
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return "not a URL"
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return "not a URL; it must begin with http:// or https:// and name a host"
    return ""


def _matchers(value: object) -> str:
    text = _text(value)
    try:
        parse_matchers(text)
    except InvalidInput as error:
        raise wrong(error.message) from error
    return text


def _pattern(value: object) -> str:
    text = _text(value)
    try:
        pattern(text)
    except InvalidInput as error:
        raise wrong(error.message) from error
    return text


def _classic_name(value: object) -> str:
    text = _text(value)
    if _CLASSIC_NAME.fullmatch(text) is None:
        raise wrong("not a label name of the classic syntax; use matchers")
    return text


def _label_name(value: object) -> str:
    text = _text(value)
    if not text:
        raise wrong("not a label name")
    return text


def _name(value: object) -> str:
    text = _text(value)
    if not text:
        raise wrong("must not be empty")
    return text


Text = Annotated[str, BeforeValidator(_text)]
Name = Annotated[str, BeforeValidator(_name)]
Secret = Annotated[SecretStr, BeforeValidator(lambda value: SecretStr(_text(value)))]
Url = Annotated[SecretStr, BeforeValidator(_url)]
Flag = Annotated[bool, BeforeValidator(_meaning(bool, "must be true or false"))]
Count = Annotated[int, BeforeValidator(_count)]
WholeNumber = Annotated[int, BeforeValidator(_whole_number)]
HostPort = Annotated[tuple[str, int], BeforeValidator(_host_and_port)]
Duration = Annotated[float, BeforeValidator(_duration)]
GoDuration = Annotated[float, BeforeValidator(_go_duration)]
MatchersText = Annotated[str, BeforeValidator(_matchers)]
Pattern = Annotated[str, BeforeValidator(_pattern)]
ClassicName = Annotated[str, BeforeValidator(_classic_name)]
LabelName = Annotated[str, BeforeValidator(_label_name)]
