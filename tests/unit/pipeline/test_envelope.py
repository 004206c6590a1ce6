"""The wire format between stages."""

import random

import msgspec
import pytest

from tests.builders import T0
from tocsin.adapters.memory import MemoryBlobs
from tocsin.domain.compression import compress, decompress, zstd
from tocsin.domain.errors import Permanent
from tocsin.domain.group import GroupKey
from tocsin.pipeline.archive import Entry, pack, unpack
from tocsin.pipeline.changes import unpack_changes
from tocsin.pipeline.envelope import (
    INLINE_LIMIT_BYTES,
    VERSION,
    Envelope,
    decode,
    encode,
    open_payload,
    seal,
)
from tocsin.pipeline.poke import pack_pokes, unpack_pokes


def _envelope(**fields: object) -> Envelope:
    defaults = {"v": VERSION, "kind": "raw", "id": "r-1", "tenant": "acme", "at_s": T0}
    return Envelope(**{**defaults, **fields})  # type: ignore[arg-type]


def test_what_is_sealed_comes_back_over_the_wire() -> None:
    blobs = MemoryBlobs()
    sealed = seal(_envelope(provider="generic", select=(0, 2)), "Grüße".encode(), blobs)
    received = decode(encode(sealed).body)
    assert received == sealed
    assert open_payload(received, blobs) == "Grüße".encode()
    assert blobs.data == {}


def test_the_message_is_ascii_so_that_bytes_are_characters() -> None:
    body = encode(seal(_envelope(), "Grüße ☃".encode() * 50, MemoryBlobs())).body
    assert body.isascii()


def test_what_would_be_too_long_lies_in_s3_and_the_message_stays_short() -> None:
    blobs = MemoryBlobs()
    payload = random.Random(1).randbytes(INLINE_LIMIT_BYTES)
    sealed = seal(_envelope(), payload, blobs)
    assert len(encode(sealed).body) < 1000
    assert next(iter(blobs.data)).startswith("claims/tenant=acme/")
    assert open_payload(sealed, blobs) == payload


def test_a_claim_that_was_tampered_with_is_refused() -> None:
    blobs = MemoryBlobs()
    sealed = seal(_envelope(), random.Random(1).randbytes(INLINE_LIMIT_BYTES), blobs)
    (key,) = blobs.data
    blobs.data[key] = compress(b"something else")
    with pytest.raises(Permanent, match="checksum"):
        open_payload(sealed, blobs)


def test_parts_of_a_request_have_identities_of_their_own() -> None:
    whole, urgent, normal = (_envelope(select=select).part for select in (None, (1,), (0, 2)))
    assert whole == "r-1"
    assert len({whole, urgent, normal}) == 3
    assert urgent == _envelope(select=(1,)).part


@pytest.mark.parametrize(
    "body", ["", "{}", "[]", '{"v":3,"kind":"raw","id":"","tenant":"","at_s":0}']
)
def test_what_is_no_envelope_of_this_version_is_refused(body: str) -> None:
    with pytest.raises(Permanent):
        decode(body)


def test_frames_that_lie_about_themselves_are_refused() -> None:
    frame = compress(b"0" * 1000)
    assert decompress(frame, 1000) == b"0" * 1000
    for broken in (b"not zstd", frame[:-2]):
        with pytest.raises(Permanent):
            decompress(broken, 1000)
    with pytest.raises(Permanent, match="grows above"):
        decompress(frame, 999)


def _entry(frame: bytes) -> Entry:
    return Entry(request="r", tenant="acme", provider="generic", at_s=T0, frame_bytes=len(frame))


def test_an_archive_gives_back_every_frame_with_who_sent_it() -> None:
    frames = [compress(b"one"), compress(b"two")]
    data = b"".join(pack(_entry(frame), frame) for frame in frames)
    assert [frame for _, frame in unpack(data)] == frames
    # Any zstd tool passes over the metadata.
    assert zstd.decompress(data) == b"onetwo"


@pytest.mark.parametrize("cut", [3, 20, -1])
def test_a_damaged_archive_says_so(cut: int) -> None:
    frame = compress(b"one")
    with pytest.raises((Permanent, msgspec.DecodeError)):
        list(unpack(pack(_entry(frame), frame)[:cut]))


def test_an_archive_without_metadata_says_so() -> None:
    with pytest.raises(Permanent, match="no metadata"):
        list(unpack(compress(b"a body alone") * 2))


def test_pokes_go_one_receiver_a_message() -> None:
    keys = [GroupKey("acme", name, (("n", str(n)),)) for name in ("a", "b") for n in range(11)]
    blobs = MemoryBlobs()
    messages = [decode(each.body) for each in pack_pokes(keys, "unit", T0, blobs)]
    assert [each.count for each in messages] == [10, 1, 10, 1]
    found = [poke.key for each in messages for poke in unpack_pokes(each, blobs)]
    assert found == keys


def test_a_poke_for_another_tenants_group_is_refused() -> None:
    (message,) = pack_pokes([GroupKey("globex", "a")], "unit", T0, MemoryBlobs())
    forged = msgspec.structs.replace(decode(message.body), tenant="acme")
    with pytest.raises(Permanent, match="another tenant"):
        unpack_pokes(forged, MemoryBlobs())


def test_payloads_of_another_shape_are_refused() -> None:
    sealed = seal(_envelope(kind="changes"), b'{"not": "a list"}', MemoryBlobs())
    with pytest.raises(Permanent):
        unpack_changes(sealed, MemoryBlobs())
    with pytest.raises(Permanent):
        unpack_pokes(sealed, MemoryBlobs())
