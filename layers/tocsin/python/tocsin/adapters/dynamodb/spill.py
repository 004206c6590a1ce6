"""Parts of a group, packed; in a blob where they are too long for the item.

An item may hold 400 KB, and members, told and intent share it. So each has two attributes,
`members` with the data or `members_at` with the key of the blob.
"""

from contextlib import suppress
from hashlib import blake2b
from typing import Any, Literal

import msgspec

from tocsin.domain.compression import compress, decompress
from tocsin.domain.errors import Conflict, Permanent, TocsinError
from tocsin.domain.group import GroupKey
from tocsin.ports import Blobs

Part = Literal["members", "told", "intent", "muted"]
PARTS: tuple[Part, ...] = ("members", "told", "intent", "muted")

INLINE_LIMIT_BYTES = 120_000
_UNPACKED_LIMIT_BYTES = 256 * 1024 * 1024
# Blobs to delete are remembered from read to write; what is forgotten is only not cleaned up.
_REMEMBERED_LIMIT = 1000

Packed = dict[str, bytes | str | None]


class SpillMoved(Conflict):
    """A blob that is gone: its group was written since the item was read."""


class Spill:
    """Pack and unpack, and delete the blobs that a write has replaced."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs
        self._known: dict[tuple[str, Part], str] = {}

    def pack(self, key: GroupKey, part: Part, moment: int, value: Any) -> Packed:
        """Return the two attributes of a part; None has neither.

        `moment` must differ for any two writes of this part that can both succeed: a blob
        that one of them replaces is never one that the other has written.
        """
        if value is None:
            return {part: None, f"{part}_at": None}
        data = compress(msgspec.json.encode(value))
        if len(data) <= INLINE_LIMIT_BYTES:
            return {part: data, f"{part}_at": None}
        # The content is in the name as well: two writers of one moment, of whom one will fail
        # its condition, must not overwrite each other.
        digest = blake2b(data, digest_size=8).hexdigest()
        group = blake2b(key.id.encode(), digest_size=16).hexdigest()
        blob = f"groups/tenant={key.tenant}/{group}/{part}-{moment:014d}-{digest}.zst"
        self._blobs.put(blob, data)
        return {part: None, f"{part}_at": blob}

    def unpack(self, stored: dict[str, Any], part: Part) -> bytes | None:
        """Return the JSON of a part of a plain item, or None if it has none.

        Raises SpillMoved if the blob is gone.
        """
        data: bytes | None = stored.get(part)
        blob: str | None = stored.get(f"{part}_at")
        if blob is not None:
            self._remember(stored["pk"], part, blob)
            try:
                data = self._blobs.get(blob)
            except Permanent as error:
                raise SpillMoved(f"the {part} of a group moved while it was read") from error
        return None if data is None else decompress(data, _UNPACKED_LIMIT_BYTES)

    def replaced(self, key: GroupKey, packed: Packed) -> None:
        """Delete, if possible, the blobs of parts that were just written anew."""
        for part in PARTS:
            if part not in packed:
                continue
            old, new = self._known.pop((key.id, part), None), packed[f"{part}_at"]
            if isinstance(new, str):
                self._remember(key.id, part, new)
            if old is not None and old != new:
                with suppress(TocsinError):
                    self._blobs.delete(old)

    def _remember(self, pk: str, part: Part, blob: str) -> None:
        if len(self._known) >= _REMEMBERED_LIMIT:
            self._known.clear()
        self._known[pk, part] = blob
