import pytest

from tests.builders import T0, alert
from tocsin import models
from tocsin.domain.balance import Balance
from tocsin.domain.breaker import Breaker
from tocsin.domain.rulestate import RuleState

BOOKS = Balance(accepted=10, delivered=4, duplicate=5, suppressed={}, dead_lettered=0, pending=1)


def health(**fields):
    given = {"balance": BOOKS, "breakers": (), "states": (), **fields}
    return models.AlertSystemHealth.of(now_s=T0, **given)


def test_all_is_well_while_alerts_are_on_their_way():
    found = health(breakers=[Breaker(key="acme#1")], states=[RuleState(tenant="acme", rule="a")])
    assert found.is_well
    assert found.pending == 1


def test_what_is_in_the_way_is_named():
    found = health(
        breakers=[Breaker(key="acme#2", state="OPEN"), Breaker(key="acme#1", state="HALF_OPEN")],
        states=[RuleState(tenant="acme", rule="Cpu", failure="timeout")],
    )
    assert not found.is_well
    assert found.open_breakers == ("acme#1", "acme#2")
    assert found.failing_rules == {"Cpu": "timeout"}


def test_what_was_given_up_is_not_well():
    books = Balance(accepted=1, delivered=0, duplicate=0, suppressed={}, dead_lettered=1, pending=0)
    assert not health(balance=books).is_well


def test_the_rate_of_duplicates_is_of_what_was_accepted():
    assert models.AlertMetrics.of(BOOKS).duplicate_rate == 0.5
    nothing = Balance(
        accepted=0, delivered=0, duplicate=0, suppressed={}, dead_lettered=0, pending=0
    )
    assert models.AlertMetrics.of(nothing).duplicate_rate == 0.0


@pytest.mark.parametrize(
    ("offset", "names", "next_offset"),
    [(0, "ab", 2), (2, "cd", 4), (3, "de", None), (4, "e", None), (9, "", None)],
)
def test_pages_hold_each_item_once(offset, names, next_offset):
    alerts = [models.Alert.of(alert(name)) for name in "abcde"]
    page = models.AlertListResponse.of(alerts, offset=offset, limit=2)
    assert "".join(each.name for each in page.items) == names
    assert (page.total, page.next_offset) == (5, next_offset)
    assert models.AlertListResponse.model_validate_json(page.model_dump_json()) == page
