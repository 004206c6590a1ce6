"""Servers that are a process of their own: `tocsin alertmanager`, and Debian's Alertmanager."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from cli.localcloud.http import call
from cli.localcloud.polling import TimedOutError, wait_until
from cli.localcloud.ports import free_port
from tests.scenarios.api import Api

ALERTMANAGER = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")
_READY_S, _STOPPED_S = 60.0, 40.0
_LOOK_EVERY_S = 0.02
_TOCSIN = "from cli.main import main; main()"

Configure = Callable[[dict[str, Any]], dict[str, Any]]


class ServerProcess:
    """One process on a port and a directory that stay the same from start to start."""

    def __init__(self, command: list[str], directory: Path, configure: Configure) -> None:
        self._command = command
        self._directory = directory
        self._configure = configure
        self._port = free_port()
        self.api = Api(f"http://127.0.0.1:{self._port}")
        self._process: subprocess.Popen[bytes] | None = None

    def write(self, configuration: dict[str, Any]) -> None:
        """Write the configuration: JSON, which is YAML."""
        text = json.dumps(self._configure(configuration), indent=1)
        (self._directory / "alertmanager.yml").write_text(text)

    def start(self) -> None:
        """Start, and wait until it is ready."""
        arguments = [
            f"--config.file={self._directory / 'alertmanager.yml'}",
            f"--web.listen-address=127.0.0.1:{self._port}",
            f"--storage.path={self._directory / 'state'}",
        ]
        with (self._directory / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [*self._command, *arguments],
                stdout=log,
                stderr=log,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            )
        try:
            wait_until(self._is_ready, "ready", _READY_S, _LOOK_EVERY_S)
        except TimedOutError as error:
            raise AssertionError((self._directory / "log").read_text()) from error

    def kill(self) -> None:
        """End it as a power cut of the process would: it has no say in it."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ask it to end, and wait for that."""
        self._end(signal.SIGTERM)

    def reload(self, configuration: dict[str, Any]) -> None:
        """Take another configuration."""
        self.write(configuration)
        answer = call("POST", f"{self.api.base_url}/-/reload")
        assert answer.status == 200, answer

    def close(self) -> None:
        """End it, if it runs."""
        if self._process is not None and self._process.poll() is None:
            with suppress(subprocess.TimeoutExpired):
                self.kill()

    def _is_ready(self) -> bool:
        assert self._process is not None
        if self._process.poll() is not None:
            raise AssertionError((self._directory / "log").read_text())
        return self.api.is_ready()

    def _end(self, number: int) -> None:
        assert self._process is not None
        self._process.send_signal(number)
        self._process.wait(_STOPPED_S)


def tocsin(directory: Path, configure: Configure) -> ServerProcess:
    """Return a `tocsin alertmanager` that is not started yet."""
    return ServerProcess([sys.executable, "-c", _TOCSIN, "alertmanager"], directory, configure)


def alertmanager(directory: Path, configure: Configure) -> ServerProcess:
    """Return an Alertmanager without peers that is not started yet."""
    return peer(directory, configure, "--cluster.listen-address=")


def peer(directory: Path, configure: Configure, *flags: str) -> ServerProcess:
    """Return an Alertmanager with these flags that is not started yet."""
    assert ALERTMANAGER, "alertmanager is not installed: apt-get install prometheus-alertmanager"
    return ServerProcess([ALERTMANAGER, *flags], directory, configure)
