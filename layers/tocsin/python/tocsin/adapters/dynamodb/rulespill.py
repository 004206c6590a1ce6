"""The state of a rule, packed; in a blob where it is too long for its item.

An item may hold 400 KB. So a state has one of two attributes, `doc` with the data or `doc_at` with
the key of the blob.
"""

from contextlib import suppress
from hashlib import blake2b
from typing import Any

import msgspec

from tocsin.adapters.dynamodb.attributes import Item, Value
from tocsin.domain.compression import compress, decompress
from tocsin.domain.errors import Permanent, TocsinError
from tocsin.domain.rulestate import RuleState
from tocsin.ports import Blobs

INLINE_LIMIT_BYTES = 300_000
# Of JSON: what a worker can still work with.
LIMIT_BYTES = 64 * 1024 * 1024
# Whatever fits leaves room for the note that the next state does not.
_ROOM_BYTES = 8_000
# Blobs to delete are remembered from read to write; what is forgotten is only not cleaned up.
_REMEMBERED_LIMIT = 1000

_decoder = msgspec.json.Decoder(RuleState)


class RuleSpill:
    """Packs and unpacks, and deletes the blobs that a write has replaced."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs
        self._known: dict[tuple[str, str], str] = {}

    def pack(self, state: RuleState) -> dict[str, Value | None]:
        """Return the two attributes of a state, of which one is None.

        Raises Permanent for a state that nobody could read again.
        """
        text = msgspec.json.encode(state)
        if len(text) > LIMIT_BYTES - (0 if state.failure else _ROOM_BYTES):
            raise Permanent(f"rule {state.rule} has too many series that are not well to remember")
        data = compress(text)
        if len(data) <= INLINE_LIMIT_BYTES:
            return {"doc": data, "doc_at": None}
        # Two writers of one version, of whom one will fail its condition, must not overwrite each
        # other.
        digest = blake2b(data, digest_size=8).hexdigest()
        rule = blake2b(state.rule.encode(), digest_size=16).hexdigest()
        key = f"rules/tenant={state.tenant}/{rule}/{state.version:012d}-{digest}.zst"
        self._blobs.put(key, data)
        return {"doc": None, "doc_at": key}

    def unpack(self, stored: Item) -> RuleState:
        """Return the state of an item. Raises Permanent if its blob is gone: it was replaced."""
        at: Any = stored.get("doc_at")
        data = self._blobs.get(at["S"]) if at else bytes(stored["doc"]["B"])
        state = _decoder.decode(decompress(data, LIMIT_BYTES))
        if at:
            self._remember(state, at["S"])
        return state

    def replaced(self, state: RuleState, key: object) -> None:
        """Delete, if possible, the blob that the former state of a rule was in.

        `key` is that of its state by now, if that is in a blob, too.
        """
        old = self._known.pop((state.tenant, state.rule), None)
        if isinstance(key, str):
            self._remember(state, key)
        if old is not None and old != key:
            with suppress(TocsinError):
                self._blobs.delete(old)

    def _remember(self, state: RuleState, key: str) -> None:
        if len(self._known) >= _REMEMBERED_LIMIT:
            self._known.clear()
        self._known[state.tenant, state.rule] = key
