"""What receivers were told, on the real handlers: from an alert to the ledger of its tenant."""

from typing import Any

import pytest

from cli.localcloud.receiver import LocalReceiver
from tests.builders import config, receiver, route
from tests.integration.test_lifecycle import DISK, NAME, content, fire, refusal
from tests.integration.world import World
from tocsin.domain.config import TenantConfig
from tocsin.domain.fingerprint import alertmanager_fingerprint


@pytest.fixture
def key(stack: World, acme: TenantConfig) -> str:
    return stack.add_tenant(acme)


def ask(stack: World, key: str, below: str = "", base: str = "/v1/deliveries") -> Any:
    answer = stack.ask("GET", f"{base}{below}", {"x-api-key": key})
    assert answer["statusCode"] == 200, answer
    return content(answer)


def test_a_delivery_is_listed_and_shown(stack: World, key: str, people: LocalReceiver) -> None:
    fire(stack, key, severity="critical")
    listed = ask(stack, key)
    assert (listed["tenant"], listed["next"]) == ("acme", None)
    (row,) = listed["deliveries"]
    assert (row["receiver"], row["outcome"], row["attempt"]) == ("oncall", "delivered", 1)
    assert (row["firing"], row["resolved"], row["is_digest"]) == (1, 0, False)
    assert [each["fingerprint"] for each in row["steps"]] == [NAME]
    story = ask(stack, key, f"/{row['key']}")
    shown = story["notification"]
    assert (shown["key"], shown["outcome"], story["is_cut"]) == (row["key"], "delivered", False)
    assert shown["accepted_at"] <= shown["began_at"]
    assert 0 <= shown["due_to_attempt_s"] <= shown["accepted_to_attempt_s"] < 60
    assert [each["outcome"] for each in story["tries"]] == ["delivered"]


def test_the_list_has_what_is_asked_for(stack: World, key: str, people: LocalReceiver) -> None:
    fire(stack, key)
    fire(stack, key, status="resolved")
    for query, count in (
        (f"?fingerprint={NAME.upper()}", 2),
        (f"?fingerprint={alertmanager_fingerprint(DISK)}", 2),
        (f"?fingerprint={'0' * 32}", 0),
        ("?receiver=oncall&outcome=delivered", 2),
        ("?receiver=nobody-knows", 0),
        ("?outcome=failed", 0),
        ("?since=2h&until=1h", 0),
        ("?since=2000-01-01T00:00:00Z&until=", 2),
        (f"?key=toc_{'0' * 32}", 0),
    ):
        assert len(ask(stack, key, query)["deliveries"]) == count, query


def test_pages_have_each_delivery_once(stack: World, key: str, people: LocalReceiver) -> None:
    for status in ("firing", "resolved"):
        for name in ("One", "Two", "Three"):
            fire(stack, key, {"alertname": name}, status=status)
    found: list[str] = []
    query = "?limit=2"
    while query:
        page = ask(stack, key, query)
        found += [each["id"] for each in page["deliveries"]]
        query = f"?limit=2&cursor={page['next']}" if page["next"] else ""
    assert len(found) == len(set(found)) == 6


def test_what_is_wrong_is_refused(stack: World, key: str) -> None:
    answer = stack.ask("GET", "/v1/deliveries?outcome=lost", {"x-api-key": key})
    assert refusal(answer) == (422, "invalid_input")
    assert content(answer)["error"]["path"] == "outcome"
    for name in ("x", f"toc_{'0' * 32}", "toc_" + "0" * 31 + "g"):
        answer = stack.ask("GET", f"/v1/deliveries/{name}", {"x-api-key": key})
        assert refusal(answer) == (404, "unknown_notification"), name
    answer = stack.ask("GET", "/v1/deliveries", {})
    assert answer["statusCode"] == 401


def test_a_key_in_the_path_does(stack: World, key: str, people: LocalReceiver) -> None:
    fire(stack, key)
    answer = stack.ask("GET", f"/k/{key}/v1/deliveries", {})
    (row,) = content(answer)["deliveries"]
    answer = stack.ask("GET", f"/k/{key}/v1/deliveries/{row['key']}", {})
    assert content(answer)["notification"]["key"] == row["key"]


def test_no_tenant_sees_what_another_was_told(
    stack: World, key: str, people: LocalReceiver
) -> None:
    other = stack.add_tenant(
        config("globex", receivers={"oncall": receiver()}, route=route("oncall"))
    )
    fire(stack, key)
    (row,) = ask(stack, key)["deliveries"]
    assert ask(stack, other)["deliveries"] == []
    answer = stack.ask("GET", f"/v1/deliveries/{row['key']}", {"x-api-key": other})
    assert refusal(answer) == (404, "unknown_notification")


def test_what_fails_and_is_given_up_is_told_with_its_reason(
    stack: World, key: str, people: LocalReceiver
) -> None:
    people.answer(400)
    fire(stack, key)
    (row,) = ask(stack, key, "?outcome=dead-lettered")["deliveries"]
    assert "400" in row["reason"]
    assert ask(stack, key, f"/{row['key']}")["notification"]["outcome"] == "dead-lettered"
