"""The largest bodies that are accepted, of the worst shapes, fit into the memory of ingest."""

import json
import os
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.hostile.largest import RULES
from tests.template.transformed import ROOT, source
from tocsin.domain.compression import compress
from tocsin.providers.limits import ALERTS_PER_REQUEST
from tocsin.runtime.codings import INFLATED_LIMIT_BYTES
from tocsin.runtime.gateway import BODY_LIMIT_BYTES, STRUCTURAL_LIMIT

# What is left is for another Python, another machine and what nobody thought of.
MOST_OF_MEMORY = 0.6


def _wide(unit: bytes) -> bytes:
    """Return an alert beside as many of these units as a body may have."""
    head, tail = b'{"name":"wide","alerts":[{"name":"a"}],"unknown":[', b"]}"
    signs = 1 + sum(unit.count(each) for each in b",:[{")
    room_bytes = INFLATED_LIMIT_BYTES - len(head) - len(tail)
    count = min((STRUCTURAL_LIMIT - 20) // signs, room_bytes // (len(unit) + 1))
    return head + b",".join([unit] * count) + tail


def _many_alerts() -> bytes:
    """Return as many alerts as a request may have, with as many labels as there is room for."""
    labels = (STRUCTURAL_LIMIT // ALERTS_PER_REQUEST - 6) // 2
    alerts = (
        b'{"name":"n%d","labels":{%s}}'
        % (number, b",".join(b'"l%02d":"%05d"' % (label, number) for label in range(labels)))
        for number in range(ALERTS_PER_REQUEST)
    )
    return b'{"alerts":[' + b",".join(alerts) + b"]}"


# `é` and the like cost more than ASCII, one emoji makes each character of its text four bytes.
BODIES: dict[str, Callable[[], bytes]] = {
    "objects in objects": lambda: _wide(b'{"a":{"a":{"a":{}}}}'),
    "texts": lambda: _wide('"字字"'.encode()),
    "one long text": lambda: _wide(
        b'"' + b"x" * (INFLATED_LIMIT_BYTES - 100) + "😀".encode() + b'"'
    ),
    "alerts": _many_alerts,
}


def _event(body: bytes) -> bytes:
    """Return the larger of the events that can hold a body: plain, where Lambda takes that."""
    is_plain = len(body) <= BODY_LIMIT_BYTES
    content = body.decode() if is_plain else b64encode(compress(body)).decode()
    event = {
        "httpMethod": "POST",
        "resource": "/v1/alerts",
        "headers": {} if is_plain else {"content-encoding": "zstd"},
        "body": content,
        "isBase64Encoded": not is_plain,
    }
    return json.dumps(event).encode()


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak from /proc")
def test_the_largest_bodies_fit_into_the_memory_of_ingest_with_room_to_spare(
    tmp_path: Path,
) -> None:
    for name, body in BODIES.items():
        (tmp_path / f"{name}.json").write_bytes(_event(body()))
    run = subprocess.run(
        [sys.executable, "-m", "tests.hostile.largest", str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    found = json.loads(run.stdout.splitlines()[-1])
    wanted = {f"{body}, {rule}" for body in BODIES for rule in RULES}
    assert found["statuses"] == dict.fromkeys(wanted, 202)
    memory_bytes = source()["Mappings"]["Stage"]["Ingest"]["MemoryMb"] * 1024 * 1024
    share = found["peak_bytes"] / memory_bytes
    sys.stdout.write(f"{found['peak_bytes'] // 1_000_000} MB, {share:.0%} of its memory\n")
    assert share < MOST_OF_MEMORY
