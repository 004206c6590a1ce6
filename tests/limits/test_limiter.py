"""What the limiters that count windows promise: the one on a real Valkey, the one in memory.

What all of them promise of buckets is in test_buckets.py.
"""

import pytest

from tests.limits.quotas import allowed, bucket, window
from tocsin.adapters.memory import MemoryLimiter
from tocsin.adapters.redislimiter import RedisLimiter
from tocsin.ports import Limiter


@pytest.fixture(params=["memory", "valkey"])
def limiter(request: pytest.FixtureRequest) -> Limiter:
    if request.param == "memory":
        return MemoryLimiter(request.getfixturevalue("clock"))
    return RedisLimiter(request.getfixturevalue("valkey").url, "test", timeout_s=5)


def test_as_many_as_the_limit_pass(limiter: Limiter) -> None:
    assert allowed(limiter, window(3), 5) == [True, True, True, False, False]


def test_what_is_left_is_said(limiter: Limiter) -> None:
    assert [limiter.check("acme", [window(3)])[0].remaining for _ in range(4)] == [2, 1, 0, 0]


def test_when_the_next_one_passes_is_said(limiter: Limiter) -> None:
    first, second = (limiter.check("acme", [window(1)])[0] for _ in range(2))
    for verdict in (first, second):
        assert 55 < verdict.next_s <= 60


def test_tenants_are_apart(limiter: Limiter) -> None:
    assert allowed(limiter, window(1), 2) == [True, False]
    assert allowed(limiter, window(1), 2, tenant="globex") == [True, False]


def test_scopes_are_apart(limiter: Limiter) -> None:
    assert allowed(limiter, window(1), 2) == [True, False]
    assert allowed(limiter, window(1, scope="webhook"), 2) == [True, False]


def test_several_quotas_are_counted_by_one_question(limiter: Limiter) -> None:
    quotas = [window(2), bucket(0.001, 1)]
    answers = [limiter.check("acme", quotas) for _ in range(3)]
    assert [[each.is_allowed for each in answer] for answer in answers] == [
        [True, True],
        [True, False],
        [False, False],
    ]
    assert [each.quota for each in answers[0]] == quotas


def test_a_limit_that_is_lowered_holds_at_once(limiter: Limiter) -> None:
    assert all(allowed(limiter, window(50), 50))
    assert allowed(limiter, window(10), 1) == [False]
    assert limiter.check("acme", [window(10)])[0].remaining == 0


def test_a_limit_that_is_raised_lets_the_difference_pass(limiter: Limiter) -> None:
    assert allowed(limiter, window(2), 3) == [True, True, False]
    assert allowed(limiter, window(4), 3) == [True, True, False]


def test_without_quotas_nothing_is_asked(limiter: Limiter) -> None:
    assert limiter.check("acme", []) == []
