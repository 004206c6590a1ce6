"""A real Valkey server for each test, so that one may be killed; and a table on moto."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.localcloud.cache import Cache
from tests.integration.mocked import mocked
from tests.integration.resources import make_resources
from tests.strict import install
from tocsin.adapters import aws


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


@pytest.fixture
def table() -> Iterator[str]:
    """Yield the name of the table of breakers, in which buckets are counted as well."""
    strict = install(aws._session())
    with mocked(), strict.watching():
        yield make_resources(aws.client).environ["BREAKER_TABLE"]
    assert not strict.refusals, strict.refusals
