"""What every limiter promises of token buckets: in memory, on a real Valkey, in DynamoDB."""

import pytest

from tests.limits.quotas import allowed, bucket
from tocsin.adapters.aws import hasty_client
from tocsin.adapters.dynamodb.limiter import DynamoLimiter
from tocsin.adapters.memory import MemoryLimiter
from tocsin.adapters.redislimiter import RedisLimiter
from tocsin.domain.limits import Quota
from tocsin.ports import Limiter


@pytest.fixture(params=["memory", "valkey", "dynamodb"])
def limiter(request: pytest.FixtureRequest) -> Limiter:
    if request.param == "memory":
        return MemoryLimiter(request.getfixturevalue("clock"))
    if request.param == "valkey":
        return RedisLimiter(request.getfixturevalue("valkey").url, "test", timeout_s=5)
    table, clock = request.getfixturevalue("table"), request.getfixturevalue("clock")
    return DynamoLimiter(lambda: hasty_client("dynamodb"), table, clock)


def still(burst: int, provider: str = "datadog") -> Quota:
    """Return a bucket that gains one token in seventeen minutes, so it stands still for a test."""
    return bucket(0.001, burst, provider)


def test_as_many_as_it_holds_pass(limiter: Limiter) -> None:
    assert allowed(limiter, still(3), 5) == [True, True, True, False, False]


def test_what_is_left_is_said(limiter: Limiter) -> None:
    assert [limiter.check("acme", [still(3)])[0].remaining for _ in range(4)] == [2, 1, 0, 0]


def test_when_the_next_one_passes_is_said(limiter: Limiter) -> None:
    for verdict in (limiter.check("acme", [bucket(0.1, 1)])[0] for _ in range(2)):
        assert 5 < verdict.next_s <= 10


def test_tenants_are_apart(limiter: Limiter) -> None:
    assert allowed(limiter, still(1), 2) == [True, False]
    assert allowed(limiter, still(1), 2, tenant="globex") == [True, False]
    # What is counted for everybody.
    assert allowed(limiter, still(1), 2, tenant="") == [True, False]


def test_scopes_are_apart(limiter: Limiter) -> None:
    assert allowed(limiter, still(1), 2) == [True, False]
    assert allowed(limiter, still(1, "zabbix"), 2) == [True, False]


def test_several_are_counted_by_one_question(limiter: Limiter) -> None:
    quotas = [still(2), still(1, "zabbix")]
    answers = [limiter.check("acme", quotas) for _ in range(3)]
    assert [[each.is_allowed for each in answer] for answer in answers] == [
        [True, True],
        [True, False],
        [False, False],
    ]
    assert [each.quota for each in answers[0]] == quotas


def test_a_burst_that_is_lowered_holds_at_once(limiter: Limiter) -> None:
    assert all(allowed(limiter, still(20), 20))
    assert allowed(limiter, still(10), 1) == [False]
    assert limiter.check("acme", [still(10)])[0].remaining == 0


def test_a_burst_that_is_raised_lets_the_difference_pass(limiter: Limiter) -> None:
    assert allowed(limiter, still(2), 3) == [True, True, False]
    assert allowed(limiter, still(4), 3) == [True, True, False]


def test_without_quotas_nothing_is_asked(limiter: Limiter) -> None:
    assert limiter.check("acme", []) == []
