"""A real Valkey server for each test, so that one may be killed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.localcloud.cache import Cache


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[Cache]:
    server = Cache(tmp_path, tmp_path)
    server.wait()
    yield server
    server.stop()


class Clock:
    """Virtual time."""

    def __init__(self) -> None:
        self.now_s = 1_763_790_000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()
