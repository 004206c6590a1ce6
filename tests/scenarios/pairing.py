"""Two at once: alerts that each of two servers or workers gets, and a receiver that is ill.

Of Alertmanager it is two peers that gossip, each of which gets every alert, as they must. Of
tocsin it is two sets of workers of all stages on one store, which a directory's lock forbids two
processes; and the functions of the local cloud. Either way two senders send every alert.
"""

import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from time import sleep
from uuid import uuid4

import msgspec

from cli.localcloud.cloud import LocalCloud
from cli.localcloud.polling import TimedOutError, wait_until
from cli.localcloud.ports import free_port
from cli.onemachine.configuration import ConfigurationFile
from cli.onemachine.intake import Intake
from cli.onemachine.machine import Machine
from cli.onemachine.options import TENANT
from cli.onemachine.stores import open_stores
from tests.scenarios.api import Api
from tests.scenarios.cloud import add_tenants, api_of
from tests.scenarios.configuring import configured
from tests.scenarios.processes import ServerProcess, peer
from tests.scenarios.receiver import Manner, Receiver
from tocsin.configuration.alertmanager import load_alertmanager
from tocsin.runtime.clock import now_s
from tocsin.runtime.gateway import HttpRequest

_ROUTE = {"receiver": "hook", "group_by": ["alertname"], "group_wait": 0.5, "group_interval": 5}
# A peer waits this long for the one before it; by default 15 s.
PEER_TIMEOUT_S = 2.0
SLOW_S, FAILING_S = 3.0, 8.0
# From the first alert until nothing may come any more.
_WATCHED_S = 120.0
_QUIET_S = 8.0

# Sends a list of alerts to one of the two.
Push = Callable[[bytes], int]


class Pair(msgspec.Struct, frozen=True):
    """How often each of `alerts` alerts was told to somebody who took it."""

    alerts: int
    told: int
    twice: int


def watch(pushes: list[Push], receiver: Receiver, run: str, alerts: int, illness: str) -> Pair:
    """Send every alert to both at once while the receiver is ill; count what it took."""
    ill = Manner(after_s=SLOW_S) if illness == "slow" else Manner(status=500)
    receiver.answer(run, "hook", ill)
    names = [f"Pair{number}" for number in range(alerts)]
    with ThreadPoolExecutor(len(pushes)) as pool:
        for name in names:
            body = json.dumps([{"labels": {"alertname": name}}]).encode()
            assert {*pool.map(lambda push, body=body: push(body), pushes)} == {200}
    if illness == "failing":
        sleep(FAILING_S)
        receiver.answer(run, "hook", Manner())

    def taken() -> Counter[str]:
        return Counter(
            alert["labels"]["alertname"]
            for came in receiver.came(run)
            if came.answered == 200
            for alert in came.body["alerts"]
        )

    try:
        wait_until(lambda: set(names) <= set(taken()), "all are told", _WATCHED_S)
    except TimedOutError:
        pass
    else:
        sleep(_QUIET_S)
    counts = taken()
    return Pair(
        alerts, sum(counts[name] > 0 for name in names), sum(n > 1 for n in counts.values())
    )


@contextmanager
def peers(receiver: Receiver, run: str) -> Iterator[list[Push]]:
    """Run two Alertmanagers that gossip."""

    def configure(said: dict) -> dict:
        return configured(said, 1.0, lambda to: receiver.url(run, to))

    gossip = [f"127.0.0.1:{free_port()}" for _ in range(2)]
    with ExitStack() as stack:
        servers = []
        for own in gossip:
            directory = stack.enter_context(tempfile.TemporaryDirectory(prefix="peer-"))
            server = peer(
                Path(directory),
                configure,
                f"--cluster.listen-address={own}",
                *(f"--cluster.peer={each}" for each in gossip if each != own),
                f"--cluster.peer-timeout={PEER_TIMEOUT_S:g}s",
                "--cluster.settle-timeout=5s",
            )
            stack.callback(server.close)
            server.write({"route": _ROUTE})
            server.start()
            servers.append(server)
        wait_until(lambda: all(map(_is_settled, servers)), "the peers know each other", 30)
        yield [partial(_posted, each.api) for each in servers]


@contextmanager
def two_machines(receiver: Receiver, run: str) -> Iterator[list[Push]]:
    """Run the workers of two machines on one store."""
    said = configured({"route": _ROUTE}, 1.0, lambda to: receiver.url(run, to))
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pair-")))
        file = directory / "alertmanager.yml"
        file.write_text(json.dumps(said))
        stores = open_stores(directory, 0.0)
        stack.callback(stores.database.close)
        loaded = ConfigurationFile(file, "http://pair", stores.configs, load_alertmanager, now_s)
        loaded.load()
        for _ in range(2):
            machine = Machine(stores, "http://pair", 3600.0, 0.0)
            machine.start()
            stack.callback(machine.stop)

        intake = Intake(stores.queues, stores.blobs, now_s)

        def push(body: bytes) -> int:
            request = HttpRequest(
                id=uuid4().hex,
                resource="/api/v2/alerts",
                parameters={},
                query={},
                headers={"content-type": "application/json"},
                raw_body=body,
                method="POST",
            )
            return intake(request, TENANT, now_s()).status

        yield [push, push]


@contextmanager
def functions(receiver: Receiver, run: str) -> Iterator[list[Push]]:
    """Run the functions of the local cloud, as many as there is work for."""
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pair-")))
        cloud = stack.enter_context(LocalCloud(state=directory / "cloud", quiet=True))
        said = configured({"route": _ROUTE}, 1.0, lambda to: receiver.url(run, to))
        add_tenants(cloud, {"pair": said}, directory)
        push = partial(_posted, api_of(cloud, "pair"))
        yield [push, push]


def _posted(api: Api, body: bytes) -> int:
    return api.push(json.loads(body)).status


def _is_settled(server: ServerProcess) -> bool:
    cluster = server.api.ask("GET", "/api/v2/status").json["cluster"]
    return cluster["status"] == "ready" and len(cluster["peers"]) == 2
