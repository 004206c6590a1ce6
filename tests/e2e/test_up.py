"""`tocsin up`: what it prints works, and however it ends, nothing of it stays."""

import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cli.localcloud.polling import wait_until
from tests.e2e.conftest import processes_with

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

TOCSIN = str(Path(sys.executable).with_name("tocsin"))


@pytest.fixture
def up(tmp_path):
    """Start `tocsin up`; yield the process, its state and the file that it prints to."""
    output = tmp_path / "output"
    state = tmp_path / "state"
    with output.open("w") as sink:
        process = subprocess.Popen(
            [TOCSIN, "up", "--state", str(state)], stdout=sink, stderr=subprocess.STDOUT
        )
    try:
        wait_until(lambda: "Ctrl-C stops" in output.read_text(), "the local cloud is up", 90)
        yield process, state, output
    finally:
        process.kill()
        process.wait()


def left_behind(state):
    return processes_with(TMPDIR=str(state / "tmp"))


def test_the_printed_sample_reaches_the_printed_receiver(up):
    _, state, output = up
    facts = json.loads((state / "cloud.json").read_text())
    assert (state / "cloud.json").stat().st_mode & 0o777 == 0o600
    pasted = re.findall(r"^  (?:export|curl) .*", output.read_text(), re.MULTILINE)

    answer = subprocess.run(
        ["sh", "-c", "\n".join(pasted)], capture_output=True, check=False, text=True
    )

    assert facts["api_key"] in pasted[0]
    assert answer.stdout.startswith("HTTP/1.1 202"), answer
    wait_until(lambda: output.read_text().count("1 firing: DiskFull") == 1, "it is told", 30)


@pytest.mark.parametrize(
    ("kind", "status"), [(signal.SIGINT, 0), (signal.SIGTERM, 143), (signal.SIGKILL, -9)]
)
def test_nothing_is_left_behind(up, kind, status):
    process, state, _ = up
    assert len(left_behind(state)) > 5

    process.send_signal(kind)

    assert process.wait(20) == status
    wait_until(lambda: not left_behind(state), "all processes are gone", 10)
    if kind != signal.SIGKILL:
        assert not (state / "cloud.json").exists()
