"""One local cloud for all end-to-end tests that can share it, with its receiver."""

import os
from contextlib import suppress
from pathlib import Path

import pytest

from cli.commands.demo import CONFIGURATION
from cli.localcloud.cloud import LocalCloud
from cli.localcloud.receiver import LocalReceiver


@pytest.fixture(scope="session")
def receiver():
    with LocalReceiver() as receiver:
        yield receiver


@pytest.fixture(scope="session")
def cloud(receiver, tmp_path_factory):
    with LocalCloud(state=tmp_path_factory.mktemp("cloud"), quiet=True) as cloud:
        cloud.configure(CONFIGURATION, {"TOCSIN_RECEIVER_URL": receiver.url})
        yield cloud


def processes_with(**variables):
    """Return the ids of the processes whose environment holds these values."""
    wanted = {f"{name}={value}".encode() for name, value in variables.items()}
    found = []
    for directory in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if wanted <= set((directory / "environ").read_bytes().split(b"\0")):
                found.append(int(directory.name))
    return [pid for pid in found if pid != os.getpid()]
