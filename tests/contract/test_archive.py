import pytest

from tests.builders import T0
from tocsin.adapters.aws import client
from tocsin.adapters.memory import MemoryArchive
from tocsin.adapters.s3 import S3Archive, S3Blobs
from tocsin.adapters.sqlite import SqliteArchive


@pytest.fixture
def archive_and_read(side, request):
    if side == "memory":
        archive = MemoryArchive()
        return archive, archive.data.__getitem__
    if side == "sqlite":
        archive = SqliteArchive(request.getfixturevalue("database"), kept_s=86_400.0)
        return archive, archive.read
    bucket = request.getfixturevalue("cloud").environ["ARCHIVE_BUCKET"]
    return S3Archive(client("s3"), bucket), S3Blobs(client("s3"), bucket).get


def test_an_object_is_kept_under_its_tenant_and_hour(archive_and_read):
    archive, read = archive_and_read
    key = archive.store("acme", T0, "batch-1", b"frames")
    assert key == "raw/tenant=acme/year=2025/month=11/day=22/hour=05/batch-1.zst"
    assert read(key) == b"frames"
