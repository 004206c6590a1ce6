"""The crash experiment: what was answered 200 and what was told, and then kill -9.

One alert is told. Another one and a silence are accepted, and the process is killed at once and
started again. Its senders send on what was told, as Prometheus does, and what the silence is for.
"""

import json
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic, sleep, time
from uuid import uuid4

import msgspec

from cli.localcloud.polling import TimedOutError, wait_until
from tests.scenarios.api import written
from tests.scenarios.configuring import configured
from tests.scenarios.processes import Configure, ServerProcess
from tests.scenarios.receiver import Receiver

_ROUTE = {"receiver": "hook", "group_by": ["alertname"], "group_wait": 0.5, "group_interval": 1}
_TOLD_S, _LOOK_EVERY_S = 20.0, 0.02
# Several looks of each group.
_WATCHED_S = 4.0

Make = Callable[[Path, Configure], ServerProcess]


class Crash(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one crash."""

    lost_alert: bool
    lost_silence: bool
    told_again: bool
    down_s: float


def crash_often(make: Make, receiver: Receiver, times: int, at_once: int) -> Iterator[Crash]:
    """Crash so many processes, a few side by side."""
    with ThreadPoolExecutor(at_once) as pool:
        jobs = [pool.submit(_crash, make, receiver) for _ in range(times)]
        for job in jobs:
            yield job.result()


def _crash(make: Make, receiver: Receiver) -> Crash:
    run = f"crash-{uuid4().hex[:8]}"

    def configure(written: dict) -> dict:
        return configured(written, 1.0, lambda to: receiver.url(run, to))

    with tempfile.TemporaryDirectory(prefix="crash-") as directory:
        server = make(Path(directory), configure)
        server.write({"route": _ROUTE})
        server.start()
        try:
            return _story(server, receiver, run)
        finally:
            server.close()


def _story(server: ServerProcess, receiver: Receiver, run: str) -> Crash:
    def told(name: str) -> int:
        return sum(
            alert["labels"]["alertname"] == name and alert["status"] == "firing"
            for came in receiver.came(run)
            for alert in came.body["alerts"]
        )

    _push(server, "Told")
    wait_until(lambda: told("Told") > 0, "the first alert is told", _TOLD_S, _LOOK_EVERY_S)
    _push(server, "Accepted")
    silence = _silence(server, "Silenced")
    server.kill()
    killed_s = monotonic()
    server.start()
    down_s = monotonic() - killed_s
    _push(server, "Told")
    _push(server, "Silenced")
    has_silence = silence in {each["id"] for each in _silences(server)}
    try:
        wait_until(lambda: told("Accepted") > 0, "it is told", _WATCHED_S, _LOOK_EVERY_S)
    except TimedOutError:
        is_lost = True
    else:
        is_lost = False
    sleep(max(0.0, killed_s + down_s + _WATCHED_S - monotonic()))
    return Crash(
        lost_alert=is_lost,
        lost_silence=not has_silence or told("Silenced") > 0,
        told_again=told("Told") > 1,
        down_s=down_s,
    )


def _push(server: ServerProcess, name: str) -> None:
    reply = server.api.push([{"labels": {"alertname": name}}])
    assert reply.status == 200, reply


def _silence(server: ServerProcess, name: str) -> str:
    matcher = {"name": "alertname", "value": name, "isRegex": False, "isEqual": True}
    reply = server.api.silence(
        {
            "matchers": [matcher],
            "startsAt": written(time()),
            "endsAt": written(time() + 600),
            "createdBy": "experiment",
            "comment": "",
        }
    )
    assert reply.status == 200, reply
    return str(reply.json["silenceID"])


def _silences(server: ServerProcess) -> list[dict]:
    return json.loads(server.api.ask("GET", "/api/v2/silences").text)
