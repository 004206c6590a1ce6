"""Never more than the limit in any window: in virtual time, and under real clients."""

from itertools import accumulate
from pathlib import Path
from threading import Barrier, Thread
from time import monotonic

import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cli.localcloud.cache import Cache
from tests.limits.conftest import Clock
from tests.limits.quotas import bucket, most_within, window
from tocsin.adapters.memory import MemoryLimiter
from tocsin.adapters.redislimiter import BUCKET, WINDOW, RedisLimiter
from tocsin.domain.limits import Quota

CLIENTS = 8
# Steps of time that a float and a whole number of microseconds both hold exactly.
STEP_S, STEP_US = 1 / 64, 15_625
# Steps between requests: bursts, steady flow, and pauses longer than a window.
GAPS = st.lists(st.integers(0, 4) | st.integers(0, 40), max_size=120)


def _virtual(script: str) -> str:
    """Return a script that is told its time, in microseconds."""
    changed = script.replace("redis.call('TIME')", "{0, tonumber(ARGV[3])}")
    assert changed != script
    return changed


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Cache:
    path: Path = tmp_path_factory.mktemp("valkey")
    server = Cache(path, path)
    server.wait()
    yield server
    server.stop()


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(GAPS, st.integers(1, 9), st.integers(1, 30), st.sampled_from([1, 2, 4, 8, 16, 64]))
def test_the_scripts_decide_as_the_limiter_in_memory(
    server: Cache, gaps: list[int], limit: int, steps: int, rate_per_s: int
) -> None:
    clock, client = Clock(), redis.Redis.from_url(server.url)
    start_s, memory = clock.now_s, MemoryLimiter(clock)
    quotas = [window(limit, steps * STEP_S), bucket(rate_per_s, limit)]
    client.flushall()
    for at in accumulate(gaps):
        clock.now_s = start_s + at * STEP_S
        now_us = round(start_s) * 1_000_000 + at * STEP_US
        log = client.eval(_virtual(WINDOW), 1, "w", limit, steps * STEP_US, now_us)
        tokens = client.eval(_virtual(BUCKET), 1, "b", 1_000_000 // rate_per_s, limit, now_us)
        # The keys would expire by the server's own clock.
        client.persist("w")
        client.persist("b")
        shadow = memory.check("acme", quotas)
        assert [log[:2], tokens[:2]] == [[each.is_allowed, each.remaining] for each in shadow]
        for answer, verdict in zip((log, tokens), shadow, strict=True):
            assert answer[2] == pytest.approx(verdict.next_s * 1e6, abs=1)


@given(GAPS, st.integers(1, 9), st.integers(1, 30))
def test_a_window_takes_its_limit_and_never_more(gaps: list[int], limit: int, steps: int) -> None:
    clock = Clock()
    start_s, limiter = clock.now_s, MemoryLimiter(clock)
    allowed: list[int] = []
    for at in accumulate(gaps):
        clock.now_s = start_s + at * STEP_S
        recent = sum(1 for each in allowed if at - each < steps)
        verdict = limiter.check("acme", [window(limit, steps * STEP_S)])[0]
        assert verdict.is_allowed == (recent < limit)
        if verdict.is_allowed:
            allowed.append(at)
    for first in allowed:
        assert sum(1 for each in allowed if first <= each < first + steps) <= limit


@given(GAPS, st.integers(1, 9), st.integers(1, 100))
def test_a_bucket_gives_no_more_than_its_burst_and_its_rate(
    gaps: list[int], burst: int, rate_per_s: int
) -> None:
    clock = Clock()
    start_s, limiter = clock.now_s, MemoryLimiter(clock)
    allowed: list[int] = []
    for at in accumulate(gaps):
        clock.now_s = start_s + at * STEP_S
        if limiter.check("acme", [bucket(rate_per_s, burst)])[0].is_allowed:
            allowed.append(at)
    for index, first in enumerate(allowed):
        for count, last in enumerate(allowed[index:], start=1):
            assert count <= burst + rate_per_s * (last - first) * STEP_S + 1e-6


@pytest.mark.parametrize("quota", [window(2), bucket(1 / 60, 2)])
def test_in_memory_too_a_clock_that_is_set_back_locks_nobody_out(quota: Quota) -> None:
    clock = Clock()
    limiter = MemoryLimiter(clock)
    for _ in range(3):
        limiter.check("acme", [quota])
    clock.now_s -= 3600
    limiter.check("acme", [quota])
    clock.now_s += 121
    assert limiter.check("acme", [quota])[0].is_allowed


@pytest.mark.parametrize("script", [WINDOW, BUCKET])
def test_a_clock_that_is_set_back_locks_nobody_out(server: Cache, script: str) -> None:
    client = redis.Redis.from_url(server.url)
    client.flushall()
    hour_us = 3600 * 1_000_000
    arguments = (60_000_000, 2) if script is BUCKET else (2, 60_000_000)
    for _ in range(3):
        client.eval(_virtual(script), 1, "k", *arguments, 5 * hour_us)
    client.persist("k")
    waits = [client.eval(_virtual(script), 1, "k", *arguments, hour_us)[2] for _ in range(3)]
    assert all(wait <= 120_000_000 for wait in waits)
    late = hour_us + 121_000_000
    assert client.eval(_virtual(script), 1, "k", *arguments, late)[0] == 1


def test_the_memory_of_a_window_is_bounded(server: Cache) -> None:
    client = redis.Redis.from_url(server.url)
    client.flushall()
    limiter = RedisLimiter(server.url, "test", timeout_s=5)
    for _ in range(3000):
        limiter.check("acme", [window(1000)])
    (key,) = client.keys()
    assert client.llen(key) == 1000
    assert client.memory_usage(key) < 16 * 1000
    assert 0 < client.pttl(key) <= 60_001


def _storm(url: str, quota: Quota, for_s: float) -> list[tuple[float, float]]:
    """Let clients ask as fast as they can; return when those that passed asked and heard."""
    passed: list[tuple[float, float]] = []
    errors: list[BaseException] = []
    together = Barrier(CLIENTS)

    def client() -> None:
        try:
            limiter = RedisLimiter(url, "test", timeout_s=10)
            limiter.check("other", [quota])
            together.wait()
            end_s = monotonic() + for_s
            while (asked_s := monotonic()) < end_s:
                if limiter.check("acme", [quota])[0].is_allowed:
                    passed.append((asked_s, monotonic()))
        except BaseException as error:
            errors.append(error)
            raise

    threads = [Thread(target=client) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    return passed


def test_eight_clients_never_get_more_than_the_limit_in_any_window(server: Cache) -> None:
    passed = _storm(server.url, window(40, 0.25), for_s=1.6)
    assert most_within(passed, 0.25) <= 40
    # Nor much less: six windows have begun.
    assert len(passed) >= 5 * 40


def test_eight_clients_never_get_more_than_a_bucket_holds(server: Cache) -> None:
    passed = _storm(server.url, bucket(200, 20), for_s=1.0)
    for span_s in (0.05, 0.1, 0.3):
        assert most_within(passed, span_s) <= 20 + 200 * span_s
    assert len(passed) >= 150


def test_more_than_the_limit_in_a_window_would_be_noticed() -> None:
    fixed = [(0.99, 0.991)] * 3 + [(1.01, 1.011)] * 3
    assert most_within(fixed, 1.0) == 6
    assert most_within([(0.0, 0.5), (0.9, 1.5)], 1.0) == 1
