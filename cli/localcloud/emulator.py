"""The AWS emulator, as a child process on a free loopback port."""

import sys
from pathlib import Path

from cli.localcloud.environment import clean_environment
from cli.localcloud.http import call
from cli.localcloud.launcher import NOTE
from cli.localcloud.ports import free_port
from cli.localcloud.processes import Child

START_LIMIT_S = 60.0


class Emulator:
    """A running emulator; `notes` are what it said about its own patches."""

    def __init__(self, root: Path, state: Path, *, iam: bool) -> None:
        self.port = free_port()
        self.endpoint_url = f"http://127.0.0.1:{self.port}"
        scratch = state / "tmp"
        scratch.mkdir(parents=True, exist_ok=True)
        self._child = Child(
            "the emulator",
            [sys.executable, "-m", "cli.localcloud.launcher"],
            env=clean_environment(scratch) | self._settings(state, iam=iam),
            log=state / "logs" / "emulator.log",
            cwd=root,
        )

    def _settings(self, state: Path, *, iam: bool) -> dict[str, str]:
        return {
            "GATEWAY_PORT": str(self.port),
            "BIND_HOST": "127.0.0.1",
            "MINISTACK_HOST": "localhost",
            # Else it listens on all interfaces for MQTT, whatever BIND_HOST says.
            "IOT_MTLS_ENABLED": "0",
            "STATE_DIR": str(state / "tmp" / "emulator"),
            "S3_DATA_DIR": str(state / "tmp" / "s3"),
            "AUTH": "true" if iam else "false",
        }

    @property
    def notes(self) -> list[str]:
        lines = self._child.log.read_text(errors="replace").splitlines()
        return [line.removeprefix(NOTE) for line in lines if line.startswith(NOTE)]

    def wait(self) -> None:
        """Wait until the emulator answers."""
        self._child.wait_until(self._answers, START_LIMIT_S)

    def stop(self) -> None:
        """End the emulator and its workers."""
        self._child.stop()

    def _answers(self) -> bool:
        return call("GET", f"{self.endpoint_url}/_ministack/health", timeout_s=2).status == 200
