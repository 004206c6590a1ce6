"""Child processes that leave nothing behind: each leads a session and is stopped as a group."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep

GRACE_S = 3.0
_LOOK_EVERY_S = 0.02


class ChildError(Exception):
    """A child that ended, or would not start; holds the end of its log."""


class Child:
    """A running command, and every process that it starts."""

    def __init__(
        self, name: str, argv: Sequence[str], *, env: Mapping[str, str], log: Path, cwd: Path
    ) -> None:
        self.name = name
        self.log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as sink:
            # A session of its own keeps the terminal's Ctrl-C from it, and makes its process
            # id the id of the group that all its descendants belong to.
            self._process = subprocess.Popen(
                [*argv],
                env=dict(env),
                cwd=cwd,
                stdin=subprocess.PIPE,
                stdout=sink,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    def wait(self, timeout_s: float) -> None:
        """Wait until the command has ended well.

        Raises ChildError if it fails or takes longer than `timeout_s`.
        """
        try:
            status = self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self.stop()
            raise ChildError(self._story(f"took longer than {timeout_s:.0f} s")) from None
        if status:
            raise ChildError(self._story(f"ended with status {status}"))

    def wait_until(self, ready: Callable[[], bool], timeout_s: float) -> None:
        """Wait until `ready` holds while the command runs on."""
        deadline = monotonic() + timeout_s
        while not ready():
            if (status := self._process.poll()) is not None:
                raise ChildError(self._story(f"ended with status {status}"))
            if monotonic() > deadline:
                raise ChildError(self._story(f"was not ready after {timeout_s:.0f} s"))
            sleep(_LOOK_EVERY_S)

    def stop(self) -> None:
        """End the whole group: asked first, forced after `GRACE_S`."""
        for kind in (signal.SIGTERM, signal.SIGKILL):
            if not self._signal(kind):
                break
            if self._gone_within(GRACE_S):
                break
        if self._process.stdin is not None:
            self._process.stdin.close()

    def _signal(self, kind: signal.Signals) -> bool:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, kind)
            return True
        return False

    def _gone_within(self, timeout_s: float) -> bool:
        deadline = monotonic() + timeout_s
        while monotonic() < deadline:
            self._process.poll()
            if not group_is_alive(self.pid):
                return True
            sleep(_LOOK_EVERY_S)
        return False

    def _story(self, what: str) -> str:
        tail = "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])
        return f"{self.name} {what}; the end of {self.log}:\n{tail}"


def start_on_leash(
    name: str, argv: Sequence[str], *, env: Mapping[str, str], log: Path, cwd: Path
) -> Child:
    """Start a command of somebody else's so that it cannot outlive this process."""
    leashed = [sys.executable, "-m", "cli.localcloud.leash", *argv]
    return Child(name, leashed, env=env, log=log, cwd=cwd)


def group_is_alive(group: int) -> bool:
    """Tell whether a process of the group still runs (a zombie does not)."""
    try:
        os.killpg(group, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return not _only_zombies(group)


def _only_zombies(group: int) -> bool:
    # Only Linux tells; elsewhere a group of zombies counts as alive until init collects them.
    seen = False
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, _, member_of = stat.read_text().rpartition(")")[2].split()[:3]
            if int(member_of) == group:
                seen = True
                if state not in "ZX":
                    return False
    return seen
