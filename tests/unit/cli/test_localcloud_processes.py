"""Children of the local cloud end, with their children, however this process ends."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from time import monotonic

import pytest

from cli.localcloud.environment import clean_environment
from cli.localcloud.processes import Child, ChildError, group_is_alive, start_on_leash

ROOT = Path(__file__).parents[3]

# Starts a child of its own, as the emulator starts its function workers; both ignore SIGTERM.
STUBBORN = """
import signal, subprocess, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("up", flush=True)
subprocess.run([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
"""

PARENT = """
import os, sys
from pathlib import Path
from cli.localcloud.processes import start_on_leash
child = start_on_leash(
    "sleeper", ["sleep", "600"], env=dict(os.environ), log=Path(sys.argv[1]), cwd=Path.cwd()
)
print(child.pid, flush=True)
sys.stdin.read()
"""


def start(tmp_path, *arguments, make=Child):
    argv = [sys.executable, *arguments]
    return make(
        "the child",
        argv,
        env=clean_environment(tmp_path),
        log=tmp_path / "logs" / "child.log",
        cwd=ROOT,
    )


def wait_for(condition, limit_s=20.0):
    deadline = monotonic() + limit_s
    while not condition():
        assert monotonic() < deadline, "the condition did not come true in time"


def test_stop_ends_children_of_children_that_ignore_the_signal(tmp_path, monkeypatch):
    monkeypatch.setattr("cli.localcloud.processes.GRACE_S", 0.2)
    child = start(tmp_path, "-c", STUBBORN)
    child.wait_until(lambda: "up" in child.log.read_text(), 20)

    child.stop()

    assert not group_is_alive(child.pid)


def test_stop_may_be_called_twice(tmp_path):
    child = start(tmp_path, "-c", "pass")
    child.wait(20)

    child.stop()
    child.stop()


def test_a_failure_shows_the_end_of_the_log(tmp_path):
    child = start(tmp_path, "-c", "print('no such template'); raise SystemExit(3)")

    with pytest.raises(ChildError, match=r"(?s)ended with status 3.*no such template"):
        child.wait(20)
    child.stop()


def test_a_command_that_takes_too_long_is_ended(tmp_path):
    child = start(tmp_path, "-c", "input()")

    with pytest.raises(ChildError, match="took longer"):
        child.wait(0.05)
    assert not group_is_alive(child.pid)


def test_waiting_for_readiness_notices_an_early_end(tmp_path):
    child = start(tmp_path, "-c", "raise SystemExit(4)")

    with pytest.raises(ChildError, match="ended with status 4"):
        child.wait_until(lambda: False, 20)


def test_waiting_for_readiness_gives_up(tmp_path):
    child = start(tmp_path, "-c", "input()")

    with pytest.raises(ChildError, match="was not ready"):
        child.wait_until(lambda: False, 0.05)
    child.stop()


def test_a_leashed_child_hands_on_its_status(tmp_path):
    child = start(tmp_path, "-c", "raise SystemExit(5)", make=start_on_leash)

    with pytest.raises(ChildError, match="ended with status 5"):
        child.wait(20)
    child.stop()


def test_a_leashed_child_dies_with_a_parent_that_was_killed(tmp_path):
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path / "log")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    child = int(parent.stdout.readline())
    assert group_is_alive(child)

    parent.send_signal(signal.SIGKILL)
    parent.communicate()

    wait_for(lambda: not group_is_alive(child))


def test_nothing_of_the_users_shell_reaches_a_child(tmp_path, monkeypatch):
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "LOG_LEVEL", "PYTHONDONTWRITEBYTECODE"):
        monkeypatch.setenv(name, "theirs")

    environment = clean_environment(tmp_path)

    assert "theirs" not in environment.values()
    assert environment["AWS_ACCESS_KEY_ID"] == "test"
