import random

import pytest

from tocsin.adapters.dynamodb.spill import _REMEMBERED_LIMIT, Spill, SpillMoved
from tocsin.adapters.memory import MemoryBlobs
from tocsin.domain.errors import Retryable
from tocsin.domain.group import GroupKey

KEY = GroupKey("acme", "oncall")


def long(seed=1):
    """Return what no compression makes short."""
    return random.Random(seed).randbytes(200_000).hex()


def unpacked(spill, packed, part="members"):
    return spill.unpack({"pk": KEY.id, **{k: v for k, v in packed.items() if v is not None}}, part)


def test_what_is_short_stays_in_the_item():
    blobs = MemoryBlobs()
    spill = Spill(blobs)
    packed = spill.pack(KEY, "members", 1, {"a": 1})
    assert packed["members_at"] is None
    assert unpacked(spill, packed) == b'{"a":1}'
    assert blobs.data == {}


def test_nothing_has_no_attributes():
    spill = Spill(MemoryBlobs())
    packed = spill.pack(KEY, "intent", 1, None)
    assert packed == {"intent": None, "intent_at": None}
    assert unpacked(spill, packed, "intent") is None


def test_what_is_long_lies_under_its_tenant():
    blobs = MemoryBlobs()
    spill = Spill(blobs)
    packed = spill.pack(KEY, "members", 7, long())
    assert packed["members"] is None
    assert packed["members_at"].startswith("groups/tenant=acme/")
    assert "/members-00000000000007-" in packed["members_at"]
    assert unpacked(spill, packed) == f'"{long()}"'.encode()


def test_writers_of_one_version_do_not_overwrite_each_other():
    spill = Spill(MemoryBlobs())
    one = spill.pack(KEY, "members", 7, long(1))
    other = spill.pack(KEY, "members", 7, long(2))
    assert one["members_at"] != other["members_at"]
    assert unpacked(spill, one) == f'"{long(1)}"'.encode()


def test_a_replaced_blob_is_deleted_after_the_write():
    blobs = MemoryBlobs()
    spill = Spill(blobs)
    first = spill.pack(KEY, "members", 1, long(1))
    spill.replaced(KEY, first)
    second = spill.pack(KEY, "members", 2, long(2))
    assert set(blobs.data) == {first["members_at"], second["members_at"]}
    spill.replaced(KEY, second)
    assert set(blobs.data) == {second["members_at"]}
    spill.replaced(KEY, spill.pack(KEY, "members", 3, {}))
    assert blobs.data == {}


def test_a_blob_that_was_written_again_is_kept():
    blobs = MemoryBlobs()
    spill = Spill(blobs)
    for _ in range(2):
        packed = spill.pack(KEY, "told", 1, long())
        spill.replaced(KEY, packed)
    assert set(blobs.data) == {packed["told_at"]}


def test_another_process_cleans_up_what_it_has_read():
    blobs = MemoryBlobs()
    packed = Spill(blobs).pack(KEY, "members", 1, long())
    other = Spill(blobs)
    unpacked(other, packed)
    other.replaced(KEY, other.pack(KEY, "members", 2, {}))
    assert blobs.data == {}


def test_a_blob_that_cannot_be_deleted_is_left():
    class Stubborn(MemoryBlobs):
        def delete(self, key):
            raise Retryable("no")

    spill = Spill(Stubborn())
    spill.replaced(KEY, spill.pack(KEY, "members", 1, long()))
    spill.replaced(KEY, spill.pack(KEY, "members", 2, {}))


def test_a_blob_that_is_gone_was_replaced():
    blobs = MemoryBlobs()
    spill = Spill(blobs)
    packed = spill.pack(KEY, "members", 1, long())
    blobs.data.clear()
    with pytest.raises(SpillMoved):
        unpacked(spill, packed)


def test_what_is_remembered_is_bounded():
    spill = Spill(MemoryBlobs())
    for index in range(_REMEMBERED_LIMIT + 1):
        key = GroupKey("acme", f"r{index}")
        spill.replaced(key, {"members": None, "members_at": "blob"})
    assert len(spill._known) <= _REMEMBERED_LIMIT
