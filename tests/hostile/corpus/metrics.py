"""Metrics that are pushed: bodies that are none, values that no rule could look at, and much."""

from collections.abc import Iterator
from time import time
from typing import Any

from tests.hostile.case import GOOD, NO_KEY, Body, Case, text
from tests.hostile.corpus.texts import CHARACTERS

_PATH = "/v1/metrics"
_POINT = {"name": "cpu", "value": 1.5}

_REFUSED: dict[str, tuple[Body, int, str]] = {
    "nothing": (b"", 400, "invalid_json"),
    "no JSON": (b"{", 400, "invalid_json"),
    "NaN": (b'{"name": "cpu", "value": NaN}', 400, "invalid_json"),
    "Infinity": (b'{"name": "cpu", "value": -Infinity}', 400, "invalid_json"),
    "1e400": (b'{"name": "cpu", "value": 1e400}', 400, "invalid_json"),
    "protobuf": (b"\x0a\x12\x0a\x10", 400, "invalid_json"),
    "a lone surrogate": (b'{"name": "\\ud800", "value": 1}', 400, "invalid_json"),
    "a million lists": (b"[" * 500_000, 400, "invalid_json"),
    "null": (b"null", 422, "invalid_payload"),
    "a text": (b'"cpu"', 422, "invalid_payload"),
    "metrics that are a number": (b'{"metrics": 5}', 422, "invalid_payload"),
    "OTLP that is a text": (b'{"resourceMetrics": "x"}', 422, "invalid_payload"),
    "OTLP of texts": (b'{"resourceMetrics": ["x"]}', 422, "invalid_payload"),
    "10,001 points": (lambda: text([_POINT] * 10_001), 413, "too_large"),
    "10,001 bad points": (lambda: text([None] * 10_001), 413, "too_large"),
    "a minute for each of 600 points": (lambda: text(_spread()), 413, "too_large"),
}

_WRONG: dict[str, tuple[Any, str]] = {
    "no name": ({"name": None}, "name"),
    "a name that is an object": ({"name": {}}, "name"),
    "a name of 5,000 characters": ({"name": "x" * 5000}, "name"),
    "a value that is a text": ({"value": "much"}, "value"),
    "NaN as text": ({"value": "NaN"}, "value"),
    "infinity as text": ({"value": "-inf"}, "value"),
    "a value that is true": ({"value": True}, "value"),
    "labels that are a list": ({"labels": ["a"]}, "labels"),
    "a label that is deep": ({"labels": {"a": [[[[]]]]}}, "labels.a"),
    "a thousand labels": ({"labels": {f"l{n}": "x" for n in range(1000)}}, "labels"),
    "labels that no item could hold": (
        {"labels": {f"l{n}": "\u6f22" * 4096 for n in range(128)}},
        "labels",
    ),
    "another name as label": ({"labels": {"__name__": "x"}}, "labels.__name__"),
    "a time of the year 1970": ({"time": 1.0}, "time"),
    "a time of the year 9999": ({"time": "9999-12-31T23:59:59Z"}, "time"),
    "a time that no calendar has": ({"time": 1e300}, "time"),
    "a time that is none": ({"time": "soon"}, "time"),
    "points that are a number": ({"points": 5}, "points"),
    "points of texts": ({"points": ["x"]}, "points[0]"),
}

_OTLP_POINTS: dict[str, tuple[Any, tuple[int, ...]]] = {
    "a good one": ({"asDouble": 1.0}, (200,)),
    "NaN": ({"asDouble": "NaN"}, (422,)),
    "a number of 400 digits": ({"asInt": "9" * 400}, (422,)),
    "a time of 400 digits": ({"asInt": "1", "timeUnixNano": "9" * 400}, (422,)),
    "a time in other digits": ({"asInt": "1", "timeUnixNano": "\u0661"}, (422,)),
    "attributes that are a text": ({"asInt": "1", "attributes": "x"}, (422,)),
    "flags that are a list": ({"asInt": "1", "flags": []}, (200,)),
    "a value that is a list": ({"asInt": "1", "attributes": [{"key": "a", "value": []}]}, (422,)),
}


def _spread() -> dict[str, Any]:
    return {"name": "cpu", "points": [[time() - 60 * n, 1] for n in range(600)]}


def cases(*, whole: bool) -> Iterator[Case]:
    """Yield all of them."""
    for name, (body, status, code) in _REFUSED.items():
        yield _case(name, body, (status,), code=code)
    for name, (fields, where) in _WRONG.items():
        body = text([_POINT, {**_POINT, **fields}])
        yield _case(name, body, (202,), where=f"[1].{where}", rejected=1)
    for name, characters in CHARACTERS.items():
        odd = {"name": f"m{characters}"[:256], "value": 1, "labels": {"a": characters + "x"}}
        yield _case(f"{name} in it", text(odd), (202,), rejected=0)
    for name, (point, statuses) in _OTLP_POINTS.items():
        yield _case(f"a point of OTLP: {name}", text(_otlp(point)), statuses)
    deep: Any = {"stringValue": "x"}
    for _ in range(200):
        deep = {"arrayValue": {"values": [deep]}}
    attributes = [{"key": "a", "value": deep}]
    yield _case("a deep attribute", text(_otlp({"asInt": 1, "attributes": attributes})), (200,))
    for key, path in ((NO_KEY, _PATH), (NO_KEY, f"/k/x{_PATH}"), ("toc_test_x", _PATH)):
        yield _case(f"the key {key} of {path}", text(_POINT), (401,), path=path, key=key)
    yield _case("a key in the path", text(_POINT), (202,), path=f"/k/{GOOD}{_PATH}")


def _otlp(point: Any) -> dict[str, Any]:
    metrics = [{"name": "x", "gauge": {"dataPoints": [point]}}]
    return {"resourceMetrics": [{"scopeMetrics": [{"metrics": metrics}]}]}


def _case(name: str, body: Body, statuses: tuple[int, ...], **fields: Any) -> Case:
    return Case(
        kind="metrics",
        name=name,
        body=body,
        statuses=statuses,
        **{"path": _PATH, **fields},
    )
