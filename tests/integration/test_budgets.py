"""What the pipeline costs: AWS calls, write units, objects and log lines, within the budgets.

The clock stands still: what takes moto ten seconds takes AWS two, and calls that
come once in so many seconds must not depend on it. Their number is in test_limits.py: one look
at a queue in ten seconds for each instance that is busy, and one read of a tenant's
configuration in thirty.

The workload is ten times 1,000 alerts, 100 a request, nine of ten of them duplicates, in a
warm worker, with one receiver and one group: batches as they form under load. Polling is
Lambda's and is not counted.
"""

import sys
from time import time
from typing import Any

import pytest

from cli.localcloud.receiver import LocalReceiver
from tests.integration.meter import Meter
from tests.integration.payloads import member, webhook
from tests.integration.world import World
from tocsin.domain.config import TenantConfig
from tocsin.runtime import clock

AM = "/v1/alerts/alertmanager"
A_REQUEST = 100
DISTINCT = 10


@pytest.fixture(autouse=True)
def _standing_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    now_s = time()
    monkeypatch.setattr(clock, "time", lambda: now_s)


def _requests(thousands: int) -> list[dict[str, Any]]:
    """Return requests of 100 alerts; each holds ten that are new and repeats of those."""
    return [
        webhook(
            *(member(f"db-{request}-{index % DISTINCT}") for index in range(A_REQUEST)),
        )
        for request in range(thousands * 10)
    ]


def _warm_up(stack: World, key: str) -> None:
    """Let the functions read keys and configuration, which they then remember."""
    stack.post(AM, key, webhook(member("warm", name="WarmUp")))
    stack.drain()


def _feed(stack: World, key: str, requests: list[dict[str, Any]]) -> None:
    for request in requests:
        assert stack.post(AM, key, request)["statusCode"] == 202
    for queue in ("enrich", "evaluate", "notify"):
        stack.pump(queue)


def _figures(meter: Meter, thousands: int, log_lines: int) -> str:
    lines = [
        "10,000 alerts, 90 % duplicates; per 1,000 alerts:",
        f"  AWS calls {meter.total / thousands:.1f} of 16: {dict(meter.calls)}",
        f"  S3 PUT {meter.calls['s3 PutObject'] / thousands:.1f} of 0.5",
        f"  write units {sum(meter.write_units.values()) / thousands:.1f}, of the journal "
        f"{meter.write_units['journal-table'] / thousands:.1f} of 20: {dict(meter.write_units)}",
        f"  log lines {log_lines / thousands:.1f} of 12",
        f"  $ per million alerts {meter.dollars_per_million(thousands * 1000):.3f} of 0.12",
    ]
    return "\n".join(lines)


def test_ten_thousand_alerts_stay_within_the_budgets(
    stack: World,
    people: LocalReceiver,
    acme: TenantConfig,
    capsys: pytest.CaptureFixture[str],
) -> None:
    key = stack.add_tenant(acme)
    _warm_up(stack, key)
    capsys.readouterr()
    thousands = 10
    with stack.meter.counting():
        _feed(stack, key, _requests(thousands))
    log_lines = len(capsys.readouterr().out.splitlines())
    meter = stack.meter
    with capsys.disabled():
        sys.stdout.write(f"\n{_figures(meter, thousands, log_lines)}\n")
    assert stack.balance(key)["delivered"] == 1 + 1000
    assert len(people.arrivals) == 2
    assert meter.total / thousands <= 16
    assert meter.calls["s3 PutObject"] / thousands <= 0.5
    assert meter.write_units["journal-table"] / thousands <= 20
    assert log_lines / thousands <= 12
    assert meter.dollars_per_million(thousands * 1000) <= 0.12


def test_feeding_the_same_alerts_ten_times_adds_only_the_sends(
    stack: World, people: LocalReceiver, acme: TenantConfig
) -> None:
    key = stack.add_tenant(acme)
    _warm_up(stack, key)
    requests = _requests(1)
    with stack.meter.counting():
        _feed(stack, key, requests)
    once = stack.meter.total
    stack.meter.reset()
    with stack.meter.counting():
        _feed(stack, key, requests * 9)
    sends = stack.meter.calls["sqs SendMessage"]
    assert sends == len(requests) * 9
    assert stack.meter.total - sends <= 8 < once
    assert len(people.arrivals) == 2
