"""What clients post to an Alertmanager at /api/v2/alerts, accepted and refused as it does.

Errors carry the HTTP status of an Alertmanager in `status`. Where it refuses a whole request
for one alert of the wrong shape, the good ones are read here all the same; the sender gets
the same status for the bad one.
Source: prometheus/alertmanager, api/v2/openapi.yaml and api/v2/api.go.
"""

from functools import lru_cache, partial
from typing import Any
from urllib.parse import urlsplit

from tocsin.domain.alert import Alert
from tocsin.domain.errors import InvalidAlert, InvalidPayload
from tocsin.providers.label_set import check_annotations, check_labels
from tocsin.providers.limits import URL_CHARACTERS
from tocsin.providers.members import UNREADABLE, Entry, read_each
from tocsin.providers.prometheus_labels import name_of, named, severity_from, value_from
from tocsin.providers.reading import expected, kind, quoted, rfc3339, web_link

PROVIDER = "prometheus"


def parse(payload: Any, received_at_s: float) -> list[Entry]:
    """Read a list of postable alerts; one that names an end in the past is resolved.

    Null is an empty list, as in Go. Of errors with status 400, those have the code UNREADABLE
    at which an Alertmanager would have read no further.
    """
    if payload is None:
        return []
    if type(payload) is not list:
        message = f"alertmanager-api: expected a list, got {kind(payload)}"
        raise InvalidPayload(message, status=400)
    return read_each(payload, "", partial(_read_as_alertmanager, received_at_s))


def _read_as_alertmanager(received_at_s: float, member: Any) -> Alert:
    _check_schema(member)
    try:
        return _read(received_at_s, member)
    except InvalidAlert as error:
        if error.status != 400:
            error.status, error.code = 400, UNREADABLE
        raise


def _check_schema(member: Any) -> None:
    """Raise what an Alertmanager answers with 422 rather than 400."""
    if type(member) is not dict:
        return
    if member.get("labels") is None:
        raise InvalidAlert("labels in body is required", "labels", status=422)
    url = member.get("generatorURL")
    # The length only bounds the memory of the cache: a longer one is accepted and not shown.
    if url and type(url) is str and len(url) <= URL_CHARACTERS and not _is_uri(url):
        message = f"generatorURL in body must be of type uri: {quoted(url)}"
        raise InvalidAlert(message, "generatorURL", status=422)


def _read(received_at_s: float, member: Any) -> Alert:
    if type(member) is not dict:
        raise expected("an object", member, "")
    labels = check_labels(_texts(member["labels"]))
    annotations = check_annotations(_texts(member.get("annotations")))
    starts_at_s = rfc3339(member.get("startsAt"), "startsAt")
    ends_at_s = rfc3339(member.get("endsAt"), "endsAt")
    url = member.get("generatorURL")
    if url is not None and type(url) is not str:
        raise expected("a string", url, "generatorURL")
    if starts_at_s is not None and ends_at_s is not None and ends_at_s < starts_at_s:
        raise InvalidAlert("start time must be before end time", "endsAt", status=400)
    if not labels:
        raise InvalidAlert("at least one label pair required", "labels", status=400)
    is_resolved = ends_at_s is not None and ends_at_s <= received_at_s
    return Alert(
        name=name_of(labels),
        status="resolved" if is_resolved else "firing",
        severity=severity_from(labels),
        labels=named(labels),
        annotations=annotations,
        starts_at_s=starts_at_s,
        ends_at_s=ends_at_s if is_resolved else None,
        holds_until_s=None if is_resolved else ends_at_s,
        provider=PROVIDER,
        url=web_link(url),
        value=value_from(annotations),
    )


def _texts(values: Any) -> Any:
    """Return labels or annotations with an empty text for null, as Go reads them."""
    if type(values) is not dict or None not in values.values():
        return values
    return {name: "" if value is None else value for name, value in values.items()}


@lru_cache(maxsize=256)
def _is_uri(value: str) -> bool:
    # As Go's url.ParseRequestURI: an absolute URI or an absolute path, no control characters.
    if any(character < " " or character == "\x7f" for character in value):
        return False
    if value.startswith("/"):
        return True
    scheme, colon, rest = value.partition(":")
    if not colon or not scheme.isascii() or not scheme[:1].isalpha():
        return False
    if not all(character.isalnum() or character in "+-." for character in scheme):
        return False
    return not rest.startswith("//") or _has_good_host(value)


def _has_good_host(value: str) -> bool:
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError:
        return False
    return not any(character in ' <>"{}|\\^`' for character in parts.netloc)
