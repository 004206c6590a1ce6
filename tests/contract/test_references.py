import pytest

from tests.builders import T0
from tocsin.adapters.aws import client
from tocsin.adapters.memory import MemoryBlobs
from tocsin.adapters.references import BlobReferences
from tocsin.adapters.s3 import S3Blobs
from tocsin.adapters.sqlite import SqliteBlobs
from tocsin.domain.errors import Permanent
from tocsin.domain.reference import REFERENCE_LIMIT_BYTES, digest_of, reference_key


@pytest.fixture
def blobs(side, request):
    if side == "memory":
        return MemoryBlobs()
    if side == "sqlite":
        return SqliteBlobs(request.getfixturevalue("database"), lambda: T0)
    cloud = request.getfixturevalue("cloud")
    return S3Blobs(client("s3"), cloud.environ["ARCHIVE_BUCKET"])


@pytest.fixture
def references(blobs):
    return BlobReferences(blobs)


def test_a_file_comes_back_by_its_digest(references):
    data = bytes(range(256)) * 100
    digest = references.put("acme", data)
    assert digest == digest_of(data)
    assert references.get("acme", digest) == data


def test_storing_it_again_changes_nothing(references, blobs):
    assert references.put("acme", b"one") == references.put("acme", b"one")
    assert len(list(blobs.keys("reference/acme/"))) == 1


def test_another_content_is_another_file(references):
    first, second = references.put("acme", b"one"), references.put("acme", b"two")
    assert (references.get("acme", first), references.get("acme", second)) == (b"one", b"two")


def test_no_tenant_sees_the_file_of_another(references):
    digest = references.put("acme", b"one")
    for other in ("globex", "acme2", "acm"):
        with pytest.raises(Permanent, match="there is no blob"):
            references.get(other, digest)


def test_a_file_that_was_changed_is_refused(references, blobs):
    digest, other = references.put("acme", b"one"), references.put("acme", b"two")
    blobs.put(reference_key("acme", digest), blobs.get(reference_key("acme", other)))
    with pytest.raises(Permanent, match="not what its digest says"):
        references.get("acme", digest)
    blobs.put(reference_key("acme", digest), b"not zstd")
    with pytest.raises(Permanent, match="not a zstd frame"):
        references.get("acme", digest)


def test_a_file_that_is_too_large_is_refused(references, blobs):
    with pytest.raises(Permanent, match="at most"):
        references.put("acme", b"x" * (REFERENCE_LIMIT_BYTES + 1))
    assert list(blobs.keys("reference/")) == []
