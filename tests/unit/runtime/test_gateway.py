"""Requests as API Gateway passes them on."""

import gzip
from base64 import b64encode
from typing import Any

import pytest

from tocsin.domain.errors import InvalidInput, TooLarge
from tocsin.runtime import gateway
from tocsin.runtime.gateway import HttpRequest, body_of, from_event


def _event(**fields: Any) -> dict[str, Any]:
    return {
        "httpMethod": "POST",
        "resource": "/v1/alerts",
        "pathParameters": None,
        "queryStringParameters": None,
        "headers": {"Content-Type": "application/json"},
        "requestContext": {"requestId": "r-1"},
        "body": "{}",
        "isBase64Encoded": False,
        **fields,
    }


def _request(body: bytes, **headers: str) -> HttpRequest:
    return HttpRequest(
        id="r", resource="/", parameters={}, query={}, headers=headers, raw_body=body
    )


def test_header_names_are_case_blind_and_missing_parts_are_empty() -> None:
    request = from_event(_event(headers={"X-Api-Key": "k", "X-Nothing": None}, body=None), "r-1")
    assert request.headers == {"x-api-key": "k"}
    assert (request.raw_body, request.parameters, request.query) == (b"", {}, {})


def test_a_binary_body_is_unpacked() -> None:
    body = b64encode("ä".encode()).decode()
    assert from_event(_event(body=body, isBase64Encoded=True), "r-1").raw_body == "ä".encode()


@pytest.mark.parametrize(("body", "encoded"), [("%%%", True), ("é", True), ("\ud800", False)])
def test_a_body_that_is_not_what_it_says_is_refused(body: str, encoded: bool) -> None:
    with pytest.raises(InvalidInput):
        from_event(_event(body=body, isBase64Encoded=encoded), "r-1")


def test_gzip_is_inflated() -> None:
    assert body_of(_request(gzip.compress(b"[]"), **{"content-encoding": "GZIP"})) == b"[]"
    assert body_of(_request(b"[]", **{"content-encoding": "identity"})) == b"[]"


def test_what_api_gateway_inflated_is_taken_as_it_is() -> None:
    assert body_of(_request(b"[]", **{"content-encoding": "gzip"})) == b"[]"


def test_a_small_body_that_grows_without_end_is_refused(monkeypatch: Any) -> None:
    monkeypatch.setattr(gateway, "INFLATED_LIMIT_BYTES", 1000)
    with pytest.raises(TooLarge):
        body_of(_request(gzip.compress(b"0" * 100_000), **{"content-encoding": "gzip"}))


@pytest.mark.parametrize(
    "body",
    [
        b"\x1f\x8bnot gzip",
        gzip.compress(b"[1,2,3]", mtime=0)[:-4],
        gzip.compress(b"[1]", mtime=0) * 2,
    ],
    ids=["garbled", "cut off", "two streams"],
)
def test_broken_gzip_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidInput):
        body_of(_request(body, **{"content-encoding": "gzip"}))


def test_another_encoding_and_a_body_above_the_limit_have_statuses_of_their_own() -> None:
    with pytest.raises(InvalidInput) as raised:
        body_of(_request(b"", **{"content-encoding": "br"}))
    assert raised.value.status == 415
    with pytest.raises(TooLarge) as too_large:
        body_of(_request(b"0" * (gateway.BODY_LIMIT_BYTES + 1)))
    assert too_large.value.status == 413


@pytest.mark.parametrize(
    "fields",
    [
        {"headers": {"X-One": "b"}, "multiValueHeaders": {"X-One": ["a", "b"]}},
        {"headers": {"X-One": "a", "x-one": "b"}, "multiValueHeaders": None},
        {"headers": None, "multiValueHeaders": {"X-One": ["a"], "x-one": ["b"]}},
    ],
)
def test_a_header_that_came_twice_is_one_value_with_a_comma(fields: dict[str, Any]) -> None:
    assert from_event(_event(**fields), "r-1").headers == {"x-one": "a, b"}
