"""Reads the archive as somebody would who has only its description, and judges it.

An object holds, for each request, a skippable zstd frame (RFC 8878, 3.1.2) with JSON in it, and
behind that the body in a frame of `frame_bytes` bytes. Its key names tenant and hour.
"""

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec

from tests.chaos.records import Sent
from tests.chaos.world import World

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_KEY = re.compile(r"raw/tenant=([^/]+)/year=(\d+)/month=(\d\d)/day=(\d\d)/hour=(\d\d)/[^/]+\.zst")
_FIELDS = {"request", "tenant", "provider", "at_s", "frame_bytes"}
_MAGIC = b"\x54\x2a\x4d\x18"
_LEAST_BYTES = 8
# Each of two machines may be wrong by so much.
_SKEW_S = 2.5
# What rules made, which nobody sent.
_OWN = "tocsin"


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One request in the archive, and under which key."""

    key: str
    metadata: dict[str, Any]
    body: bytes


def entries(objects: dict[str, bytes]) -> Iterator[Entry]:
    """Yield all that the archive holds. Raises ValueError if an object is not as described."""
    for key, data in objects.items():
        if not key.startswith("raw/"):
            continue
        at = 0
        while at < len(data):
            head, length = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
            start = at + _LEAST_BYTES
            if head != _MAGIC or start + length > len(data):
                raise ValueError(f"{key} has no metadata frame at byte {at}")
            metadata = json.loads(data[start : start + length])
            end = start + length + metadata["frame_bytes"]
            body = bytes(zstd.decompress(data[start + length : end]))
            yield Entry(key=key, metadata=metadata, body=body)
            at = end


def judge_archive(world: World) -> Iterator[str]:
    """Every accepted body is there bit for bit, once, under its tenant and hour."""
    try:
        found = list(entries(world.stack.objects()))
    except (ValueError, KeyError, TypeError, zstd.ZstdError) as error:
        yield f"archive: cannot be read: {error!r}"
        return
    counts = Counter(each.metadata.get("request") for each in found)
    chances = _chances(world)
    for each in found:
        wrong = _wrong(each, world.requests.get(each.metadata.get("request", "")))
        if wrong and each.metadata.get("provider") != _OWN:
            yield f"archive: {each.key}, {each.metadata}: {wrong}"
    for name, sent in world.requests.items():
        if sent.is_accepted and not counts[name]:
            yield f"archive: the body of {name} of {sent.tenant} is missing"
        if counts[name] > max(1, chances[name]):
            yield f"archive: {name} is there {counts[name]} times for {chances[name]} deliveries"


def _wrong(entry: Entry, sent: Sent | None) -> str:
    """Return what is wrong with an entry, in words."""
    metadata, place = entry.metadata, _KEY.fullmatch(entry.key)
    if sent is None or place is None or set(metadata) != _FIELDS:
        return "an unknown request, key, or metadata"
    if not metadata["tenant"] == place[1] == sent.tenant:
        return f"it is of {sent.tenant}"
    hour = datetime.fromtimestamp(metadata["at_s"], UTC).strftime("%Y %m %d %H")
    if hour != " ".join(place.groups()[1:]):
        return "the hour is another"
    if not sent.from_s - _SKEW_S <= metadata["at_s"] <= sent.until_s + _SKEW_S:
        return f"it was sent at {sent.from_s}"
    if metadata["provider"] != "generic":
        return "the provider is another"
    return "" if entry.body == sent.body else "the body is another"


def _chances(world: World) -> Counter[str]:
    """Count how often enrich was given the part of a request that it was given most often.

    Beyond the first it may archive it again: a batch of other messages is another object.
    """
    deliveries: Counter[tuple[str, str]] = Counter()
    for queue, message in world.queues.handed:
        if queue.startswith("enrich") and message.body.startswith("{"):
            envelope = json.loads(message.body)
            deliveries[(envelope["id"], str(envelope.get("select")))] += 1
    chances: Counter[str] = Counter()
    for (request, _), count in deliveries.items():
        chances[request] = max(chances[request], count)
    return chances
