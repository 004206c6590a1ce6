"""100,000 alerts in Debian's Alertmanager and in `tocsin alertmanager`, one after the other.

Both are asked over loopback for one alert, for all and for all groups. It takes some minutes and
1 GB of memory: `python -m benchmarks.alertmanager`.
"""

import gzip
import json
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from os import sysconf
from pathlib import Path
from resource import getpagesize
from tempfile import TemporaryDirectory
from time import perf_counter, sleep
from urllib.parse import quote

import msgspec

ALERTS = 100_000
A_REQUEST = 256
A_GROUP = 100
CONFIGURATION = {
    "route": {"receiver": "none", "group_by": ["service"], "group_wait": "1h"},
    "receivers": [{"name": "none", "webhook_configs": [{"url": "http://127.0.0.1:9/"}]}],
}
_ONE = quote('instance="10.0.100.7:9100"')
QUESTIONS = {
    "the first list of all": "/api/v2/alerts",
    "a list of all": "/api/v2/alerts",
    "the first filter for one": f"/api/v2/alerts?filter={_ONE}",
    "a filter for one": f"/api/v2/alerts?filter={_ONE}",
    "all groups": "/api/v2/alerts/groups",
}


class Answer(msgspec.Struct, frozen=True):
    """What came back, how many bytes it had on the wire, and how long it took."""

    status: int
    body: bytes
    wire_bytes: int
    took_s: float


class Server:
    """A process that answers as an Alertmanager."""

    def __init__(self, process: "subprocess.Popen[bytes]", port: int) -> None:
        self._process = process
        self._port = port

    def call(self, method: str, path: str, body: bytes | None = None) -> Answer:
        """Send one request."""
        connection = HTTPConnection("127.0.0.1", self._port, timeout=300)
        headers = {"Accept-Encoding": "gzip", "Content-Type": "application/json"}
        began_s = perf_counter()
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            data = response.read()
        finally:
            connection.close()
        took_s = perf_counter() - began_s
        is_packed = response.getheader("Content-Encoding") == "gzip"
        plain = gzip.decompress(data) if is_packed else data
        return Answer(response.status, plain, len(data), took_s)

    def wait(self) -> None:
        """Wait until it answers."""
        for _ in range(300):
            try:
                self.call("GET", "/api/v2/status")
            except OSError:
                sleep(0.2)
            else:
                return
        raise TimeoutError("it does not start")

    @property
    def cpu_s(self) -> float:
        """CPU time so far."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text(encoding="ascii").split()
        return (int(fields[13]) + int(fields[14])) / sysconf("SC_CLK_TCK")

    @property
    def resident_mb(self) -> float:
        """Resident memory."""
        fields = Path(f"/proc/{self._process.pid}/statm").read_text(encoding="ascii").split()
        return int(fields[1]) * getpagesize() / 1e6


def _alert(index: int, ends_at: str) -> dict[str, object]:
    instance = f"10.{index >> 16}.{index >> 8 & 255}.{index & 255}:9100"
    labels = {
        "alertname": "InstanceDown",
        "instance": instance,
        "job": f"job-{index % 50}",
        "cluster": f"cluster-{index % 8}",
        "namespace": f"namespace-{index % 200}",
        "severity": "critical" if index % 10 == 0 else "warning",
        "service": f"service-{index // A_GROUP}",
    }
    texts = {"summary": f"{instance} does not answer", "runbook": "https://wiki/r" * 5}
    return {"labels": labels, "annotations": texts, "endsAt": ends_at}


def _fill(server: Server) -> None:
    ends_at = (datetime.now(UTC) + timedelta(hours=3)).isoformat()
    began_s = perf_counter()
    for start in range(0, ALERTS, A_REQUEST):
        some = range(start, min(ALERTS, start + A_REQUEST))
        body = json.dumps([_alert(index, ends_at) for index in some]).encode()
        while server.call("POST", "/api/v2/alerts", body).status != 200:
            sleep(0.5)
    posted_s = perf_counter() - began_s
    last = quote(f'service="service-{(ALERTS - 1) // A_GROUP}"')
    wanted = ALERTS - (ALERTS - 1) // A_GROUP * A_GROUP
    while len(json.loads(server.call("GET", f"/api/v2/alerts?filter={last}").body)) < wanted:
        sleep(0.5)
    shown_s = perf_counter() - began_s
    text = f"posted in {posted_s:.0f} s, shown after {shown_s:.0f} s, {server.cpu_s:.0f} s of CPU"
    sys.stdout.write(f"  {text}, {server.resident_mb:,.0f} MB\n")


def _ask(server: Server) -> None:
    for title, path in QUESTIONS.items():
        before_s = server.cpu_s
        found = server.call("GET", path)
        cpu_ms = (server.cpu_s - before_s) * 1000
        text = f"{found.took_s * 1000:,.1f} ms ({cpu_ms:,.0f} of CPU)"
        about = f"{len(json.loads(found.body)):,} items, {found.wire_bytes:,} bytes"
        sys.stdout.write(f"  {title}: {text}, {about}, {server.resident_mb:,.0f} MB\n")


@contextmanager
def _running(command: Sequence[str], directory: Path) -> Iterator[Server]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    file = directory / "alertmanager.json"
    file.write_text(json.dumps(CONFIGURATION), encoding="utf-8")
    flags = {
        "--config.file": str(file),
        "--web.listen-address": f"127.0.0.1:{port}",
        "--storage.path": str(directory / "data"),
        "--cluster.listen-address": "",
    }
    arguments = [f"{name}={value}" for name, value in flags.items()]
    with (directory / "log").open("wb") as log:
        process = subprocess.Popen([*command, *arguments], stdout=log, stderr=log)  # noqa: S603
        try:
            server = Server(process, port)
            server.wait()
            yield server
        finally:
            process.terminate()
            process.wait(60)


def main() -> None:
    """Measure both, or tocsin alone where there is no Alertmanager."""
    theirs = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")
    ours = str(Path(sys.executable).with_name("tocsin"))
    commands = {"tocsin alertmanager": [ours, "alertmanager"]}
    if theirs is not None:
        commands = {"Alertmanager": [theirs], **commands}
    for name, command in commands.items():
        sys.stdout.write(f"{name}, {ALERTS:,} alerts\n")
        with TemporaryDirectory() as scratch, _running(command, Path(scratch)) as server:
            _fill(server)
            _ask(server)


if __name__ == "__main__":
    main()
