"""The kinds of values that `tocsin.yaml` is made of."""

import re
from collections.abc import Callable
from ipaddress import ip_address
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    SecretStr,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError, core_schema

from tocsin.domain.duration import parse_duration
from tocsin.domain.errors import InvalidInput
from tocsin.domain.identity import source_of
from tocsin.domain.masks import parse_pattern
from tocsin.domain.matchers import parse_matcher
from tocsin.domain.paths import parse_path

NAME_RULE = "a name is 1 to 64 of a-z, A-Z, 0-9, _ and -"
TEXT_LIMIT = 1000
URL_LIMIT = 2048

# '#' and '/' separate the parts of storage keys, so they can never be part of a name.
_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_LABEL_NAME = re.compile(r"[^\x00-\x1f]{1,256}")
_FILE_NAME = re.compile(r"[^\x00-\x1f]{1,1024}")
_KEEPS = {"all": 100.0, "none": 0.0}
_SAMPLE = re.compile(r"sample (\d{1,2}(?:\.\d{1,4})?)%")
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}")
_UNPRINTABLE = re.compile(r"[^\x21-\x7e]")
_HEADER_TEXT = re.compile(r"[\x20-\x7e]{0,4096}")

# Set by the sender of notifications, or by the HTTP client.
OWN_HEADERS = {
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "host",
    "idempotency-key",
    "transfer-encoding",
    "webhook-id",
    "webhook-signature",
    "webhook-timestamp",
}


def wrong(message: str) -> PydanticCustomError:
    """Make an error whose message pydantic leaves as it is."""
    return PydanticCustomError("tocsin", "{reason}", {"reason": message})


def _checked(pattern: re.Pattern[str], message: str) -> Callable[[str], str]:
    def check(text: str) -> str:
        if pattern.fullmatch(text) is None:
            raise wrong(message)
        return text

    return check


def is_name(text: str) -> bool:
    """Return whether a text can be a name, as `NAME_RULE` says."""
    return _NAME.fullmatch(text) is not None


def _duration(value: object) -> float:
    if not isinstance(value, str):
        raise wrong("not a duration; write one with its unit, such as 30s")
    try:
        return parse_duration(value)
    except ValueError as error:
        raise wrong(str(error)) from error


def is_loopback(host: str) -> bool:
    """Return whether a host name or address means the machine that uses it."""
    if host == "localhost":
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    # Before Python 3.13 the mapped form is not looked into.
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


class _Between:
    """A range of durations, checked and shown in the JSON schema as `x-range`."""

    def __init__(self, shortest: str, longest: str) -> None:
        self._text = f"{shortest} to {longest}"
        self._shortest_s, self._longest_s = parse_duration(shortest), parse_duration(longest)

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {**handler(schema), "x-range": self._text}

    def _check(self, duration_s: float) -> float:
        if not self._shortest_s <= duration_s <= self._longest_s:
            raise wrong(f"must be from {self._text}")
        return duration_s


def between(shortest: str, longest: str) -> _Between:
    """Allow durations from `shortest` to `longest`."""
    return _Between(shortest, longest)


def _readable(read: Callable[[str], object], what: str) -> Callable[[str], str]:
    """Refuse a text that `read` raises InvalidInput for."""

    def check(text: str) -> str:
        if len(text) > TEXT_LIMIT:
            raise wrong(f"a {what} has at most {TEXT_LIMIT} characters")
        try:
            read(text)
        except InvalidInput as error:
            raise wrong(error.message) from error
        return text

    return check


def _keep_percent(value: object) -> float:
    text = value if isinstance(value, str) else ""
    if text in _KEEPS:
        return _KEEPS[text]
    found = _SAMPLE.fullmatch(text)
    if found is None or not 0 < float(found[1]) < 100:
        raise wrong("must be all, none or, with a number between 0 and 100, sample 10%")
    return float(found[1])


def _url(secret: SecretStr) -> SecretStr:
    """Refuse what is not a URL, without ever quoting it: it may hold a token."""
    text = secret.get_secret_value()
    if len(text) > URL_LIMIT or _UNPRINTABLE.search(text):
        raise wrong(f"a URL has at most {URL_LIMIT} characters, all of them printable ASCII")
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError as error:
        raise wrong("not a URL") from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise wrong("not a URL; it must begin with https:// and name a host")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise wrong("not encrypted; use https:// (http:// is for this machine only)")
    if parts.username is not None:
        raise wrong("credentials in a URL end up in logs; send them in a header")
    return secret


def _plain_url(text: str) -> str:
    """Refuse what is not the address of a page."""
    if text:
        _url(SecretStr(text))
    return text


def _header_name(text: str) -> str:
    if _HEADER_NAME.fullmatch(text) is None:
        raise wrong("not a name of an HTTP header")
    if text.lower() in OWN_HEADERS:
        raise wrong("tocsin sets this header itself")
    return text


def is_header_text(text: str) -> bool:
    """Return whether a text can be the value of an HTTP header."""
    return _HEADER_TEXT.fullmatch(text) is not None


def _header_value(secret: SecretStr) -> SecretStr:
    if not is_header_text(secret.get_secret_value()):
        raise wrong("a header value is printable ASCII, at most 4096 characters")
    return secret


def _described(kind: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "x-kind": kind})


Name = Annotated[
    str,
    AfterValidator(_checked(_NAME, NAME_RULE)),
    _described("name"),
]
# The name of an escalation policy, or "" for none.
PolicyName = Annotated[
    str, AfterValidator(lambda text: text and _checked(_NAME, NAME_RULE)(text)), _described("name")
]
MatcherText = Annotated[
    str, AfterValidator(_readable(parse_matcher, "matcher")), _described("matcher")
]
ProviderName = Annotated[
    str,
    AfterValidator(_checked(_NAME, "not a name of a provider or a mapping")),
    _described("provider"),
]
LabelName = Annotated[
    str,
    AfterValidator(_checked(_LABEL_NAME, "a label name has 1 to 256 characters")),
    _described("label name"),
]
# What every label may be called; `...` is all of them.
GroupLabel = LabelName
FileName = Annotated[
    str, AfterValidator(_checked(_FILE_NAME, "not a file name")), _described("file")
]
InputPath = Annotated[str, AfterValidator(_readable(source_of, "path")), _described("path")]
InputName = Annotated[
    str,
    AfterValidator(_checked(_LABEL_NAME, "not a label or a path of add")),
    _described("label or path"),
]
KeepPercent = Annotated[float, BeforeValidator(_keep_percent), _described("all, none or sample N%")]
JsonPath = Annotated[str, AfterValidator(_readable(parse_path, "path")), _described("path")]
Pattern = Annotated[str, AfterValidator(_readable(parse_pattern, "pattern")), _described("pattern")]
Duration = Annotated[float, BeforeValidator(_duration), _described("duration")]
SecretUrl = Annotated[SecretStr, AfterValidator(_url), _described("URL")]
Url = Annotated[str, AfterValidator(_plain_url), _described("URL")]
HeaderName = Annotated[str, AfterValidator(_header_name), _described("header name")]
HeaderValue = Annotated[SecretStr, AfterValidator(_header_value), _described("value")]


def readable(read: Callable[[str], object]) -> AfterValidator:
    """Return what refuses a text that `read` raises InvalidInput for, in its words."""

    def check(text: str) -> str:
        try:
            read(text)
        except InvalidInput as error:
            raise wrong(error.message) from error
        return text

    return AfterValidator(check)
