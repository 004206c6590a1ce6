"""The Alertmanager API on the real handlers: what is posted is shown, silenced and told again."""

import gzip
import json
from base64 import b64decode, b64encode
from hashlib import sha512
from typing import Any

import pytest
from msgspec.structs import replace

from cli.localcloud.receiver import LocalReceiver
from tests.builders import config, receiver
from tests.integration.world import World
from tocsin.adapters import aws
from tocsin.adapters.dynamodb.keys import DynamoKeys
from tocsin.domain import apikey
from tocsin.domain.config import TenantConfig
from tocsin.domain.fingerprint import alertmanager_fingerprint

BASE = "/api/v2"
ALERTS = f"{BASE}/alerts"


@pytest.fixture
def key(stack: World, acme: TenantConfig) -> str:
    return stack.add_tenant(replace(acme, plain_labels=True))


def content(answer: dict[str, Any]) -> Any:
    """Return the JSON of an answer as the client gets it; None for no body."""
    body = answer["body"]
    if answer["isBase64Encoded"]:
        body = gzip.decompress(b64decode(body))
    return json.loads(body) if body else None


def post(stack: World, key: str, *labels: dict[str, str], **fields: Any) -> None:
    answer = stack.post(ALERTS, key, [{"labels": each, **fields} for each in labels])
    assert answer["statusCode"] == 200
    stack.drain()


def get(stack: World, key: str, target: str, **headers: str) -> Any:
    answer = stack.ask("GET", f"{BASE}{target}", {"x-api-key": key, **headers})
    assert answer["statusCode"] == 200, answer
    return content(answer)


def silence(stack: World, key: str, **fields: Any) -> dict[str, Any]:
    wanted = {
        "matchers": [{"name": "team", "value": "db", "isRegex": False}],
        "startsAt": "",
        "endsAt": "2099-01-01T00:00:00.000Z",
        "createdBy": "ann",
        "comment": "",
        **fields,
    }
    headers = {"x-api-key": key, "content-type": "application/json"}
    return stack.ask("POST", f"{BASE}/silences", headers, wanted)


def test_what_is_posted_is_listed_and_grouped_until_it_is_resolved(stack: World, key: str) -> None:
    db, web = {"alertname": "A", "team": "db"}, {"alertname": "B", "team": "web"}
    post(stack, key, db, web, annotations={"summary": "s"})
    assert sorted(each["labels"]["team"] for each in get(stack, key, "/alerts")) == ["db", "web"]
    (found,) = get(stack, key, "/alerts?filter=team%3Ddb&filter=alertname%3DA&active=true")
    assert found["labels"] == db
    assert found["fingerprint"] == alertmanager_fingerprint(db)
    assert (found["receivers"], found["annotations"]) == ([{"name": "oncall"}], {"summary": "s"})
    groups = get(stack, key, "/alerts/groups")
    assert [each["labels"] for each in groups] == [{"alertname": "A"}, {"alertname": "B"}]
    post(stack, key, db, endsAt="2025-01-01T00:00:00Z")
    assert [each["labels"] for each in get(stack, key, "/alerts")] == [web]


def test_an_alert_without_a_name_keeps_exactly_its_labels(stack: World, key: str) -> None:
    post(stack, key, {"job": "noname", "empty": ""})
    (found,) = get(stack, key, "/alerts")
    assert (found["labels"], found["fingerprint"]) == ({"job": "noname"}, "1d2d925a645b1f96")


def test_a_silence_is_made_shown_changed_and_ended(stack: World, key: str) -> None:
    post(stack, key, {"alertname": "A", "team": "db"})
    silence_id = content(silence(stack, key))["silenceID"]
    (found,) = get(stack, key, "/alerts")
    assert found["status"]["silencedBy"] == [silence_id]
    assert get(stack, key, "/alerts?silenced=false") == []
    other = [{"name": "team", "value": "d.", "isRegex": True}]
    changed = silence(stack, key, id=silence_id, comment="c", matchers=other)
    assert content(changed)["silenceID"] != silence_id
    (active,) = get(stack, key, "/silences?expired=false")
    assert active["comment"] == "c"
    assert get(stack, key, f"/silence/{active['id']}") == active
    answer = stack.ask("DELETE", f"{BASE}/silence/{active['id']}", {"x-api-key": key})
    assert (answer["statusCode"], answer["body"]) == (200, "")
    assert get(stack, key, f"/silence/{active['id']}")["status"]["state"] in ("active", "expired")


def test_what_is_silenced_is_not_told(stack: World, key: str, people: LocalReceiver) -> None:
    assert silence(stack, key)["statusCode"] == 200
    post(stack, key, {"alertname": "A", "team": "db"}, {"alertname": "B", "team": "web"})
    assert [each.body["groupLabels"]["alertname"] for each in people.arrivals] == ["B"]


def test_an_update_in_place_needs_the_start_as_it_was(stack: World, key: str) -> None:
    silence_id = content(silence(stack, key))["silenceID"]
    starts_at = get(stack, key, f"/silence/{silence_id}")["startsAt"]
    answer = silence(stack, key, id=silence_id, startsAt=starts_at, comment="longer")
    assert content(answer)["silenceID"] == silence_id
    (found,) = get(stack, key, "/silences")
    assert found["comment"] == "longer"


class TestWhoMay:
    """The key decides whose alerts these are, and its scopes what it may do."""

    def limit(self, stack: World, key: str, *scopes: apikey.Scope) -> None:
        keys = DynamoKeys(aws.client("dynamodb"), stack.resources.environ["CONTROL_TABLE"])
        found = keys.find(apikey.parse(key).id)
        assert found is not None
        keys.put(replace(found, scopes=scopes))

    @pytest.mark.parametrize("how", ["header", "bearer", "basic", "path"])
    def test_the_key_may_stand_where_clients_can_put_it(
        self, stack: World, key: str, how: str
    ) -> None:
        basic = b64encode(f"any:{key}".encode()).decode()
        headers = {
            "header": {"x-api-key": key},
            "bearer": {"authorization": f"Bearer {key}"},
            "basic": {"authorization": f"Basic {basic}"},
            "path": {},
        }[how]
        prefix = f"/k/{key}" if how == "path" else ""
        for target in ("/alerts", "/alerts/groups", "/silences", "/status", "/receivers"):
            answer = stack.ask("GET", f"{prefix}{BASE}{target}", headers)
            assert answer["statusCode"] == 200, target
        assert stack.ask("GET", f"{prefix}/metrics", headers)["statusCode"] == 200

    @pytest.mark.parametrize("target", ["/alerts", "/silences", "/status", "/nope"])
    def test_without_a_key_nothing_is_said(self, stack: World, key: str, target: str) -> None:
        answer = stack.ask("GET", f"{BASE}{target}", {})
        assert answer["statusCode"] == 401
        assert content(answer) == {"code": 401, "message": "no valid API key"}
        assert stack.ask("GET", f"/k/{key}x{BASE}{target}", {})["statusCode"] == 401

    def test_looking_needs_read_and_silencing_needs_silence(self, stack: World, key: str) -> None:
        self.limit(stack, key, "read")
        assert get(stack, key, "/silences") == []
        answer = silence(stack, key)
        message = "this key has not the scope silence"
        assert (answer["statusCode"], content(answer)["message"]) == (403, message)
        answer = stack.ask("DELETE", f"{BASE}/silence/x", {"x-api-key": key})
        assert answer["statusCode"] == 403

    def test_silence_alone_does_not_look(self, stack: World, key: str) -> None:
        self.limit(stack, key, "silence")
        assert silence(stack, key)["statusCode"] == 200
        assert stack.ask("GET", f"{BASE}/silences", {"x-api-key": key})["statusCode"] == 403

    def test_a_browser_asks_without_a_key(self, stack: World, key: str) -> None:
        headers = {"origin": "http://karma", "access-control-request-method": "POST"}
        answer = stack.ask("OPTIONS", f"{BASE}/silences", headers)
        assert answer["statusCode"] == 200
        assert answer["headers"]["Access-Control-Allow-Origin"] == "*"
        refused = stack.ask("GET", ALERTS, {})
        assert refused["headers"]["Access-Control-Allow-Origin"] == "*"

    def test_two_tenants_see_nothing_of_each_other(
        self, stack: World, key: str, people: LocalReceiver
    ) -> None:
        other = stack.add_tenant(
            config("beta", receivers={"oncall": receiver(url=f"{people.url}/beta")})
        )
        post(stack, key, {"alertname": "A", "team": "db"})
        silence_id = content(silence(stack, key))["silenceID"]
        for target in ("/alerts", "/alerts/groups", "/silences"):
            assert get(stack, other, target) == []
        for method in ("GET", "DELETE"):
            answer = stack.ask(method, f"{BASE}/silence/{silence_id}", {"x-api-key": other})
            assert answer["statusCode"] == 404


def test_wrong_paths_and_methods_are_refused_in_alertmanagers_words(stack: World, key: str) -> None:
    prefix = f"/k/{key}"
    answer = stack.ask("GET", f"{prefix}{BASE}/nope", {})
    assert content(answer) == {"code": 404, "message": "path /api/v2/nope was not found"}
    answer = stack.ask("PUT", f"{prefix}{ALERTS}", {})
    assert (answer["statusCode"], answer["headers"]["Allow"]) == (405, "GET,POST")


def test_a_group_too_large_for_its_item_is_shown_whole_and_compressed(
    stack: World, key: str
) -> None:
    def text(index: int) -> str:
        return "".join(sha512(f"{index} {part}".encode()).hexdigest() for part in range(10))

    for start in range(0, 300, 100):
        post(
            stack,
            key,
            *(
                {"alertname": "A", "instance": f"{index}", "text": text(index)}
                for index in range(start, start + 100)
            ),
        )
    blobs = aws.client("s3").list_objects_v2(Bucket="archive", Prefix="groups/")
    assert blobs["KeyCount"] > 0
    answer = stack.ask("GET", ALERTS, {"x-api-key": key, "accept-encoding": "gzip"})
    assert answer["headers"]["Content-Encoding"] == "gzip"
    assert answer["isBase64Encoded"]
    assert len(content(answer)) == 300


def test_a_warm_process_reads_only_what_has_changed(stack: World, key: str) -> None:
    post(stack, key, {"alertname": "A"}, {"alertname": "B"}, {"alertname": "C"})
    get(stack, key, "/alerts")
    with stack.meter.counting():
        get(stack, key, "/alerts")
    # The list of groups, in four parts, and the silences.
    assert dict(stack.meter.calls) == {"dynamodb Query": 5}
    post(stack, key, {"alertname": "B", "x": "y"})
    stack.meter.reset()
    with stack.meter.counting():
        assert len(get(stack, key, "/alerts")) == 4
    assert dict(stack.meter.calls) == {"dynamodb Query": 5, "dynamodb BatchGetItem": 1}


def test_what_it_stands_on_does_not_answer(stack: World, key: str) -> None:
    get(stack, key, "/alerts")
    aws.client("dynamodb").delete_table(TableName="group-table")
    answer = stack.ask("GET", ALERTS, {"x-api-key": key})
    assert answer["statusCode"] == 503
    assert answer["headers"]["Retry-After"] == "1"


def test_a_tenant_without_alerts_has_an_empty_alertmanager(stack: World, key: str) -> None:
    assert get(stack, key, "/alerts") == []
    assert get(stack, key, "/receivers") == [{"labels": {}, "name": "oncall"}]
