"""`tocsin alertmanager` with an Alertmanager's real clients, and killed while it works."""

import json
import random
import shutil
import subprocess
from collections import Counter
from threading import Event, Thread

import pytest

from cli.localcloud.polling import wait_until
from cli.localcloud.ports import free_port
from cli.localcloud.receiver import LocalReceiver
from tests.e2e.test_prometheus import FIRING, NOT_FIRING, PROMETHEUS, configure, prometheus
from tests.integration.onemachine import OneMachine
from tests.integration.test_alertmanager_mode import configuration, told

AMTOOL = shutil.which("amtool")
needs_amtool = pytest.mark.skipif(
    AMTOOL is None, reason="amtool is not installed: apt-get install prometheus-alertmanager"
)
needs_prometheus = pytest.mark.skipif(
    PROMETHEUS is None, reason="prometheus is not installed: apt-get install prometheus"
)

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


@pytest.fixture
def receiver():
    with LocalReceiver() as receiver:
        yield receiver


@pytest.fixture
def machine(tmp_path, receiver):
    machine = OneMachine(tmp_path, free_port(), configuration(receiver))
    machine.start()
    yield machine
    machine.kill()


def amtool(machine, *arguments):
    command = [AMTOOL, f"--alertmanager.url={machine.url}", *arguments]
    done = subprocess.run(command, capture_output=True, check=False, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
    return done.stdout


@needs_amtool
def test_amtool_adds_alerts_and_silences_and_finds_them(machine, receiver):
    amtool(machine, "alert", "add", "FromAmtool", "instance=web-9", "--annotation=summary=slow")
    wait_until(lambda: told(receiver) == [("firing", "web-9")], "the alert", 10)
    (found,) = json.loads(amtool(machine, "alert", "query", "instance=web-9", "-o", "json"))
    assert found["annotations"] == {"summary": "slow"}
    silence = amtool(
        machine, "silence", "add", "instance=web-9", "-c", "mine", "-a", "ann", "-d", "1h"
    ).strip()
    assert silence in amtool(machine, "silence", "query")
    assert "FromAmtool" not in amtool(machine, "alert", "query")
    machine.kill()
    machine.start()
    assert silence in amtool(machine, "silence", "query")
    amtool(machine, "silence", "expire", silence)
    assert silence not in amtool(machine, "silence", "query")
    assert "FromAmtool" in amtool(machine, "alert", "query")


@needs_prometheus
def test_prometheus_takes_it_for_its_alertmanager(machine, receiver, tmp_path):
    import requests

    directory = tmp_path / "prometheus"
    directory.mkdir()
    configure(directory, machine.url, "unused", FIRING)
    with prometheus(directory) as address:
        wait_until(lambda: ("firing", "prom-1") in told(receiver), "the rule fires", 60)
        configure(directory, machine.url, "unused", NOT_FIRING)
        requests.post(f"http://{address}/-/reload", timeout=10).raise_for_status()
        wait_until(lambda: ("resolved", "prom-1") in told(receiver), "the rule ends", 60)
    assert told(receiver) == [("firing", "prom-1"), ("resolved", "prom-1")]


KILLS, SENDERS = 12, 4


class Sender(Thread):
    """Sends one alert after another, each until it is accepted."""

    def __init__(self, machine, name, stopping):
        super().__init__(daemon=True)
        self.accepted = []
        self._machine = machine
        self._name = name
        self._stopping = stopping

    def run(self):
        number = 0
        while not self._stopping.wait(0.01):
            name = f"{self._name}-{number}"
            if self._machine.post([{"labels": {"alertname": name, "instance": name}}]) == 200:
                self.accepted.append(name)
                number += 1


def test_kill_9_under_load_loses_nothing_that_was_accepted(machine, receiver):
    moments, stopping = random.Random(1), Event()
    senders = [Sender(machine, f"Storm{index}", stopping) for index in range(SENDERS)]
    for sender in senders:
        sender.start()
    for _ in range(KILLS):
        stopping.wait(moments.uniform(0.1, 1.0))
        machine.kill()
        machine.start()
    stopping.set()
    for sender in senders:
        sender.join()

    accepted = {name for sender in senders for name in sender.accepted}
    wait_until(lambda: accepted <= {name for _, name in told(receiver)}, "all alerts", 120)
    assert len(accepted) > 100
    # What was on its way to the receiver when the process died may have arrived, so it is sent
    # again: the same notification, under the same key.
    said = {arrival.key: arrival.body for arrival in receiver.arrivals}
    assert all(arrival.body == said[arrival.key] for arrival in receiver.arrivals)
    counts = Counter(
        each["labels"]["instance"] for body in said.values() for each in body["alerts"]
    )
    assert {counts[name] for name in accepted} == {1}
