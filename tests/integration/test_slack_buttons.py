"""Buttons in Slack, on the real handlers: who pressed stands in the timeline, if Slack says so."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.builders import config, receiver, route
from tests.integration.test_action_links import named, sent, waiting
from tests.integration.test_lifecycle import DISK, fire, said, show
from tests.integration.world import World
from tocsin.adapters import aws
from tocsin.adapters.http import Http, HttpAnswer
from tocsin.domain.actionlink import MessageAction
from tocsin.domain.channels import SlackApp
from tocsin.domain.secret import Secret
from tocsin.domain.signatures.proof import hex_hmac
from tocsin.ports import Notification
from tocsin.runtime import api
from tocsin.runtime.actions import wiring

__all__ = ["sent"]

SIGNING = "8f742231b10e8888abcd99yyyzzz85a5"
USER = {"id": "U061F7AUR", "username": "ann", "name": "ann", "team_id": "T0MJRM1A7"}


def app(tenant: str, **fields: Any) -> SlackApp:
    signing = Secret(name=f"tocsin/{tenant}/slack")
    known = {"token": Secret(value="xoxb-1"), "channel": "#ops", "signing_secret": signing}
    return SlackApp(**(known | fields))


def chat(stack: World, tenant: str = "acme", signing: str = SIGNING, **fields: Any) -> str:
    """Apply a tenant with a chat that has buttons, and return its key."""
    name = f"tocsin/{tenant}/slack"
    aws.client("secretsmanager").create_secret(Name=name, SecretString=signing)
    oncall = receiver("chat", kind="slack", settings=app(tenant, **fields))
    return stack.add_tenant(config(tenant, route=route("chat"), receivers={"chat": oncall}))


@pytest.fixture(autouse=True)
def said_back(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What is posted to Slack about presses: the address, and what is said there."""
    found: list[dict[str, Any]] = []

    def post(_: Http, url: str, body: bytes, headers: Any, timeout_s: float) -> HttpAnswer:
        found.append({"url": url, "timeout_s": timeout_s, **json.loads(body)})
        return HttpAnswer(200, {}, b"ok")

    monkeypatch.setattr(Http, "post", post)
    return found


@pytest.fixture
def key(stack: World) -> str:
    return chat(stack)


@pytest.fixture
def buttons(stack: World, key: str, sent: list[Notification]) -> dict[str, MessageAction]:
    fire(stack, key)
    return named(sent[-1])


def pressed(button: MessageAction, **fields: Any) -> bytes:
    action = {
        "type": "button",
        "action_id": f"tocsin_{button.name}",
        "block_id": "AbC1",
        "value": button.token,
        "action_ts": "1763790000.123456",
    }
    payload = {
        "type": "block_actions",
        "user": USER,
        "api_app_id": "A02",
        "token": "Shh_its_a_seekrit",
        "container": {"type": "message", "message_ts": "1763790000.000100"},
        "trigger_id": "12466734323.1395872398",
        "team": {"id": "T0MJRM1A7", "domain": "example"},
        "actions": [action],
        "response_url": "https://hooks.slack.com/actions/T0MJRM1A7/1/abc",
    }
    return urlencode({"payload": json.dumps(payload | fields)}).encode()


def post(stack: World, body: bytes, secret: str = SIGNING, late_s: float = 0.0) -> dict[str, Any]:
    at = str(int(wiring.now_s() - late_s))
    headers = {
        "content-type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": at,
        "X-Slack-Signature": f"v0={hex_hmac(secret.encode(), f'v0:{at}:'.encode() + body)}",
    }
    event = stack._event("POST", "/v1/slack/actions", headers, body)
    return stack._call(api.handler, event)


@pytest.mark.parametrize(
    ("kind", "state"), [("acknowledge", "acknowledged"), ("resolve", "resolved")]
)
def test_a_press_does_it_and_the_timeline_says_who_pressed(
    stack: World, key: str, buttons: dict[str, MessageAction], kind: str, state: str
) -> None:
    answer = post(stack, pressed(buttons[kind]))
    # Slack shows whatever else would stand in the answer.
    assert (answer["statusCode"], answer["body"]) == (200, "")
    stack.drain()
    found = show(stack, key)
    assert found["alert"]["state"] == state
    entry = next(each for each in found["timeline"]["entries"] if each["what"] == kind)
    assert entry["by"] == "ann (Slack U061F7AUR)"
    assert entry["text"] == "button of receiver chat"


def test_a_press_silences_for_who_pressed(
    stack: World, key: str, buttons: dict[str, MessageAction]
) -> None:
    assert post(stack, pressed(buttons["silence"]))["statusCode"] == 200
    answer = stack.ask("GET", "/api/v2/silences", {"x-api-key": key})
    (silence,) = json.loads(answer["body"])
    assert silence["createdBy"] == "ann (Slack U061F7AUR)"


def test_two_who_press_at_once_are_one(
    stack: World, key: str, buttons: dict[str, MessageAction]
) -> None:
    for name in ("ann", "bob"):
        user = {**USER, "username": name}
        assert post(stack, pressed(buttons["acknowledge"], user=user))["statusCode"] == 200
    stack.drain()
    assert said(show(stack, key)).count("acknowledge") == 1
    assert show(stack, key)["alert"]["handling"]["acknowledged_by"].startswith("ann")


def test_the_link_of_a_button_is_the_same_use(
    stack: World, key: str, buttons: dict[str, MessageAction]
) -> None:
    post(stack, pressed(buttons["acknowledge"]))
    stack.drain()
    page = stack.ask("POST", f"/v1/actions/{buttons['acknowledge'].token}", {})["body"]
    assert "done already, by ann (Slack U061F7AUR)" in page


def refused(stack: World, answer: dict[str, Any], status: int) -> None:
    assert answer["statusCode"] == status, answer
    assert waiting(stack) == 0


def test_what_slack_did_not_sign_for_this_receiver_is_refused(
    stack: World, buttons: dict[str, MessageAction]
) -> None:
    body = pressed(buttons["resolve"])
    refused(stack, post(stack, body, secret="another"), 401)
    refused(stack, post(stack, body, late_s=301.0), 401)
    refused(stack, post(stack, body, late_s=-301.0), 401)
    unsigned = stack._event("POST", "/v1/slack/actions", {}, body)
    refused(stack, stack._call(api.handler, unsigned), 401)


def test_one_tenant_cannot_press_for_another(
    stack: World, buttons: dict[str, MessageAction]
) -> None:
    # They know the token, and Slack signs for an app of theirs: not for this tenant's receiver.
    chat(stack, "other", "a signing secret of another app")
    body = pressed(buttons["resolve"])
    refused(stack, post(stack, body, secret="a signing secret of another app"), 401)


def test_a_button_that_was_not_made_here_is_refused_before_anything_is_read(
    stack: World, buttons: dict[str, MessageAction]
) -> None:
    forged = MessageAction(name="resolve", title="", url="", token=buttons["resolve"].token[:-3])
    stack.meter.reset()
    with stack.meter.counting():
        refused(stack, post(stack, pressed(forged)), 404)
    assert not any("dynamodb" in name for name in stack.meter.calls)


def test_an_app_without_a_signing_secret_has_no_buttons(
    stack: World, sent: list[Notification]
) -> None:
    key = chat(stack, "plain", signing_secret=Secret())
    stack.post("/v1/alerts", key, {"name": "DiskFull", "labels": DISK})
    stack.drain()
    body = pressed(named(sent[-1])["resolve"])
    refused(stack, post(stack, body), 403)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"payload=",
        b"payload=[]",
        b"payload={}",
        b"payload=%ff",
        b"\xff\xfe",
        b"payload=" + b"[" * 5000,
        b"&".join([b"a=1"] * 50),
        urlencode({"payload": json.dumps({"type": "block_actions", "user": USER})}).encode(),
        urlencode({"payload": json.dumps({"type": "shortcut", "user": {"id": 7}})}).encode(),
    ],
)
def test_what_is_no_press_is_refused(stack: World, key: str, body: bytes) -> None:
    refused(stack, post(stack, body), 400)


def test_what_is_too_much_is_refused(stack: World, key: str) -> None:
    refused(stack, post(stack, b"payload=" + b"x" * 300_000), 413)


def test_a_press_of_something_else_is_refused(
    stack: World, buttons: dict[str, MessageAction]
) -> None:
    other = [{"type": "button", "action_id": "approve", "value": buttons["resolve"].token}]
    refused(stack, post(stack, pressed(buttons["resolve"], actions=other)), 400)
    refused(stack, post(stack, pressed(buttons["resolve"], type="view_submission")), 400)


def test_a_name_is_shown_as_text_of_one_line(
    stack: World, key: str, buttons: dict[str, MessageAction]
) -> None:
    user = {"id": "U1", "username": "x" * 500 + "\n\u202e<b>"}
    assert post(stack, pressed(buttons["acknowledge"], user=user))["statusCode"] == 200
    stack.drain()
    by = show(stack, key)["alert"]["handling"]["acknowledged_by"]
    assert by.isprintable()
    assert len(by) <= 128
