"""A cache that is away, slow or odd costs a moment now and then, and no alert."""

import json
from collections.abc import Iterator
from socket import create_server
from time import perf_counter

import pytest
import redis

from cli.localcloud.cache import Cache
from tests.builders import config
from tests.integration.world import World, world
from tests.limits.conftest import Clock
from tests.limits.quotas import bucket, window
from tocsin.adapters.fallback import FallbackLimiter
from tocsin.adapters.memory import MemoryLimiter
from tocsin.adapters.redislimiter import RedisLimiter
from tocsin.domain.errors import Retryable
from tocsin.domain.limits import Limits

QUOTAS = (window(100), bucket(10, 100))


@pytest.fixture
def silent() -> Iterator[int]:
    """Yield the port of a server that takes connections and says nothing."""
    with create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


# With a password there is a question already when connecting.
@pytest.mark.parametrize("user", ["", ":hunter2@"])
def test_a_server_that_says_nothing_is_given_up_within_the_budget(silent: int, user: str) -> None:
    limiter = RedisLimiter(f"redis://{user}127.0.0.1:{silent}/0", "test")
    with pytest.raises(Retryable):
        limiter.check("acme", QUOTAS)
    started_s = perf_counter()
    with pytest.raises(Retryable, match="TimeoutError") as failed:
        limiter.check("acme", QUOTAS)
    # 50 ms, and what a busy machine adds.
    assert perf_counter() - started_s < 0.5
    assert "hunter2" not in str(failed.value)


@pytest.mark.parametrize("url", ["cache.example:6379", "redis://127.0.0.1:1/0", "redis://[::"])
def test_nothing_but_retryable_is_raised(url: str) -> None:
    with pytest.raises(Retryable):
        RedisLimiter(url, "test").check("acme", QUOTAS)


def test_a_server_that_answers_something_else_is_away(valkey: Cache) -> None:
    client = redis.Redis.from_url(valkey.url)
    limiter = RedisLimiter(valkey.url, "test", timeout_s=5)
    limiter.check("acme", QUOTAS)
    key = client.keys("*alerts")[0]
    client.delete(key)
    client.hset(key, "a", "b")
    with pytest.raises(Retryable, match="ResponseError"):
        limiter.check("acme", QUOTAS)
    client.delete(key)
    assert limiter.check("acme", QUOTAS)[0].is_allowed


def test_a_connection_that_was_closed_while_idle_is_no_failure(valkey: Cache) -> None:
    limiter = RedisLimiter(valkey.url, "test", timeout_s=5)
    limiter.check("acme", QUOTAS)
    redis.Redis.from_url(valkey.url).client_kill_filter(_type="normal", skipme=True)
    assert limiter.check("acme", QUOTAS)[0].remaining == 98


def test_scripts_that_the_server_forgot_are_sent_again(valkey: Cache) -> None:
    limiter = RedisLimiter(valkey.url, "test", timeout_s=5)
    limiter.check("acme", QUOTAS)
    redis.Redis.from_url(valkey.url).script_flush()
    assert [each.remaining for each in limiter.check("acme", QUOTAS)] == [98, 98]


class Counted:
    """A shared limiter that is away until it is told not to be."""

    state = "shared"

    def __init__(self) -> None:
        self.asked = 0
        self.is_away = True

    def check(self, tenant, quotas):
        self.asked += 1
        if self.is_away:
            raise Retryable("cache: TimeoutError")
        return []


def test_what_is_away_is_asked_again_only_after_a_while(clock: Clock) -> None:
    shared, told = Counted(), []
    limiter = FallbackLimiter(shared, MemoryLimiter(clock), clock, told.append)
    for _ in range(100):
        assert limiter.check("acme", QUOTAS)[0].quota == QUOTAS[0]
    assert (shared.asked, limiter.state) == (1, "away")
    assert told == ["cache: TimeoutError"]
    clock.now_s += 5
    limiter.check("acme", QUOTAS)
    assert shared.asked == 2
    clock.now_s += 5
    limiter.check("acme", QUOTAS)
    assert shared.asked == 2
    clock.now_s += 3600
    shared.is_away = False
    assert limiter.check("acme", QUOTAS) == []
    assert limiter.state == "shared"


def test_the_pause_grows_to_a_minute_and_no_further(clock: Clock) -> None:
    shared = Counted()
    limiter = FallbackLimiter(shared, MemoryLimiter(clock), clock, lambda _: None)
    for _ in range(2 * 3600):
        limiter.check("acme", QUOTAS)
        clock.now_s += 1
    assert 2 * 60 <= shared.asked <= 2 * 60 + 5


def test_while_it_is_away_the_limit_holds_in_each_instance(clock: Clock) -> None:
    limiter = FallbackLimiter(Counted(), MemoryLimiter(clock), clock, lambda _: None)
    verdicts = [limiter.check("acme", [window(3)])[0].is_allowed for _ in range(5)]
    assert verdicts == [True, True, True, False, False]


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch, valkey: Cache) -> Iterator[World]:
    with world(monkeypatch) as made:
        monkeypatch.setenv("CACHE_URL", valkey.url)
        yield made


def test_a_cache_that_is_killed_in_the_middle_costs_no_alert(
    stack: World,
    valkey: Cache,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    key = stack.add_tenant(config(limits=Limits(alerts=1000)))
    # However slow this machine is at the first connection.
    stack.post("/v1/alerts", key, {"name": "Warm"})
    capsys.readouterr()
    statuses = []
    for number in range(40):
        if number == 20:
            valkey.stop()
        statuses.append(stack.post("/v1/alerts", key, {"name": f"A{number}"})["statusCode"])
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert statuses == [202] * 40
    # At most once in five seconds, and never where the cache is.
    told = [record.getMessage() for record in caplog.records]
    assert 1 <= len(told) <= 3
    assert valkey.url not in caplog.text
    lines = [line for line in lines if "invocations" in line]
    assert [line.get("limiter_away", [0]) for line in lines] == [[0]] * 20 + [[1.0]] * 20
    assert sum(line["accepted"][0] for line in lines) == 40
