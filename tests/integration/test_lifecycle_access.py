"""Who may do what about which alert, and what is refused."""

import json
from typing import Any

import pytest
from msgspec.structs import replace

from cli.localcloud.receiver import LocalReceiver
from tests.builders import config, receiver
from tests.integration.test_lifecycle import DISK, NAME, content, fire, post, refusal, said, show
from tests.integration.world import World, forget
from tocsin.adapters import aws
from tocsin.adapters.dynamodb.keys import DynamoKeys
from tocsin.domain import apikey
from tocsin.domain.config import TenantConfig
from tocsin.domain.fingerprint import alertmanager_fingerprint, fingerprint
from tocsin.runtime import api


@pytest.fixture
def key(stack: World, acme: TenantConfig) -> str:
    return stack.add_tenant(acme)


@pytest.mark.parametrize(
    ("action", "body", "status"),
    [
        ("explode", {}, 404),
        ("acknowledge", {"colour": "red"}, 422),
        ("acknowledge", {"assignee": "bob"}, 422),
        ("acknowledge", {"by": 7}, 422),
        ("acknowledge", {"by": "x" * 129}, 422),
        ("acknowledge", {"by": "a\nb"}, 422),
        ("acknowledge", {"episode": "1"}, 422),
        ("acknowledge", {"episode": True}, 422),
        ("comment", {}, 422),
        ("comment", {"text": "  "}, 422),
        ("comment", {"text": "x" * 4097}, 422),
        ("comment", {"text": ["x"]}, 422),
        ("assign", {}, 422),
        ("assign", {"assignee": 1}, 422),
        ("snooze", {}, 422),
        ("snooze", {"for": "1h", "until": "2099-01-01T00:00:00Z"}, 422),
        ("snooze", {"for": "10s"}, 422),
        ("snooze", {"for": "8d"}, 422),
        ("snooze", {"for": 3600}, 422),
        ("snooze", {"for": "soon"}, 422),
        ("snooze", {"until": "2001-01-01T00:00:00Z"}, 422),
        ("snooze", {"until": ""}, 422),
        ("snooze", {"until": "tomorrow"}, 422),
    ],
)
def test_what_is_wrong_is_refused_and_changes_nothing(
    stack: World, key: str, action: str, body: dict[str, Any], status: int
) -> None:
    fire(stack, key)
    answer = post(stack, key, action, **body)
    assert answer["statusCode"] == status, answer
    assert json.loads(answer["body"])["error"].keys() == {"code", "message", "path"}
    assert stack.pump("evaluate") == 0


def test_a_body_that_is_no_object_is_refused(stack: World, key: str) -> None:
    fire(stack, key)
    target = f"/v1/alerts/{NAME}/acknowledge"
    headers = {"x-api-key": key, "content-type": "application/json; charset=utf-8"}
    assert stack.ask("POST", target, headers, ["x"])["statusCode"] == 422
    event = stack._event("POST", target, headers, b"{")
    assert stack._call(api.handler, event)["statusCode"] == 400
    event = stack._event("POST", target, headers, b" " * 70_000)
    assert stack._call(api.handler, event)["statusCode"] == 413


@pytest.mark.parametrize("kind", ["", "text/plain", "application/x-www-form-urlencoded"])
def test_what_a_page_from_elsewhere_can_send_unasked_is_refused(
    stack: World, key: str, kind: str
) -> None:
    fire(stack, key)
    answer = post(stack, key, "resolve", headers={"content-type": kind})
    assert refusal(answer) == (415, "unsupported_media_type")
    assert stack.pump("evaluate") == 0


@pytest.mark.parametrize("name", ["0" * 32, "f" * 16, "xyz", "0" * 31, "a%2Fb"])
def test_what_nobody_knows_is_not_found(stack: World, key: str, name: str) -> None:
    fire(stack, key)
    for answer in (
        stack.ask("GET", f"/v1/alerts/{name}", {"x-api-key": key}),
        post(stack, key, "acknowledge", name),
    ):
        assert refusal(answer) == (404, "unknown_alert")


def test_two_tenants_see_and_change_nothing_of_each_other(
    stack: World, key: str, people: LocalReceiver
) -> None:
    other = stack.add_tenant(
        config("beta", receivers={"oncall": receiver(url=f"{people.url}/webhook")})
    )
    fire(stack, key)
    fire(stack, other)
    theirs = fingerprint("beta", DISK)
    assert refusal(stack.ask("GET", f"/v1/alerts/{theirs}", {"x-api-key": key})) == (
        404,
        "unknown_alert",
    )
    for action in ("acknowledge", "resolve", "comment"):
        assert post(stack, key, action, theirs, text="x")["statusCode"] == 404
    # Alertmanager's name is the same with both, and means one's own.
    short = alertmanager_fingerprint(DISK)
    assert show(stack, other, short)["alert"]["fingerprint"] == theirs
    assert post(stack, key, "resolve", short)["statusCode"] == 202
    stack.drain()
    assert show(stack, key)["alert"]["state"] == "resolved"
    assert show(stack, other, theirs)["alert"]["state"] == "firing"
    assert "resolve" not in said(show(stack, other, theirs))


class TestWhoMay:
    def limit(self, stack: World, key: str, *scopes: apikey.Scope) -> None:
        keys = DynamoKeys(aws.client("dynamodb"), stack.resources.environ["CONTROL_TABLE"])
        found = keys.find(apikey.parse(key).id)
        assert found is not None
        keys.put(replace(found, scopes=scopes))

    def test_looking_needs_read_and_acting_needs_silence(self, stack: World, key: str) -> None:
        fire(stack, key)
        self.limit(stack, key, "read")
        forget()
        assert show(stack, key)["alert"]["state"] == "firing"
        assert refusal(post(stack, key, "acknowledge")) == (403, "forbidden")

    def test_who_may_not_read_hears_only_that_it_is_accepted(self, stack: World, key: str) -> None:
        fire(stack, key)
        self.limit(stack, key, "silence")
        forget()
        assert content(post(stack, key, "acknowledge")).keys() == {"id"}
        assert refusal(stack.ask("GET", f"/v1/alerts/{NAME}", {"x-api-key": key}))[0] == 403

    def test_without_a_key_nothing_is_said(self, stack: World, key: str) -> None:
        fire(stack, key)
        assert refusal(stack.ask("GET", f"/v1/alerts/{NAME}", {})) == (401, "unauthorized")
        assert stack.ask("POST", f"/v1/alerts/{NAME}/resolve", {})["statusCode"] == 401

    def test_the_key_may_stand_in_the_path(self, stack: World, key: str) -> None:
        fire(stack, key)
        prefix = f"/k/{key}/v1/alerts/{NAME}"
        headers = {"content-type": "application/json"}
        assert stack.ask("POST", f"{prefix}/acknowledge", headers)["statusCode"] == 202
        stack.drain()
        answer = stack.ask("GET", prefix, {})
        assert content(answer)["alert"]["state"] == "acknowledged"
