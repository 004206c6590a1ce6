"""Requests of models a minute: counted by all instances together, and shared among tenants."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.builders import T0
from tocsin.adapters.fallback import FallbackLimiter
from tocsin.adapters.memory.limiter import MemoryLimiter
from tocsin.adapters.redislimiter import RedisLimiter
from tocsin.pipeline.enrichment.modelshares import ModelShares


def taken(shares, tenant, count):
    return sum(shares.admits(tenant) for _ in range(count))


@pytest.fixture
def shares(clock):
    return ModelShares(MemoryLimiter(clock))


def test_one_tenant_has_its_share_and_the_surplus(shares):
    assert taken(shares, "acme", 1000) == 6 + 30


def test_all_together_have_sixty_at_once_and_one_a_second_after_that(shares, clock):
    tenants = [f"t{number}" for number in range(50)]
    admitted = sum(taken(shares, tenant, 100) for tenant in tenants)
    assert admitted == 60
    for second in range(1, 121):
        clock.now_s += 1.0
        admitted += sum(taken(shares, tenant, 5) for tenant in tenants)
        assert admitted <= 60 + second
    assert admitted > 150


@pytest.mark.parametrize("storming", [1, 2, 4])
def test_among_five_who_keeps_to_the_share_is_never_refused(shares, clock, storming):
    quiet = [f"quiet{number}" for number in range(5 - storming)]
    refused = asked = 0
    for second in range(600):
        for number in range(storming):
            taken(shares, f"storm{number}", 20)
        for tenant in quiet if second % 10 == 0 else ():
            asked += 1
            refused += not shares.admits(tenant)
        clock.now_s += 1.0
    assert (asked, refused) == (60 * len(quiet), 0)


def test_without_others_nothing_of_the_surplus_is_kept_back(shares, clock):
    taken(shares, "acme", 1000)
    got = 0
    for _ in range(600):
        clock.now_s += 1.0
        got += taken(shares, "acme", 10)
    assert got == pytest.approx(10 * 36, abs=2)


def test_a_small_limit_leaves_everybody_something(clock):
    shares = ModelShares(MemoryLimiter(clock), 1)
    assert taken(shares, "acme", 10) == 1
    assert taken(ModelShares(MemoryLimiter(clock), 0), "acme", 10) == 0


def test_all_instances_count_together(valkey):
    one = ModelShares(RedisLimiter(valkey.url, "prod"))
    other = ModelShares(RedisLimiter(valkey.url, "prod"))
    elsewhere = ModelShares(RedisLimiter(valkey.url, "test"))
    assert taken(one, "acme", 30) + taken(other, "acme", 30) in (36, 37)
    assert taken(elsewhere, "acme", 5) == 5


def test_threads_share_one_connection(valkey):
    shares = ModelShares(RedisLimiter(valkey.url, "prod", timeout_s=5.0))
    with ThreadPoolExecutor(8) as pool:
        admitted = sum(pool.map(lambda number: shares.admits(f"t{number}"), range(80)))
    assert 60 <= admitted <= 62


def test_without_the_cache_each_counts_alone(valkey, clock):
    reasons = []
    shared = RedisLimiter(valkey.url, "prod")
    limiter = FallbackLimiter(shared, MemoryLimiter(clock), clock, reasons.append)
    shares = ModelShares(limiter)
    assert taken(shares, "acme", 3) == 3
    valkey.stop()
    assert taken(shares, "acme", 100) == 36
    assert len(reasons) == 1
    assert limiter.state == "away"
    assert clock() == T0
