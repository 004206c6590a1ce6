"""/api/v2/silences and /api/v2/silence/{id}, with the codes that a real server answers."""

from typing import Any

import pytest

from tests.builders import T0
from tests.unit.runtime.alertmanager.world import Api, content
from tocsin.domain.silence import KEPT_S
from tocsin.runtime.alertmanager.replies import moment

PATH = "/api/v2/silences"
MATCHER = {"name": "team", "value": "db", "isRegex": False}
UNKNOWN = "b4ed3ab2-5a3b-4f4c-9e6f-1f0c6b1f5a11"
# The clock of `Api`.
NOW_S = T0 + 60


def wanted(**fields: Any) -> dict[str, Any]:
    return {
        "matchers": [MATCHER],
        "startsAt": moment(NOW_S),
        "endsAt": moment(NOW_S + 3600),
        "createdBy": "ann",
        "comment": "maintenance",
        **fields,
    }


def without(*names: str) -> dict[str, Any]:
    return {name: value for name, value in wanted().items() if name not in names}


@pytest.fixture
def api() -> Api:
    return Api()


def post(api: Api, body: Any) -> str:
    reply = api.call("POST", PATH, body)
    assert reply.status == 200, reply
    return content(reply)["silenceID"]


def test_a_silence_comes_back_with_every_field(api: Api) -> None:
    silence_id = post(api, wanted(annotations={"ticket": "T-1"}))
    expected = {
        "id": silence_id,
        "status": {"state": "active"},
        "updatedAt": "2025-11-22T05:41:00.000Z",
        "annotations": {"ticket": "T-1"},
        "comment": "maintenance",
        "createdBy": "ann",
        "endsAt": "2025-11-22T06:41:00.000Z",
        "matchers": [{"isEqual": True, "isRegex": False, "name": "team", "value": "db"}],
        "startsAt": "2025-11-22T05:41:00.000Z",
    }
    assert api.get(f"/silence/{silence_id}") == expected
    assert api.get("/silences") == [expected]
    assert api.get("/silences", tenant="beta") == []
    assert api.call("GET", f"/api/v2/silence/{silence_id}", tenant="beta").status == 404
    assert api.call("DELETE", f"/api/v2/silence/{silence_id}", tenant="beta").status == 404


@pytest.mark.parametrize(
    ("flags", "operator"),
    [
        ({"isRegex": False}, "="),
        ({"isRegex": False, "isEqual": False}, "!="),
        ({"isRegex": True, "isEqual": True}, "=~"),
        ({"isRegex": True, "isEqual": False}, "!~"),
        ({"isRegex": False, "isEqual": None}, "="),
    ],
)
def test_matchers_are_said_with_two_booleans(
    api: Api, flags: dict[str, Any], operator: str
) -> None:
    post(api, wanted(matchers=[MATCHER, {"name": "a", "value": "b", **flags}]))
    (stored,) = api.silences.all("acme")
    assert stored.matchers[1].operator == operator


@pytest.mark.parametrize(
    ("body", "status", "code", "message"),
    [
        (b"", 422, 602, "silence in body is required"),
        (b"  ", 422, 602, "silence in body is required"),
        (b"null", 422, 602, "comment in body is required"),
        (b"{", 400, 400, 'parsing silence body from "" failed'),
        ([], 400, 400, 'parsing silence body from "" failed'),
        (without("matchers"), 422, 602, "matchers in body is required"),
        (without("startsAt"), 422, 602, "startsAt in body is required"),
        (without("endsAt"), 422, 602, "endsAt in body is required"),
        (without("createdBy"), 422, 602, "createdBy in body is required"),
        (without("comment"), 422, 602, "comment in body is required"),
        (wanted(comment=None), 422, 602, "comment in body is required"),
        (wanted(matchers=None), 422, 602, "matchers in body is required"),
        (wanted(matchers=[]), 422, 612, "matchers in body should have at least 1 items"),
        (
            wanted(matchers=[{"name": "a", "value": "b"}]),
            422,
            602,
            "matchers.0.isRegex in body is required",
        ),
        (
            wanted(matchers=[MATCHER, {"name": "a", "isRegex": False}]),
            422,
            602,
            "matchers.1.value in body is required",
        ),
        (
            wanted(matchers=[{"value": "a", "isRegex": False}]),
            422,
            602,
            "matchers.0.name in body is required",
        ),
        (wanted(matchers={}), 400, 400, "parsing silence body"),
        (wanted(matchers=[None]), 400, 400, "parsing silence body"),
        (wanted(matchers=[{**MATCHER, "isRegex": "no"}]), 400, 400, "parsing silence body"),
        (wanted(matchers=[{**MATCHER, "value": 5}]), 400, 400, "parsing silence body"),
        (wanted(startsAt="x"), 400, 400, "parsing silence body"),
        (wanted(endsAt=5), 400, 400, "parsing silence body"),
        (wanted(createdBy=5), 400, 400, "parsing silence body"),
        (wanted(id=5), 400, 400, "parsing silence body"),
        (wanted(id=0), 400, 400, "parsing silence body"),
        (wanted(id=[]), 400, 400, "parsing silence body"),
        (wanted(annotations=[1]), 400, 400, "parsing silence body"),
        (wanted(annotations=""), 400, 400, "parsing silence body"),
        (wanted(annotations={"a": 1}), 400, 400, "parsing silence body"),
    ],
)
def test_what_is_misshapen_has_an_error_with_a_number(
    api: Api, body: Any, status: int, code: int, message: str
) -> None:
    reply = api.call("POST", PATH, body)
    found = content(reply)
    assert (reply.status, found["code"]) == (status, code)
    assert message in found["message"]
    assert api.silences.all("acme") == []


@pytest.mark.parametrize(
    ("fields", "status", "message"),
    [
        (
            {"matchers": [{**MATCHER, "value": ""}]},
            400,
            "at least one matcher must not match the empty string",
        ),
        ({"matchers": [{**MATCHER, "value": "(", "isRegex": True}]}, 400, "label matcher 0"),
        ({"matchers": [{**MATCHER, "name": ""}]}, 400, 'invalid label name ""'),
        ({"endsAt": moment(NOW_S)}, 400, "start time must be before end time"),
        ({"endsAt": ""}, 400, "start time must be before end time"),
        (
            {"startsAt": moment(NOW_S - 99), "endsAt": moment(NOW_S - 9)},
            400,
            "end time can't be in the past",
        ),
        ({"id": UNKNOWN}, 404, "silence not found"),
        ({"id": "nope"}, 404, "silence not found"),
    ],
)
def test_what_cannot_be_has_an_error_that_is_a_string(
    api: Api, fields: dict[str, Any], status: int, message: str
) -> None:
    reply = api.call("POST", PATH, wanted(**fields))
    assert reply.status == status
    assert message in content(reply)
    assert api.silences.all("acme") == []


@pytest.mark.parametrize(
    "fields",
    [
        {"comment": ""},
        {"createdBy": ""},
        {"startsAt": ""},
        {"startsAt": "0001-01-01T00:00:00.000Z"},
        {"id": ""},
        {"matchers": [{**MATCHER, "value": "", "isEqual": False}]},
        {"matchers": [{**MATCHER, "name": "Straße a"}]},
        {"unknown": [1]},
    ],
)
def test_what_a_real_server_takes_is_taken(api: Api, fields: dict[str, Any]) -> None:
    silence_id = post(api, wanted(**fields))
    assert api.get(f"/silence/{silence_id}")["startsAt"] == moment(NOW_S)


@pytest.mark.parametrize("kind", ["text/plain", ""])
def test_only_json_is_taken(api: Api, kind: str) -> None:
    reply = api.call("POST", PATH, wanted(), {"content-type": kind} if kind else {})
    shown = kind or "application/octet-stream"
    message = f'unsupported media type "{shown}", only [application/json] are allowed'
    assert reply.status == 415
    assert content(reply) == {"code": 415, "message": message}
    with_charset = {"content-type": "application/json; charset=utf-8"}
    assert api.call("POST", PATH, wanted(), with_charset).status == 200


def test_an_update_keeps_the_id_where_it_leaves_the_past_alone(api: Api) -> None:
    silence_id = post(api, wanted())
    api.now_s += 60
    longer = wanted(id=silence_id, endsAt=moment(NOW_S + 7200), comment="longer")
    assert post(api, longer) == silence_id
    (found,) = api.get("/silences")
    assert (found["comment"], found["endsAt"]) == ("longer", moment(NOW_S + 7200))
    other = wanted(id=silence_id, matchers=[{**MATCHER, "value": "web"}])
    new_id = post(api, other)
    assert new_id != silence_id
    api.now_s += 1
    states = {each["id"]: each["status"]["state"] for each in api.get("/silences")}
    assert states == {silence_id: "expired", new_id: "active"}


def test_deleting_ends_and_can_be_repeated(api: Api) -> None:
    silence_id = post(api, wanted())
    path = f"/api/v2/silence/{silence_id}"
    for _ in range(2):
        reply = api.call("DELETE", path)
        assert (reply.status, reply.body) == (200, b"")
        api.now_s += 1
    assert api.get(f"/silence/{silence_id}")["status"]["state"] == "expired"
    assert api.get(f"/silence/{silence_id}")["endsAt"] == moment(NOW_S)
    api.now_s = NOW_S + KEPT_S
    assert api.call("DELETE", path).status == 404
    assert api.get("/silences") == []


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_unknown_ids_have_no_body_and_what_is_no_uuid_is_unprocessable(
    api: Api, method: str
) -> None:
    reply = api.call(method, f"/api/v2/silence/{UNKNOWN}")
    assert (reply.status, reply.body) == (404, b"")
    reply = api.call(method, "/api/v2/silence/x")
    message = 'silenceID in path must be of type uuid: "x"'
    assert (reply.status, content(reply)) == (422, {"code": 601, "message": message})


def test_filters_are_matchers_of_the_silence_and_states_can_be_left_out(api: Api) -> None:
    active = post(api, wanted())
    pending = post(api, wanted(startsAt=moment(NOW_S + 60)))
    expired = post(api, wanted(matchers=[MATCHER, {**MATCHER, "name": "env"}]))
    api.call("DELETE", f"/api/v2/silence/{expired}")
    api.now_s += 1

    def ids(query: str) -> list[str]:
        return [each["id"] for each in api.get(f"/silences?{query}")]

    assert ids("") == [active, pending, expired]
    assert ids("filter=team%3Ddb") == [active, pending, expired]
    assert ids("filter=team%3Ddb&filter=env%3Ddb") == [expired]
    assert ids("filter=team%3D~db") == []
    assert ids("expired=false") == [active, pending]
    assert ids("active=false&pending=no") == [expired]
    reply = api.call("GET", f"{PATH}?filter=x")
    assert reply.status == 400
    assert isinstance(content(reply), str)
