"""The catalogues of an environment: each read once, and never a reason to fail."""

import pytest

from tocsin.adapters.memory import MemoryBlobs
from tocsin.adapters.references import BlobReferences
from tocsin.domain.enrichment.catalogue import Catalogue, Service, encode
from tocsin.domain.errors import Retryable
from tocsin.pipeline.enrichment.catalogues import RETRY_S, Catalogues


class World:
    """References that count how often they are asked, and can be broken."""

    def __init__(self, limit_bytes: int = 1_000_000) -> None:
        self.now_s = 1000.0
        self.asked: list[str] = []
        self.made = 0
        self.broken: Exception | None = None
        self.stored = BlobReferences(MemoryBlobs())
        self.catalogues = Catalogues(self.make, lambda: self.now_s, limit_bytes)

    def make(self) -> "World":
        self.made += 1
        return self

    def put(self, tenant: str, data: bytes) -> str:
        return self.stored.put(tenant, data)

    def get(self, tenant: str, digest: str) -> bytes:
        self.asked.append(tenant)
        if self.broken is not None:
            raise self.broken
        return self.stored.get(tenant, digest)

    def catalogue(self, tenant: str, name: str) -> str:
        return self.put(tenant, encode([Service(name=name, description="d" * 200)]))


def test_a_catalogue_is_read_once() -> None:
    world = World()
    digest = world.catalogue("acme", "checkout")
    assert world.made == 0
    first = world.catalogues("acme", digest)
    assert isinstance(first, Catalogue)
    world.now_s += 1e6
    assert world.catalogues("acme", digest) is first
    assert (world.asked, world.made) == (["acme"], 1)


def test_another_version_is_another_catalogue() -> None:
    world = World()
    for name in ("checkout", "search"):
        found = world.catalogues("acme", world.catalogue("acme", name))
        assert isinstance(found, Catalogue)
        assert found.named(name) is not None


def test_a_tenant_has_no_catalogue_of_another() -> None:
    world = World()
    digest = world.catalogue("acme", "checkout")
    assert isinstance(world.catalogues("acme", digest), Catalogue)
    assert "cannot be read" in str(world.catalogues("globex", digest))


@pytest.mark.parametrize("error", [None, Retryable("s3 GetObject: SlowDown")])
def test_what_cannot_be_read_is_tried_again_after_a_minute(error: Exception | None) -> None:
    world = World()
    data = encode([Service(name="checkout")])
    digest = world.put("other", data)
    world.broken = error
    for _ in range(1000):
        why = world.catalogues("acme", digest)
        assert str(why).startswith("the service catalogue cannot be read: ")
    assert world.asked == ["acme"]
    world.broken = None
    world.put("acme", data)
    world.now_s += RETRY_S - 1
    assert isinstance(world.catalogues("acme", digest), str)
    world.now_s += 1
    assert isinstance(world.catalogues("acme", digest), Catalogue)
    assert world.asked == ["acme", "acme"]


def test_a_file_that_is_no_catalogue_is_no_error() -> None:
    world = World()
    assert "not a service catalogue" in str(world.catalogues("acme", world.put("acme", b"{}")))


def test_what_was_used_least_recently_makes_room_once_nobody_uses_it() -> None:
    world = World(limit_bytes=500)
    digests = {tenant: world.catalogue(tenant, tenant) for tenant in ("a", "b", "c", "d")}
    for tenant in ("a", "b"):
        assert isinstance(world.catalogues(tenant, digests[tenant]), Catalogue)
    assert world.catalogues("c", digests["c"]) == "too many service catalogues are in use"
    world.asked.clear()
    # What is full of catalogues in use takes no other: each alert would read one anew.
    for _ in range(100):
        for tenant, digest in digests.items():
            world.catalogues(tenant, digest)
    assert world.asked == ["d"]
    world.now_s += 10 * RETRY_S
    assert isinstance(world.catalogues("d", digests["d"]), Catalogue)
