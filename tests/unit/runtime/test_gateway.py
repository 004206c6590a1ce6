"""Requests as API Gateway passes them on."""

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


@pytest.mark.parametrize("field", ["resource", "headers", "pathParameters", "body"])
@pytest.mark.parametrize("value", [None, 5, [], ["x"]])
def test_a_field_of_the_wrong_type_counts_as_left_out_but_for_the_body(
    field: str, value: Any
) -> None:
    event = _event(**{field: value})
    if field == "body" and value is not None:
        with pytest.raises(InvalidInput):
            from_event(event, "r-1")
    else:
        assert from_event(event, "r-1").id == "r-1"


def test_a_body_above_the_limit_is_refused() -> None:
    with pytest.raises(TooLarge) as too_large:
        body_of(_request(b"0" * (gateway.BODY_LIMIT_BYTES + 1)))
    assert too_large.value.status == 413


@pytest.mark.parametrize(
    "unit", [b"{},", b"[],", b'"":0,', b'"x",', b'{"":0},', b"[[]],"], ids=bytes.decode
)
def test_a_body_with_more_values_than_memory_has_room_for_is_refused(unit: bytes) -> None:
    signs = sum(unit.count(each) for each in b",:[{")
    most = gateway.STRUCTURAL_LIMIT // signs
    assert len(body_of(_request(unit * most)).split(unit)) == most + 1
    with pytest.raises(TooLarge):
        body_of(_request(unit * (most + 1)))


def test_a_long_text_is_no_reason_to_refuse() -> None:
    body = b'"' + b"x" * (gateway.BODY_LIMIT_BYTES - 2) + b'"'
    assert body_of(_request(body)) is body


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
