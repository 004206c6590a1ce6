"""What Slack shows of a press, on the real handlers: and that no answer is worth an action."""

from typing import Any

import pytest

from tests.builders import config, receiver, route
from tests.integration.test_action_links import sent, waiting
from tests.integration.test_lifecycle import fire, show
from tests.integration.test_slack_buttons import app, buttons, key, post, pressed, said_back
from tests.integration.world import World, forget
from tocsin.adapters.http import Http, HttpAnswer
from tocsin.adapters.sqs import SqsOutbox
from tocsin.domain.actionlink import MessageAction
from tocsin.domain.errors import Permanent, Retryable
from tocsin.runtime.actions import wiring

__all__ = ["buttons", "key", "said_back", "sent"]

URL = "https://hooks.slack.com/actions/T0MJRM1A7/1/abc"


def test_the_channel_sees_who_did_what_below_the_message(
    stack: World, buttons: dict[str, MessageAction], said_back: list[dict[str, Any]]
) -> None:
    assert post(stack, pressed(buttons["acknowledge"]))["statusCode"] == 200
    (said,) = said_back
    assert said.pop("timeout_s") <= 1.0
    assert said == {
        "url": URL,
        "text": "Acknowledged: 1 alert, by @ann.",
        "replace_original": False,
        "response_type": "in_channel",
        "thread_ts": "1763790000.000100",
    }


def test_in_a_thread_it_stays_there(
    stack: World, buttons: dict[str, MessageAction], said_back: list[dict[str, Any]]
) -> None:
    place = {"type": "message", "message_ts": "1763790060.000200", "thread_ts": "1763790000.000100"}
    post(stack, pressed(buttons["silence"], container=place))
    assert said_back[0]["thread_ts"] == "1763790000.000100"
    assert said_back[0]["text"] == "Silenced for 1 h: 1 alert, by @ann."


def test_who_presses_again_is_told_alone_that_it_was_done(
    stack: World, buttons: dict[str, MessageAction], said_back: list[dict[str, Any]]
) -> None:
    post(stack, pressed(buttons["acknowledge"]))
    stack.drain()
    user = {"id": "U2", "username": "bob"}
    assert post(stack, pressed(buttons["acknowledge"], user=user))["statusCode"] == 200
    said = said_back[1]
    assert said["response_type"] == "ephemeral"
    assert "thread_ts" not in said
    assert said["text"].startswith(
        "Acknowledged. This was done already, by ann (Slack U061F7AUR) at <!date^"
    )


def test_who_presses_too_late_is_told_why_and_sees_no_warning(
    stack: World, key: str, buttons: dict[str, MessageAction], said_back: list[dict[str, Any]]
) -> None:
    fire(stack, key, status="resolved")
    said_back.clear()
    assert post(stack, pressed(buttons["resolve"]))["statusCode"] == 200
    (said,) = said_back
    assert said["response_type"] == "ephemeral"
    assert said["text"] == "Nothing was done: Nothing of it fires any more."


def test_where_that_cannot_be_said_slack_warns(
    stack: World, key: str, buttons: dict[str, MessageAction], monkeypatch: pytest.MonkeyPatch
) -> None:
    fire(stack, key, status="resolved")
    monkeypatch.setattr(Http, "post", lambda *_: HttpAnswer(404, {}, b"expired_url"))
    assert post(stack, pressed(buttons["resolve"]))["statusCode"] == 409


@pytest.mark.parametrize(
    "failure",
    [Retryable("no answer"), Permanent("the address is not public"), RuntimeError("a bug"), None],
)
def test_an_answer_that_fails_takes_nothing_back_and_is_tried_once(
    stack: World,
    key: str,
    buttons: dict[str, MessageAction],
    failure: Exception | None,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    tries: list[str] = []

    def failing(_: Http, url: str, *__: Any) -> HttpAnswer:
        tries.append(url)
        if failure is not None:
            raise failure
        return HttpAnswer(500, {}, b"")

    monkeypatch.setattr(Http, "post", failing)
    assert post(stack, pressed(buttons["acknowledge"]))["statusCode"] == 200
    assert tries == [URL]
    assert URL not in caplog.text
    assert "was not answered" in caplog.text
    stack.drain()
    assert show(stack, key)["alert"]["state"] == "acknowledged"


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.slack.com/actions/T/1/a",
        "https://hooks.slack.com.evil.example/actions/T/1/a",
        "https://hooks.slack.com@evil.example/actions/T/1/a",
        "https://hooks.slack.com:8443/actions/T/1/a",
        "https://evil.example/hooks.slack.com/",
        "https://hooks.slack.com/a\\@evil.example/",
        "https://hooks.slack.com\\@evil.example/",
        "https://hooks.slack.com/a b",
        " https://hooks.slack.com/a",
        "https://hooks.slack.com/" + "a" * 2000,
        "https://169.254.169.254/latest/meta-data/",
        "file:///etc/passwd",
        "",
        None,
    ],
)
def test_nobody_but_slack_is_told(
    stack: World, buttons: dict[str, MessageAction], said_back: list[dict[str, Any]], url: Any
) -> None:
    assert post(stack, pressed(buttons["acknowledge"], response_url=url))["statusCode"] == 200
    assert said_back == []


def test_what_slack_did_not_sign_is_told_nothing(
    stack: World, buttons: dict[str, MessageAction], said_back: list[dict[str, Any]]
) -> None:
    assert post(stack, pressed(buttons["acknowledge"]), secret="another")["statusCode"] == 401
    assert said_back == []


def test_what_took_long_is_not_made_longer(
    stack: World,
    buttons: dict[str, MessageAction],
    said_back: list[dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock, ahead_s, send = wiring.now_s, [0.0], SqsOutbox.send

    def slow(self: SqsOutbox, *given: Any) -> None:
        send(self, *given)
        ahead_s[0] = 2.6

    monkeypatch.setattr(wiring, "now_s", lambda: clock() + ahead_s[0])
    monkeypatch.setattr(SqsOutbox, "send", slow)
    assert post(stack, pressed(buttons["acknowledge"]))["statusCode"] == 200
    assert said_back == []
    assert waiting(stack) == 1


def test_names_call_nobody_and_are_no_markup(
    stack: World, buttons: dict[str, MessageAction], said_back: list[dict[str, Any]]
) -> None:
    user = {"id": "U1", "username": "<!channel> <@U2> & co"}
    post(stack, pressed(buttons["acknowledge"], user=user))
    text = said_back[0]["text"]
    assert "<" not in text
    assert "by @&lt;!channel&gt; &lt;@U2&gt; &amp; co." in text


def test_it_is_said_in_the_language_of_the_receiver(
    stack: World, key: str, buttons: dict[str, MessageAction], said_back: list[dict[str, Any]]
) -> None:
    oncall = receiver("chat", kind="slack", settings=app("acme"), language="de")
    stack.add_tenant(config(version=2, route=route("chat"), receivers={"chat": oncall}))
    forget()
    post(stack, pressed(buttons["acknowledge"]))
    assert said_back[0]["text"] == "Bestätigt: 1 Alarm, durch @ann."
