"""A storm of one tenant's warnings beside what others send, on the local cloud.

The emulator's queues are first in, first out, and know no fair shares by message group as SQS
does. So only what this code does is shown: critical alerts pass by on queues of their own. That
each message says whose share it uses is in tests/integration/test_fairness.py, and so is the
short form of this, without processes and without a clock.
"""

import statistics
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any

import msgspec
import pytest

from cli.commands.demo import CONFIGURATION
from cli.localcloud.cloud import LocalCloud
from cli.localcloud.http import call
from cli.localcloud.receiver import LocalReceiver

pytestmark = [pytest.mark.e2e, pytest.mark.localcloud, pytest.mark.timeout(300)]
# It goes on until all probes are heard, or so long.
STORM_REQUESTS, A_REQUEST, NAMES = 600, 100, 20
SENDERS = 4
PROBES = 5


@pytest.fixture(scope="module")
def people() -> Iterator[LocalReceiver]:
    with LocalReceiver() as made:
        yield made


@pytest.fixture(scope="module")
def cloud(people: LocalReceiver, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    state: Path = tmp_path_factory.mktemp("fair")
    with LocalCloud(state=state, quiet=True) as made:
        made.configure(CONFIGURATION, {"TOCSIN_RECEIVER_URL": people.url})
        yield made


def _post(cloud: LocalCloud, tenant: str, alerts: list[dict[str, Any]]) -> None:
    headers = {"x-api-key": cloud.keys[tenant], "content-type": "application/json"}
    answer = call("POST", f"{cloud.base_url}/v1/alerts", msgspec.json.encode(alerts), headers)
    assert answer.status == 202, answer.text


def _probe_s(cloud: LocalCloud, people: LocalReceiver, name: str, severity: str) -> float:
    """Send one alert of the quiet tenant; return how long its receiver waited for it."""
    began_s = time.monotonic()
    _post(cloud, "acme", [{"name": name, "severity": severity}])
    while time.monotonic() < began_s + 60:
        if any(name in str(each.body) for each in people.arrivals if "/acme/" in each.path):
            return time.monotonic() - began_s
        time.sleep(0.01)
    raise AssertionError(f"{name} was not heard within a minute")


def _storm(cloud: LocalCloud, sender: int, over: Event) -> int:
    """Send warnings of the loud tenant until it is over; return how many."""
    for number in range(STORM_REQUESTS // SENDERS):
        if over.is_set():
            return number * A_REQUEST
        alerts = [
            {
                "name": f"Storm{index % NAMES}",
                "severity": "warning",
                "labels": {"pod": f"{sender}-{number}-{index}"},
            }
            for index in range(A_REQUEST)
        ]
        _post(cloud, "globex", alerts)
    return STORM_REQUESTS // SENDERS * A_REQUEST


def _waiting(cloud: LocalCloud) -> int:
    return sum(count for name, count in cloud.queue_depths().items() if "Urgent" not in name)


def _until_some_wait(cloud: LocalCloud) -> None:
    began_s = time.monotonic()
    while not _waiting(cloud):
        assert time.monotonic() < began_s + 60
        time.sleep(0.01)


def test_a_storm_keeps_no_critical_alert_of_another_tenant_waiting(
    cloud: LocalCloud, people: LocalReceiver, capsys: pytest.CaptureFixture[str]
) -> None:
    calm = [_probe_s(cloud, people, f"Calm{n}", "critical") for n in range(PROBES)]
    calm_warning_s = _probe_s(cloud, people, "CalmWarning", "warning")
    over = Event()
    with ThreadPoolExecutor(SENDERS) as pool:
        storm = [pool.submit(_storm, cloud, sender, over) for sender in range(SENDERS)]
        _until_some_wait(cloud)
        during, left = [], []
        for number in range(PROBES):
            during.append(_probe_s(cloud, people, f"During{number}", "critical"))
            left.append(_waiting(cloud))
        warning_s = _probe_s(cloud, people, "DuringWarning", "warning")
        over.set()
        warnings = sum(sent.result() for sent in storm)
    ratio = statistics.median(during) / statistics.median(calm)
    with capsys.disabled():
        sys.stdout.write(
            f"\ncritical alerts, median of {PROBES}: calm {statistics.median(calm):.2f} s, beside "
            f"{warnings} warnings {statistics.median(during):.2f} s, ratio "
            f"{ratio:.1f}; a warning: {calm_warning_s:.2f} s, {warning_s:.2f} s; messages of the "
            f"storm left after each {left}\n"
        )
    # What was sent before them was still waiting when critical alerts were heard.
    assert max(left) > 0
