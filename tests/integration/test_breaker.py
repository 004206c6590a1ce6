"""The real handlers and a receiver that fails: the breaker opens for all, and shows no secret."""

import pytest

from cli.localcloud.receiver import LocalReceiver
from tests.integration.formats import items
from tests.integration.payloads import member, webhook
from tests.integration.world import World, forget
from tocsin.domain.config import TenantConfig

AM = "/v1/alerts/alertmanager"


def _fire(stack: World, key: str, count: int) -> None:
    for index in range(count):
        stack.post(AM, key, webhook(member("a", name=f"Disk{index}")))
        stack.drain()


def test_a_failing_receiver_is_left_alone_by_every_worker(
    stack: World, people: LocalReceiver, acme: TenantConfig, capsys: pytest.CaptureFixture[str]
) -> None:
    key = stack.add_tenant(acme)
    people.answer(*[503] * 5)
    _fire(stack, key, 5)
    assert len(people.arrivals) == 5
    (stored,) = items(stack.resources.environ["BREAKER_TABLE"])
    assert '"OPEN"' in stored["doc"]["S"]
    assert stored["pk"]["S"].startswith("acme#")
    for text in (people.url, "127.0.0.1", "webhook"):
        assert text not in str(stored)
    assert float(stored["expires_at_s"]["N"]) > 0
    forget()
    stack.post(AM, key, webhook(member("a", name="Another")))
    stack.drain()
    assert len(people.arrivals) == 5
    said = capsys.readouterr().out
    # The names that the alarms of the template are on.
    assert '"breaker_opened":[1.0]' in said
    assert '"deferred":[1.0]' in said
    assert stack.balance(key)["pending"] == 6


def test_a_healthy_receiver_has_no_breaker(
    stack: World, people: LocalReceiver, acme: TenantConfig
) -> None:
    key = stack.add_tenant(acme)
    _fire(stack, key, 3)
    assert len(people.arrivals) == 3
    assert items(stack.resources.environ["BREAKER_TABLE"]) == []


def test_a_table_that_is_away_keeps_no_page_back(
    stack: World, people: LocalReceiver, acme: TenantConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = stack.add_tenant(acme)
    monkeypatch.setenv("BREAKER_TABLE", "gone")
    people.answer(503)
    _fire(stack, key, 2)
    assert [each.status for each in people.arrivals] == [503, 200]
    assert stack.balance(key)["delivered"] == 1
