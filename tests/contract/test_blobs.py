import pytest

from tests.builders import T0
from tocsin.adapters.aws import client
from tocsin.adapters.memory import MemoryBlobs
from tocsin.adapters.s3 import S3Blobs
from tocsin.adapters.sqlite import SqliteBlobs
from tocsin.domain.errors import Permanent


@pytest.fixture
def blobs(side, request):
    if side == "memory":
        return MemoryBlobs()
    if side == "sqlite":
        return SqliteBlobs(request.getfixturevalue("database"), lambda: T0)
    cloud = request.getfixturevalue("cloud")
    return S3Blobs(client("s3"), cloud.environ["ARCHIVE_BUCKET"])


def test_a_blob_comes_back_as_it_was_put(blobs):
    blobs.put("claims/tenant=acme/x.zst", bytes(range(256)))
    assert blobs.get("claims/tenant=acme/x.zst") == bytes(range(256))


def test_the_last_put_counts(blobs):
    blobs.put("key", b"one")
    blobs.put("key", b"two")
    assert blobs.get("key") == b"two"


def test_a_missing_blob_is_permanent(blobs):
    with pytest.raises(Permanent, match="there is no blob key"):
        blobs.get("key")


def test_blobs_are_found_by_how_their_keys_begin(blobs):
    for name in ("b", "a", "c/d"):
        blobs.put(f"letters/tenant=acme/{name}", b"x")
    blobs.put("letters/tenant=acme2/e", b"x")
    blobs.put("claims/tenant=acme/f", b"x")
    found = list(blobs.keys("letters/tenant=acme/"))
    assert found == [f"letters/tenant=acme/{name}" for name in ("a", "b", "c/d")]
    assert list(blobs.keys("letters/tenant=globex/")) == []


def test_deleting_twice_is_fine(blobs):
    blobs.put("key", b"one")
    blobs.delete("key")
    blobs.delete("key")
    with pytest.raises(Permanent):
        blobs.get("key")
