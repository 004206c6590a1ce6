"""A deployed stack in this process, and a receiver that counts."""

from collections.abc import Iterator

import pytest

from cli.localcloud.receiver import LocalReceiver
from tests.builders import config, receiver, route
from tests.integration.world import World, world
from tocsin.domain.config import TenantConfig


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with world(monkeypatch) as made:
        yield made


@pytest.fixture
def people() -> Iterator[LocalReceiver]:
    with LocalReceiver() as made:
        yield made


@pytest.fixture
def acme(people: LocalReceiver) -> TenantConfig:
    """A tenant with one webhook, grouped by alertname."""
    return config(
        route=route(group_by=("alertname",)),
        receivers={"oncall": receiver(url=f"{people.url}/webhook")},
    )
