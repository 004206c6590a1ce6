"""What may be done about a notification, and what may not."""

from typing import Any

import pytest
from msgspec.structs import replace

from tests.builders import T0, alert, receiver
from tocsin.domain.errors import Retryable
from tocsin.domain.group import GroupKey, Intent, digest_of
from tocsin.pipeline.offering import ActionLinks, offered

KEY = GroupKey("acme", "chat")
CHAT = receiver("chat", kind="slack")


def intent(*alerts: Any) -> Intent:
    return Intent(key="toc_" + "0" * 32, steps=(), alerts=alerts, created_at_s=T0)


def test_what_shares_no_name_is_not_silenced_with_one_press() -> None:
    assert offered(KEY, intent(alert("A"), alert("A")), CHAT) == (
        "acknowledge",
        "resolve",
        "silence",
    )
    assert offered(KEY, intent(alert("A"), alert("B")), CHAT) == ("acknowledge", "resolve")
    over = alert("B", status="resolved")
    assert "silence" in offered(KEY, intent(alert("A"), over), CHAT)


def test_nothing_is_to_be_done_about_all_of_a_digest() -> None:
    assert offered(digest_of(KEY), intent(alert("A")), CHAT) == ()


@pytest.mark.parametrize(
    "kind", ["webhook", "pagerduty", "opsgenie", "sqs", "eventbridge", "lambda", "nobody"]
)
def test_a_program_is_offered_nothing(kind: Any) -> None:
    assert offered(KEY, intent(alert("A")), receiver(kind=kind)) == ()


def test_titles_are_in_the_language_of_the_receiver() -> None:
    links = ActionLinks("https://h/", lambda: b"secret", lambda: T0)

    def titles(**fields: Any) -> list[str]:
        return [each.title for each in links(KEY, intent(alert("A")), replace(CHAT, **fields))]

    assert titles() == ["Acknowledge", "Resolve", "Silence for 1 h"]
    assert titles(language="de") == ["Bestätigen", "Als behoben melden", "1 h stummschalten"]


@pytest.mark.parametrize("kind", ["slack", "email", "teams", "apprise", "sns"])
def test_people_are_offered_what_can_be_done(kind: Any) -> None:
    assert len(offered(KEY, intent(alert("A")), receiver(kind=kind))) == 3


def test_without_an_address_there_are_no_links_and_no_secret_is_read() -> None:
    def unread() -> bytes:
        raise AssertionError("nobody needs it")

    assert ActionLinks("", unread, lambda: T0)(KEY, intent(alert("A")), CHAT) == ()


def test_a_secret_that_cannot_be_read_is_left_alone_for_a_minute() -> None:
    asked: list[float] = []
    now_s = [T0]

    def secret() -> bytes:
        asked.append(now_s[0])
        if len(asked) == 1:
            raise Retryable("not now")
        return b"secret"

    links = ActionLinks("https://h/", secret, lambda: now_s[0])
    counts = []
    for at_s in (T0, T0 + 59, T0 + 60):
        now_s[0] = at_s
        counts.append(len(links(KEY, intent(alert("A")), CHAT)))
    assert counts == [0, 0, 3]
    assert asked == [T0, T0 + 60]
