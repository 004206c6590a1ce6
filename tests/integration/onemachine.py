"""`tocsin alertmanager` as a process of its own, for tests that start it and kill it."""

import json
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from cli.localcloud.http import call
from cli.localcloud.polling import TimedOutError, wait_until

LOOK_EVERY_S = 0.02
MAIN = "from cli.main import main; main()"


class OneMachine:
    """One process on a port and a directory that stay the same from start to start."""

    def __init__(self, directory: Path, port: int, configuration: dict) -> None:
        self.directory = directory
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self.prefix = ""
        self.process: subprocess.Popen | None = None
        self.configure(configuration)

    def configure(self, configuration: dict) -> None:
        """Write the configuration file: JSON, which is YAML."""
        self.file.write_text(json.dumps(configuration))

    @property
    def file(self) -> Path:
        return self.directory / "alertmanager.json"

    @property
    def log(self) -> str:
        return (self.directory / "log").read_text()

    def start(self, *more: str) -> None:
        """Start, and wait until it is ready."""
        self.process = self.launch(*more)
        try:
            wait_until(self._is_ready, "ready", 20, LOOK_EVERY_S)
        except TimedOutError as error:
            raise AssertionError(self.log) from error

    def launch(self, *more: str) -> subprocess.Popen:
        """Start, and wait for nothing."""
        arguments = [
            f"--config.file={self.file}",
            "--web.listen-address",
            f"127.0.0.1:{self.port}",
            "--storage.path",
            str(self.directory / "state"),
            *more,
        ]
        with (self.directory / "log").open("a") as log:
            return subprocess.Popen(
                [sys.executable, "-c", MAIN, "alertmanager", *arguments],
                stdout=log,
                stderr=log,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            )

    def _is_ready(self) -> bool:
        if self.process.poll() is not None:
            raise AssertionError(self.log)
        return call("GET", f"{self.url}{self.prefix}/api/v2/status").status == 200

    def kill(self) -> None:
        """End it as a power cut of the process would: it has no say in it."""
        self.process.kill()
        self.process.wait(10)

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Ask it to end; return its exit code."""
        self.process.send_signal(number)
        return self.process.wait(30)

    def post(self, alerts: list[dict]) -> int:
        """Send alerts; return the status of the answer."""
        headers = {"Content-Type": "application/json"}
        return call(
            "POST", f"{self.url}/api/v2/alerts", json.dumps(alerts).encode(), headers
        ).status

    def get(self, path: str, **query: str) -> Any:
        """Return the JSON of an answer."""
        answer = call("GET", f"{self.url}{path}?{urlencode(query)}")
        assert answer.status == 200, answer
        return answer.json

    def silence(self, name: str, value: str) -> str:
        """Silence what has a label for an hour; return the id of the silence."""
        now = datetime.now(UTC)
        wanted = {
            "matchers": [{"name": name, "value": value, "isRegex": False, "isEqual": True}],
            "startsAt": now.isoformat(),
            "endsAt": (now + timedelta(hours=1)).isoformat(),
            "createdBy": "test",
            "comment": "test",
        }
        headers = {"Content-Type": "application/json"}
        answer = call("POST", f"{self.url}/api/v2/silences", json.dumps(wanted).encode(), headers)
        assert answer.status == 200, answer
        return answer.json["silenceID"]
