"""The pages of links, on the real handlers: what they say, how, and what they allow."""

import re
from typing import Any

import pytest

from tests.builders import config, receiver, route
from tests.integration.test_action_links import TWO, ask, key, links, named, sent, use, waiting
from tests.integration.test_lifecycle import fire
from tests.integration.world import World
from tocsin.adapters.dynamodb.groups import DynamoGroups
from tocsin.domain.actionlink import MessageAction
from tocsin.domain.errors import Retryable
from tocsin.ports import Notification

__all__ = ["key", "links", "sent"]


def test_a_page_says_what_it_would_do_and_has_one_button(
    stack: World, links: dict[str, MessageAction]
) -> None:
    answer = ask(stack, "GET", links["acknowledge"])
    assert answer["statusCode"] == 200
    page = answer["body"]
    assert "2 alerts" in page
    assert "chat" in page
    assert all(f"host={labels['host']}" in page for labels in TWO)
    assert re.findall(r"<form[^>]*>", page) == ['<form method="post">']
    assert page.count("<button") == 1


def test_a_page_runs_nothing_and_tells_nobody(
    stack: World, links: dict[str, MessageAction]
) -> None:
    answer = ask(stack, "GET", links["acknowledge"])
    headers = answer["headers"]
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "frame-ancestors 'none'" in policy
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    assert "noindex" in headers["X-Robots-Tag"]
    assert "Access-Control-Allow-Origin" not in headers
    assert "<script" not in answer["body"]
    assert not re.search(r"(src|href|action)=", answer["body"])


def test_what_nobody_signed_is_not_found_and_nothing_of_it_is_repeated(
    stack: World, links: dict[str, MessageAction]
) -> None:
    token = links["resolve"].token
    for other in ("x", "<b>", token[:-2] + "AA", token[1:], "A" * 5000):
        for method in ("GET", "POST"):
            answer = ask(stack, method, other)
            assert answer["statusCode"] == 404
            assert answer["headers"]["Content-Type"].startswith("text/html")
            assert other not in answer["body"] or other == "x"
    assert waiting(stack) == 0


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_who_cannot_be_answered_now_gets_a_page_with_which_to_try_again(
    stack: World,
    links: dict[str, MessageAction],
    method: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for broken in (Retryable("dynamodb is busy: secrets in the reason"), RuntimeError("a bug")):
        with monkeypatch.context() as patch:

            def failing(*_: Any, error: Exception = broken) -> Any:
                raise error

            patch.setattr(DynamoGroups, "versions", failing)
            answer = ask(stack, method, links["acknowledge"])
        assert answer["statusCode"] == 503
        assert answer["headers"]["Content-Type"].startswith("text/html")
        assert answer["headers"]["Retry-After"] == "1"
        assert answer["headers"]["Referrer-Policy"] == "no-referrer"
        assert ("try again" in answer["body"]) == (method != "HEAD")
        assert ("<button" in answer["body"]) == (method == "POST")
        assert "busy" not in answer["body"]
    assert ask(stack, "POST", links["acknowledge"])["statusCode"] == 200


def test_pages_speak_the_language_of_the_receiver(stack: World, sent: list[Notification]) -> None:
    chat = receiver("chat", kind="slack", language="de")
    key = stack.add_tenant(config(route=route("chat"), receivers={"chat": chat}))
    fire(stack, key)
    link = named(sent[-1])["acknowledge"]
    assert link.title == "Bestätigen"
    page = ask(stack, "GET", link)["body"]
    assert '<html lang="de">' in page
    assert "1 Alarm, von denen chat erfahren hat" in page
    assert '<button type="submit">Bestätigen</button>' in page
    assert "<h1>Bestätigt</h1>" in use(stack, link)
    assert "schon geschehen, durch link of receiver chat" in ask(stack, "POST", link)["body"]
    fire(stack, key, status="resolved")
    answer = ask(stack, "POST", named(sent[0])["resolve"])
    assert answer["statusCode"] == 409
    assert "Nichts davon besteht noch." in answer["body"]


def test_other_methods_are_refused(stack: World, links: dict[str, MessageAction]) -> None:
    answer = ask(stack, "PUT", links["resolve"])
    assert answer["statusCode"] == 405
    assert answer["headers"]["Allow"] == "GET, HEAD, POST"
