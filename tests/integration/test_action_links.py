"""Links of notifications, on the real handlers: from what people are sent to what they do."""

import json
from typing import Any

import pytest

from cli.localcloud.receiver import LocalReceiver
from tests.builders import config, receiver, route
from tests.integration.test_lifecycle import DISK, act, fire, said, show
from tests.integration.world import World, forget
from tocsin.adapters import aws
from tocsin.adapters.receivers import slack
from tocsin.domain.actionlink import LIFE_S, MessageAction
from tocsin.domain.fingerprint import fingerprint
from tocsin.ports import Notification
from tocsin.runtime import actionkey
from tocsin.runtime.actions import wiring

TWO = ({**DISK, "host": "db-1"}, {**DISK, "host": "db-2"})
NAMES = [fingerprint("acme", labels) for labels in TWO]
BASE = "https://alerts.example.com/prod"
# How those call themselves that look at links in messages.
BOTS = (
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) SkypeUriPreview Preview/0.5",
    "WhatsApp/2.23", "TelegramBot (like TwitterBot)",
)  # fmt: skip


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Notification]:
    """What is sent to a chat, as its receiver gets it."""
    found: list[Notification] = []
    monkeypatch.setattr(slack, "send", lambda notification, _: found.append(notification) or "")
    return found


@pytest.fixture
def key(stack: World) -> str:
    return stack.add_tenant(
        config(
            route=route("chat", group_by=("alertname",)),
            receivers={"chat": receiver("chat", kind="slack")},
        )
    )


@pytest.fixture
def links(stack: World, key: str, sent: list[Notification]) -> dict[str, MessageAction]:
    fire(stack, key, TWO[0])
    fire(stack, key, TWO[1])
    return named(sent[-1])


def named(notification: Notification) -> dict[str, MessageAction]:
    return {each.name: each for each in notification.actions}


def ask(stack: World, method: str, link: MessageAction | str, **headers: str) -> dict[str, Any]:
    token = link if isinstance(link, str) else link.token
    return stack.ask(method, f"/v1/actions/{token}", headers)


def use(stack: World, link: MessageAction) -> str:
    answer = ask(stack, "POST", link)
    assert answer["statusCode"] == 200, answer
    stack.drain()
    body: str = answer["body"]
    return body


def waiting(stack: World) -> int:
    return sum(len(stack.resources.receive(name, 10)) for name in ("evaluate", "evaluate-urgent"))


def test_a_message_to_people_has_a_link_for_each_thing(links: dict[str, MessageAction]) -> None:
    assert list(links) == ["acknowledge", "resolve", "silence"]
    for link in links.values():
        assert link.url == f"{BASE}/v1/actions/{link.token}"


def test_a_program_and_who_switched_them_off_get_none(
    stack: World, sent: list[Notification], people: LocalReceiver
) -> None:
    tree = route("chat", routes=(route("hook", continues=True), route("chat")))
    hook = receiver("hook", url=f"{people.url}/webhook")
    chat = receiver("chat", kind="slack", actions=False)
    fire(stack, stack.add_tenant(config(route=tree, receivers={"hook": hook, "chat": chat})))
    assert [each.actions for each in sent] == [()]
    (arrival,) = people.arrivals
    assert "/v1/actions/" not in json.dumps(arrival.body)


def test_what_is_over_has_none(stack: World, key: str, sent: list[Notification]) -> None:
    fire(stack, key)
    fire(stack, key, status="resolved")
    assert [len(each.actions) for each in sent] == [3, 0]


def test_a_page_goes_out_without_links_where_the_secret_cannot_be_read(
    stack: World, key: str, sent: list[Notification]
) -> None:
    arn = stack.resources.environ["ACTION_SECRET_ARN"]
    aws.client("secretsmanager").delete_secret(SecretId=arn, ForceDeleteWithoutRecovery=True)
    fire(stack, key)
    assert [each.actions for each in sent] == [()]
    stack.strict.refusals.clear()


@pytest.mark.parametrize("bot", BOTS)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("kind", ["acknowledge", "resolve", "silence"])
def test_whoever_only_looks_changes_nothing(
    stack: World, key: str, links: dict[str, MessageAction], kind: str, method: str, bot: str
) -> None:
    before = show(stack, key, NAMES[0])
    for _ in range(3):
        answer = ask(stack, method, links[kind], **{"user-agent": bot, "accept": "*/*"})
        assert answer["statusCode"] == 200
        assert bool(answer["body"]) == (method == "GET")
    assert waiting(stack) == 0
    stack.drain()
    assert show(stack, key, NAMES[0]) == before


def test_who_presses_acknowledges_all_that_was_told_and_the_timeline_says_so(
    stack: World, key: str, links: dict[str, MessageAction]
) -> None:
    assert "by link of receiver chat" in use(stack, links["acknowledge"])
    for name in NAMES:
        found = show(stack, key, name)
        assert found["alert"]["state"] == "acknowledged"
        entry = found["timeline"]["entries"][-1]
        assert (entry["what"], entry["by"]) == ("acknowledge", "link of receiver chat")


def test_the_second_use_does_nothing_and_says_who_did_it_when(
    stack: World, key: str, links: dict[str, MessageAction]
) -> None:
    use(stack, links["acknowledge"])
    at = show(stack, key, NAMES[0])["timeline"]["entries"][-1]["at"]
    act(stack, key, "unacknowledge", name=NAMES[0])
    page = use(stack, links["acknowledge"])
    assert "done already, by link of receiver chat at" in page
    assert at[:19] in page
    assert show(stack, key, NAMES[0])["alert"]["state"] == "firing"
    looked = ask(stack, "GET", links["acknowledge"])["body"]
    assert "done already" in looked
    assert "<button" not in looked


def test_pressed_twice_before_it_takes_effect_it_is_done_once(
    stack: World, key: str, links: dict[str, MessageAction]
) -> None:
    for _ in range(2):
        assert ask(stack, "POST", links["acknowledge"])["statusCode"] == 200
    stack.drain()
    assert said(show(stack, key, NAMES[0])).count("acknowledge") == 1


def test_a_link_is_about_the_episode_that_was_told(
    stack: World, key: str, links: dict[str, MessageAction], sent: list[Notification]
) -> None:
    for labels in TWO:
        fire(stack, key, labels, status="resolved")
    fire(stack, key, TWO[0])
    answer = ask(stack, "POST", links["acknowledge"])
    assert answer["statusCode"] == 409
    assert "fires any more" in answer["body"]
    stack.drain()
    assert show(stack, key, NAMES[0])["alert"]["state"] == "firing"
    use(stack, named(sent[-1])["acknowledge"])
    assert show(stack, key, NAMES[0])["alert"]["state"] == "acknowledged"


def test_what_came_after_a_message_is_left_alone(
    stack: World, key: str, sent: list[Notification]
) -> None:
    fire(stack, key, TWO[0])
    fire(stack, key, TWO[1])
    use(stack, named(sent[0])["resolve"])
    assert show(stack, key, NAMES[0])["alert"]["state"] == "resolved"
    assert show(stack, key, NAMES[1])["alert"]["state"] == "firing"


def test_silence_is_for_an_hour_and_for_what_is_shared(
    stack: World, key: str, links: dict[str, MessageAction]
) -> None:
    page = use(stack, links["silence"])
    assert "alertname=" in page
    answer = stack.ask("GET", "/api/v2/silences", {"x-api-key": key})
    (silence,) = json.loads(answer["body"])
    assert [(each["name"], each["value"]) for each in silence["matchers"]] == [
        ("alertname", "DiskFull")
    ]
    assert silence["createdBy"] == "link of receiver chat"
    assert silence["endsAt"][:13] != silence["startsAt"][:13]
    found = show(stack, key, NAMES[0])
    assert found["alert"]["state"] == "silenced"
    entry = found["timeline"]["entries"][-1]
    assert (entry["what"], entry["by"]) == ("comment", "link of receiver chat")
    assert silence["id"] in entry["text"]
    assert "done already" in use(stack, links["silence"])
    answer = stack.ask("GET", "/api/v2/silences", {"x-api-key": key})
    assert len(json.loads(answer["body"])) == 1


def test_too_old_a_link_says_so(
    stack: World, links: dict[str, MessageAction], monkeypatch: pytest.MonkeyPatch
) -> None:
    now_s = wiring.now_s
    monkeypatch.setattr(wiring, "now_s", lambda: now_s() + LIFE_S + 1)
    answer = ask(stack, "POST", links["resolve"])
    assert answer["statusCode"] == 410
    assert waiting(stack) == 0


def test_a_new_secret_voids_what_was_sent_within_a_minute_and_what_is_sent_then_is_good(
    stack: World, key: str, sent: list[Notification], monkeypatch: pytest.MonkeyPatch
) -> None:
    ahead_s, clock = [0.0], actionkey.now_s
    monkeypatch.setattr(actionkey, "now_s", lambda: clock() + ahead_s[0])
    fire(stack, key, TWO[0])
    link = named(sent[-1])["acknowledge"]
    assert ask(stack, "GET", link)["statusCode"] == 200
    arn = stack.resources.environ["ACTION_SECRET_ARN"]
    aws.client("secretsmanager").put_secret_value(SecretId=arn, SecretString="another one")
    ahead_s[0] = actionkey.KEY_TTL_S + 1
    assert ask(stack, "POST", link)["statusCode"] == 404
    assert waiting(stack) == 0
    # A function that starts anew has the new one at once.
    forget()
    fire(stack, key, TWO[1])
    assert ask(stack, "GET", named(sent[-1])["acknowledge"])["statusCode"] == 200


def test_links_that_were_sent_are_switched_off_with_the_receiver(
    stack: World, links: dict[str, MessageAction]
) -> None:
    stack.add_tenant(
        config(
            version=2,
            route=route("chat", group_by=("alertname",)),
            receivers={"chat": receiver("chat", kind="slack", actions=False)},
        )
    )
    forget()
    assert ask(stack, "POST", links["resolve"])["statusCode"] == 403
    assert waiting(stack) == 0
