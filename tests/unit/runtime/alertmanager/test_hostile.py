"""Whatever is sent, the answer is one of Alertmanager's, and never a failure of ours."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import T0
from tests.unit.runtime.alertmanager.test_silences import MATCHER, wanted
from tests.unit.runtime.alertmanager.world import JSON, Api, content, member
from tocsin.providers.reading import rfc3339

PATH = "/api/v2/silences"
VALUES: list[Any] = [
    None, True, False, 0, -1, 1.5, 1e300, "", " ", "x", "\x00", "\U0010ffff", "x" * 100_000,
    [], [[]], [None], [1], {}, {"a": None}, {"a": {"b": []}}, "9999-12-31T23:59:59.999Z",
    "0002-01-01T00:00:00Z", "2025-13-45T00:00:00Z", "(" * 1000, "a{1000}{1000}",
]  # fmt: skip


def post(api: Api, body: Any) -> int:
    reply = api.call("POST", PATH, body)
    assert reply.status in (200, 400, 404, 422), reply
    if reply.status != 200:
        found = content(reply)
        assert isinstance(found, str) or found.keys() == {"code", "message"}
        assert len(reply.body) < 10_000
    return reply.status


@pytest.mark.parametrize("field", [*wanted(), "id", "annotations"])
def test_every_field_of_a_silence_may_be_anything(field: str) -> None:
    api = Api()
    taken = [value for value in VALUES if post(api, wanted(**{field: value})) == 200]
    shown = api.get("/silences")
    assert len(shown) == len(taken)


@pytest.mark.parametrize("field", ["name", "value", "isRegex", "isEqual"])
@pytest.mark.parametrize("is_regex", [True, False])
def test_every_field_of_a_matcher_may_be_anything(field: str, is_regex: bool) -> None:
    api = Api()
    api.put(member("A"))
    for value in VALUES:
        post(api, wanted(matchers=[{**MATCHER, "isRegex": is_regex, field: value}]))
    api.get("/silences")
    api.get("/alerts")


@settings(max_examples=200, derandomize=True, database=None, deadline=None)
@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists) | st.binary())
def test_a_body_may_be_anything(body: Any) -> None:
    api = Api()
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    assert api.call("POST", PATH, raw).status in (400, 422)


@settings(max_examples=200, derandomize=True, database=None, deadline=None)
@given(st.text(), st.sampled_from(["filter", "receiver", "active", "receiver_matchers", "muted"]))
def test_a_parameter_may_be_anything(text: str, name: str) -> None:
    api = Api()
    api.put(member("A", labels={"team": text or "x"}))
    value = quote(text.encode(errors="replace"))
    for path in ("alerts", "alerts/groups", "silences", "receivers", "status"):
        assert api.call("GET", f"/api/v2/{path}?{name}={value}").status in (200, 400)


@pytest.mark.parametrize("parameter", ["filter", "receiver"])
def test_an_error_quotes_only_the_beginning_of_what_is_long(parameter: str) -> None:
    reply = Api().call("GET", f"/api/v2/alerts?{parameter}={'(' * 5000}")
    assert reply.status == 400
    assert len(reply.body) < 1000


@settings(max_examples=200, derandomize=True, database=None, deadline=None)
@given(st.text(), st.sampled_from(["GET", "POST", "DELETE", "PUT", ""]))
def test_a_path_may_be_anything(text: str, method: str) -> None:
    api = Api()
    for base in ("/api/v2/", "/api/v2/silence/", "/"):
        target = base + quote(text.encode(errors="replace"), safe="/")
        assert api.call(method, target, b"", JSON).status in (200, 404, 405, 415, 422)


@pytest.mark.parametrize(
    "at", ["0002-01-01T00:00:00Z", "1969-12-31T23:59:59.5Z", "9999-12-31T23:59:59.9999999Z"]
)
def test_every_time_that_can_be_sent_can_be_shown(at: str) -> None:
    api = Api()
    at_s = rfc3339(at, "startsAt")
    api.put(member("A", starts_at_s=at_s, holds_until_s=T0 + 99))
    (found,) = api.get("/alerts")
    # To the millisecond, cut off as Go does.
    assert rfc3339(found["startsAt"], "startsAt") == pytest.approx(at_s, rel=0, abs=0.0011)
