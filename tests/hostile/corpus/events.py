"""Events that a gateway should not make: fields missing, null, of the wrong type, or lying."""

from base64 import b64encode
from collections.abc import Iterator
from typing import Any

from tests.hostile.case import MISSING, OK, Case, text

_GOOD = text({"name": "event", "host": "db-1"})

# What is changed, and whether the alert is still taken; None: the body is refused.
_FIELDS: dict[str, tuple[dict[str, Any], tuple[int, ...], str]] = {
    "no request context": ({"requestContext": MISSING}, OK, ""),
    "a null request context": ({"requestContext": None}, OK, ""),
    "no method": ({"httpMethod": MISSING}, OK, ""),
    "no query": ({"queryStringParameters": MISSING}, OK, ""),
    "a null query value": ({"queryStringParameters": {"a": None}}, OK, ""),
    "a query that is a list": ({"queryStringParameters": ["a"]}, OK, ""),
    "no path parameters": ({"pathParameters": MISSING}, OK, ""),
    "path parameters that are a list": ({"pathParameters": []}, OK, ""),
    "an unknown field": ({"__proto__": {"body": "x"}, "extra": 1}, OK, ""),
    "no headers": ({"headers": MISSING}, (401,), "unauthorized"),
    "null headers": ({"headers": None}, (401,), "unauthorized"),
    "headers that are a list": ({"headers": [["x-api-key", "x"]]}, (401,), "unauthorized"),
    "headers that are a text": ({"headers": "x-api-key: x"}, (401,), "unauthorized"),
    "null lists of headers": ({"multiValueHeaders": None}, OK, ""),
    "lists of headers that are a list": ({"multiValueHeaders": ["x"]}, OK, ""),
    "a header that is no list": ({"multiValueHeaders": {"x-other": 5}}, OK, ""),
    "a header that is a text": ({"multiValueHeaders": {"x-other": "abc"}}, OK, ""),
    "a header of nulls": ({"multiValueHeaders": {"x-other": [None, 5, {}]}}, OK, ""),
    "two keys": ({"multiValueHeaders": {"x-api-key": ["a", "b"]}}, (401,), "unauthorized"),
    "no body": ({"body": MISSING}, (400,), "invalid_json"),
    "a null body": ({"body": None}, (400,), "invalid_json"),
    "an empty body": ({"body": ""}, (400,), "invalid_json"),
    "a body that is an object": ({"body": {"name": "x"}}, (422,), "invalid_input"),
    "a body that is a number": ({"body": 5}, (422,), "invalid_input"),
    "a body that is a list": ({"body": []}, (400, 422), ""),
    "text that is called base64": ({"body": _GOOD.decode()}, (422,), "invalid_input"),
    "base64 that is called text": (
        {"body": b64encode(_GOOD).decode(), "isBase64Encoded": False}, (400,), "invalid_json",
    ),
    "base64 cut off": ({"body": b64encode(_GOOD).decode()[:-1]}, (422,), "invalid_input"),
    "base64 with line breaks": (
        {"body": "\n".join(b64encode(_GOOD).decode())}, (422,), "invalid_input",
    ),
    "base64 for addresses": ({"body": "eyJ-_w=="}, (422,), "invalid_input"),
    "base64 beyond ASCII": ({"body": "é"}, (422,), "invalid_input"),
    "base64 of base64": (
        {"body": b64encode(b64encode(_GOOD)).decode()}, (400,), "invalid_json",
    ),
    "a surrogate in the body": (
        {"body": '{"name": "\ud800"}', "isBase64Encoded": False}, (422,), "invalid_input",
    ),
    "no word about base64": (
        {"body": _GOOD.decode(), "isBase64Encoded": MISSING}, OK, "",
    ),
    "a plain body": ({"body": _GOOD.decode(), "isBase64Encoded": False}, OK, ""),
    "a flag that is a text": ({"isBase64Encoded": "true"}, OK, ""),
    "no resource": ({"resource": MISSING}, OK, ""),
    "a null resource": ({"resource": None}, OK, ""),
    "a resource that is a number": ({"resource": 5}, OK, ""),
}  # fmt: skip


def cases(*, whole: bool) -> Iterator[Case]:
    """Yield all of them."""
    for name, (event, statuses, code) in _FIELDS.items():
        yield Case(
            kind="lying events", name=name, body=_GOOD, event=event, statuses=statuses, code=code
        )
    yield Case(
        kind="lying events",
        name="Alertmanager: a body that is not base64",
        path="/api/v2/alerts",
        event={"body": "%%%"},
        statuses=(422,),
    )
