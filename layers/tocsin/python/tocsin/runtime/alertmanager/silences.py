"""/silences and /silence/{id}: what people asked not to be told of."""

import re
from typing import Any

from tocsin.domain.config import TenantConfig
from tocsin.domain.errors import InvalidAlert, InvalidInput
from tocsin.domain.matchers import Matcher, Operator
from tocsin.domain.silence import Silence, WantedSilence, has_matchers, in_order, kept, state
from tocsin.pipeline import silencing
from tocsin.providers.bodies import json_of
from tocsin.providers.reading import rfc3339
from tocsin.runtime.alertmanager.parameters import filters, flag
from tocsin.runtime.alertmanager.ports import AlertmanagerPorts
from tocsin.runtime.alertmanager.replies import Reply, done, framework_error, moment
from tocsin.runtime.gateway import HttpRequest, body_of

_UUID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}", re.I)
# In the order in which Alertmanager asks for them.
_REQUIRED = ("comment", "createdBy", "endsAt", "matchers", "startsAt")
_OPERATORS: dict[tuple[bool, bool], Operator] = {
    (True, False): "=",
    (False, False): "!=",
    (True, True): "=~",
    (False, True): "!~",
}


def get_silences(
    request: HttpRequest, ports: AlertmanagerPorts, config: TenantConfig, now_s: float
) -> Reply:
    """Answer with the silences that have the matchers and the states that are asked for."""
    matchers = filters(request)
    found = [
        each
        for each in kept(ports.silences.all(config.tenant), now_s)
        if flag(request, state(each, now_s)) and has_matchers(each, matchers)
    ]
    return done([_shown(each, now_s) for each in in_order(found, now_s)])


def post_silence(
    request: HttpRequest, ports: AlertmanagerPorts, config: TenantConfig, now_s: float
) -> Reply:
    """Make or change a silence and answer with its id."""
    wanted = _wanted(_body(request))
    silence_id = silencing.put(ports.silences, config.tenant, wanted, ports.new_id, now_s)
    return done({"silenceID": silence_id})


def get_silence(
    request: HttpRequest, ports: AlertmanagerPorts, config: TenantConfig, now_s: float
) -> Reply:
    """Answer with one silence; 404 has no body."""
    silence_id = _id(request)
    try:
        found = silencing.find(ports.silences, config.tenant, silence_id, now_s)
    except InvalidInput as error:
        return Reply(status=error.status)
    return done(_shown(found, now_s))


def delete_silence(
    request: HttpRequest, ports: AlertmanagerPorts, config: TenantConfig, now_s: float
) -> Reply:
    """End a silence; neither 200 nor 404 has a body."""
    silence_id = _id(request)
    try:
        silencing.end(ports.silences, config.tenant, silence_id, now_s)
    except InvalidInput as error:
        return Reply(status=error.status)
    return Reply(status=200)


def _id(request: HttpRequest) -> str:
    text = request.path.rstrip("/").rpartition("/")[2]
    if _UUID.fullmatch(text) is None:
        message = f'silenceID in path must be of type uuid: "{text[:64]}"'
        raise framework_error(422, 601, message)
    return text


def _shown(silence: Silence, now_s: float) -> dict[str, Any]:
    return {
        "id": silence.id,
        "status": {"state": state(silence, now_s)},
        "updatedAt": moment(silence.updated_at_s),
        "annotations": silence.annotations,
        "comment": silence.comment,
        "createdBy": silence.created_by,
        "endsAt": moment(silence.ends_at_s),
        "matchers": [_shown_matcher(each) for each in silence.matchers],
        "startsAt": moment(silence.starts_at_s),
    }


def _shown_matcher(matcher: Matcher) -> dict[str, Any]:
    return {
        "isEqual": matcher.operator in ("=", "=~"),
        "isRegex": matcher.operator in ("=~", "!~"),
        "name": matcher.name,
        "value": matcher.value,
    }


def _body(request: HttpRequest) -> dict[str, Any]:
    """Return the object that was sent, with all that must be there."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        shown = kind[:64] or "application/octet-stream"
        message = f'unsupported media type "{shown}", only [application/json] are allowed'
        raise framework_error(415, 415, message)
    body = body_of(request)
    if not body.strip():
        raise framework_error(422, 602, "silence in body is required")
    try:
        found = json_of(body)
    except InvalidInput as error:
        raise _unreadable(error.message) from error
    if found is not None and type(found) is not dict:
        raise _unreadable("it is no object")
    given: dict[str, Any] = found or {}
    for name in _REQUIRED:
        if given.get(name) is None:
            raise framework_error(422, 602, f"{name} in body is required")
    return given


def _wanted(given: dict[str, Any]) -> WantedSilence:
    matchers = given["matchers"]
    if type(matchers) is not list:
        raise _unreadable("matchers is no list")
    if not matchers:
        raise framework_error(422, 612, "matchers in body should have at least 1 items")
    annotations = _or_left_out(given.get("annotations"), {})
    if type(annotations) is not dict:
        raise _unreadable("annotations is no object")
    try:
        starts_at_s = rfc3339(given["startsAt"], "startsAt")
        ends_at_s = rfc3339(given["endsAt"], "endsAt")
    except InvalidAlert as error:
        raise _unreadable(error.message) from error
    return WantedSilence(
        id=_text(_or_left_out(given.get("id"), ""), "id"),
        matchers=tuple(_matcher(index, each) for index, each in enumerate(matchers)),
        starts_at_s=starts_at_s,
        ends_at_s=ends_at_s,
        created_by=_text(given["createdBy"], "createdBy"),
        comment=_text(given["comment"], "comment"),
        annotations={
            name: _text(value, f"annotations.{name}") for name, value in annotations.items()
        },
    )


def _matcher(index: int, given: Any) -> Matcher:
    if type(given) is not dict:
        raise _unreadable(f"matchers.{index} is no object")
    for name in ("isRegex", "name", "value"):
        if given.get(name) is None:
            raise framework_error(422, 602, f"matchers.{index}.{name} in body is required")
    is_equal = True if given.get("isEqual") is None else given["isEqual"]
    is_regex = given["isRegex"]
    if type(is_equal) is not bool or type(is_regex) is not bool:
        raise _unreadable(f"isRegex and isEqual of matchers.{index} are booleans")
    name = _text(given["name"], f"matchers.{index}.name")
    value = _text(given["value"], f"matchers.{index}.value")
    return Matcher(name, _OPERATORS[is_equal, is_regex], value)


def _or_left_out(value: Any, otherwise: Any) -> Any:
    """Return a value, or what stands for one that is left out; null is left out."""
    return otherwise if value is None else value


def _text(value: Any, name: str) -> str:
    if type(value) is not str:
        raise _unreadable(f"{name} is no string")
    return value


def _unreadable(reason: str) -> InvalidInput:
    return framework_error(400, 400, f'parsing silence body from "" failed, because {reason}')
