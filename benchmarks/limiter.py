"""How long it takes to ask the shared limiter, beside a PING of the same server in the same run.

The server is a real Valkey on loopback, so this is the cost of the check without a network. Run
it with `make bench`.
"""

import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import redis

from cli.localcloud.cache import Cache
from tocsin.adapters.redislimiter import RedisLimiter
from tocsin.domain.limits import Bucket, Limits, quotas_for

CHECKS = 5000
CLIENTS = 8
# Times a PING, in the median.
BUDGET = 4.0

_LIMITS = Limits(webhook=100_000, providers={"datadog": Bucket(rate_per_s=10_000, burst=100_000)})
_WINDOW = quotas_for(_LIMITS, "webhook", "zabbix")
_BOTH = quotas_for(_LIMITS, "webhook", "datadog")


def _took_s(act: Callable[[], object]) -> list[float]:
    """Return the sorted times of many calls."""
    times = []
    for _ in range(CHECKS):
        began_s = perf_counter()
        act()
        times.append(perf_counter() - began_s)
    return sorted(times)


def _row(title: str, times: list[float], unit_s: float) -> float:
    """Print and return the median as a multiple of a PING's."""
    p50_s, p99_s = times[len(times) // 2], times[len(times) * 99 // 100]
    ratio = p50_s / unit_s
    text = f"p50 {p50_s * 1000:.3f} ms, p99 {p99_s * 1000:.3f} ms, {ratio:.1f} times a PING"
    sys.stdout.write(f"{title}: {text}\n")
    return ratio


def _measure(url: str) -> float:
    server, limiter = redis.Redis.from_url(url), RedisLimiter(url, "bench", timeout_s=5)
    limiter.check("warm", _BOTH)
    pings = _took_s(server.ping)
    unit_s = pings[len(pings) // 2]
    _row("PING", pings, unit_s)
    _row("a window", _took_s(lambda: limiter.check("acme", _WINDOW)), unit_s)
    ratio = _row("a window and a bucket", _took_s(lambda: limiter.check("acme", _BOTH)), unit_s)
    limiters = [RedisLimiter(url, "bench", timeout_s=5) for _ in range(CLIENTS)]
    with ThreadPoolExecutor(CLIENTS) as pool:
        runs = [
            pool.submit(_took_s, lambda each=each: each.check("all", _BOTH)) for each in limiters
        ]
        times = sorted(time for run in runs for time in run.result())
    _row(f"the same, {CLIENTS} clients at once in one process", times, unit_s)
    return ratio


def main() -> None:
    """Measure, print, and fail above the budget."""
    with TemporaryDirectory() as scratch:
        cache = Cache(Path(scratch), Path(scratch))
        try:
            cache.wait()
            ratio = _measure(cache.url)
        finally:
            cache.stop()
    sys.exit(0 if ratio <= BUDGET else f"above the budget of {BUDGET} times a PING")


if __name__ == "__main__":
    main()
