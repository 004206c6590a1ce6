"""Pushed changes, in memory and on AWS as moto plays it."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.builders import T0
from tocsin.adapters.aws import client
from tocsin.adapters.dynamodb.changeevents import DynamoChangeEvents
from tocsin.adapters.memory import MemoryChangeEvents
from tocsin.domain.found import RecentChange
from tocsin.ports import ChangeEvents


@pytest.fixture(params=["memory", "aws"])
def events(request: Any) -> Iterator[ChangeEvents]:
    if request.param == "memory":
        yield MemoryChangeEvents()
    else:
        table = request.getfixturevalue("cloud").environ["ENRICHMENT_TABLE"]
        yield DynamoChangeEvents(client("dynamodb"), table)


def _change(title: str, at_s: float = T0, service: str = "checkout") -> RecentChange:
    return RecentChange(at_s=at_s, service=service, title=title, by="ann")


def _titles(
    events: ChangeEvents,
    service: str = "checkout",
    tenant: str = "acme",
    *,
    span_s: tuple[float, float] = (T0 - 100, T0 + 100),
    limit: int = 5,
) -> list[str]:
    return [each.title for each in events.near(tenant, service, *span_s, limit)]


def test_changes_come_back_newest_first_and_whole(events: ChangeEvents) -> None:
    changes = [_change("a"), _change("c", T0 + 2), _change("b", T0 + 1)]
    events.append("acme", "request-1", list(enumerate(changes)))
    assert _titles(events) == ["c", "b", "a"]
    assert events.near("acme", "checkout", T0, T0, 5) == [_change("a")]
    assert _titles(events, limit=2) == ["c", "b"]


def test_a_service_is_found_however_its_name_is_written(events: ChangeEvents) -> None:
    events.append("acme", "request-1", [(0, _change("a", service="Checkout-API"))])
    assert _titles(events, "checkout-api") == ["a"]
    assert _titles(events, "checkout") == []


def test_nothing_of_one_tenant_is_shown_to_another(events: ChangeEvents) -> None:
    events.append("acme", "request-1", [(0, _change("a"))])
    assert _titles(events, tenant="globex") == []


def test_a_request_that_comes_again_overwrites_itself(events: ChangeEvents) -> None:
    for _ in range(2):
        events.append("acme", "request-1", [(0, _change("a")), (1, _change("a"))])
    events.append("acme", "request-2", [(0, _change("a"))])
    assert _titles(events) == ["a", "a", "a"]


def test_one_that_comes_again_without_a_time_counts_once_as_of_the_first(
    events: ChangeEvents,
) -> None:
    for after_s in (0, 30, 60):
        events.append("acme", "request-1", [(0, _change("a", T0 + after_s))])
    events.append("acme", "request-2", [(0, _change("b", T0 + 45))])
    assert events.near("acme", "checkout", T0 - 1, T0 + 99, 5) == [
        _change("b", T0 + 45),
        _change("a"),
    ]


def test_only_changes_of_the_time_are_found_its_ends_included(events: ChangeEvents) -> None:
    changes = [_change(str(at), T0 + at) for at in (-10.0, -9.0, 0.0, 1.0)]
    events.append("acme", "request-1", list(enumerate(changes)))
    assert _titles(events, span_s=(T0 - 9, T0)) == ["0.0", "-9.0"]


def test_many_can_be_stored_at_once(events: ChangeEvents) -> None:
    events.append("acme", "request-1", [(n, _change(str(n), T0 + n)) for n in range(60)])
    assert _titles(events, limit=3) == ["59", "58", "57"]
