"""What can be done about a message: buttons and links, as chats and mail show them."""

from email import message_from_bytes, policy
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from cli.vendors import slackschema
from tests.builders import T0, alert, receiver
from tocsin.adapters.receivers import email, slack, slackapp, slackblocks
from tocsin.adapters.receivers.message import message_of
from tocsin.domain.actionlink import KINDS, MessageAction, link_for, token_of
from tocsin.domain.channels import Email, SlackApp
from tocsin.domain.group import GroupKey, Intent
from tocsin.domain.secret import Secret
from tocsin.ports import Notification

KEY = GroupKey("a-tenant-with-a-long-name", "a-receiver-with-a-long-name-too", ())
INTENT = Intent(key="toc_" + "0" * 32, steps=(), alerts=(), created_at_s=T0)
APP = SlackApp(token=Secret(value="xoxb-1"), channel="#ops", signing_secret=Secret(value="s"))


def action(kind: Any) -> MessageAction:
    token = token_of(link_for(KEY, INTENT, kind), b"secret")
    url = f"https://abcdefghij.execute-api.eu-central-1.amazonaws.com/prod/v1/actions/{token}"
    return MessageAction(name=kind, title=f"{kind} <it> & *now*", url=url, token=token)


ACTIONS = tuple(map(action, KINDS))


def notification(count: int = 1, status: str = "firing", **fields: Any) -> Notification:
    alerts = tuple(alert(f"A{index}", status=status) for index in range(count))
    known: dict[str, Any] = {"receiver": receiver(kind="slack"), "actions": ACTIONS}
    return Notification(
        key=INTENT.key, group=KEY, alerts=alerts, attempt=1, new=count, **(known | fields)
    )


def test_an_app_with_a_signing_secret_has_buttons_that_hold_the_tokens() -> None:
    told = notification(receiver=receiver(kind="slack", settings=APP))
    call, *_ = slackapp.calls(told, APP, "")
    (block,) = [each for each in call.arguments["blocks"] if each["type"] == "actions"]
    assert [each["value"] for each in block["elements"]] == [each.token for each in ACTIONS]
    assert [each["action_id"] for each in block["elements"]] == [f"tocsin_{kind}" for kind in KINDS]
    # A URL would make Slack open it, and hear of the press as well.
    assert not any("url" in each for each in block["elements"])


def test_without_one_there_are_links() -> None:
    for body in (
        msgspec.json.decode(slack.render(notification())),
        slackapp.calls(notification(), replace(APP, signing_secret=Secret()), "")[0].arguments,
    ):
        said = body["blocks"][-1]["text"]["text"]
        for each in ACTIONS:
            assert f"<{each.url}|" in said
        assert "<it>" not in said


@pytest.mark.parametrize("has_buttons", [True, False])
def test_slack_takes_the_largest(has_buttons: bool) -> None:
    long = {f"label{index}": "v" * 500 for index in range(30)}
    alerts = tuple(alert(f"A{index}", labels=long, url="https://x/") for index in range(50))
    message = message_of(replace(notification(), alerts=alerts), slackblocks.SHOWN_ALERTS)
    body = slackblocks.body(message, has_buttons=has_buttons)
    assert list(slackschema.faults(body, slackschema.WEBHOOK_FIELDS)) == []
    assert len(msgspec.json.encode(body["blocks"])) <= 10_000
    kinds = [each["type"] for each in body["blocks"]]
    assert kinds[-1] == ("actions" if has_buttons else "section")


def test_where_slack_takes_no_blocks_there_are_links_in_the_text() -> None:
    bare = slackapp.calls(notification(), APP, "", is_bare=True)[-1].arguments
    assert "blocks" not in bare
    for each in ACTIONS:
        assert each.url in bare["text"]


def test_what_is_over_has_nothing_to_do() -> None:
    told = notification(status="resolved")
    assert message_of(told, 10).actions == ()
    assert b"/v1/actions/" not in slack.render(told)
    call, *others = slackapp.calls(told, APP, "")
    assert "actions" not in {each["type"] for each in call.arguments["blocks"]}
    assert not any("/v1/actions/" in str(each.arguments) for each in others)


def test_a_mail_has_links_in_both_parts() -> None:
    settings = Email(to=("ops@example.com",), sender="tocsin@example.com")
    told = notification(receiver=receiver(kind="email", settings=settings))
    content = email.render(told, "", T0)
    assert content == email.render(told, "", T0)
    mail = message_from_bytes(content, policy=policy.default)
    plain, page = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))  # type: ignore[union-attr]
    for each in ACTIONS:
        assert f": {each.url}\n" in plain.replace("\r\n", "\n")
        assert f'<a href="{each.url}"' in page
    assert "<it>" not in page
