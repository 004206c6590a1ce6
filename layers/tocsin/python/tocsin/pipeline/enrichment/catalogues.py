"""The service catalogues that an environment holds in memory, each loaded once."""

from collections import OrderedDict
from collections.abc import Callable
from functools import cached_property

import msgspec

from tocsin.domain.enrichment.catalogue import Catalogue, decode
from tocsin.domain.errors import TocsinError
from tocsin.ports import Clock, References

RETRY_S = 60.0
# In memory a catalogue takes about three times its encoded size.
CACHE_LIMIT_BYTES = 64 * 1024 * 1024
_FAILURES_LIMIT = 10_000

Key = tuple[str, str]


class _Loaded(msgspec.Struct):
    catalogue: Catalogue
    size_bytes: int
    used_at_s: float


class Catalogues:
    """Catalogues by tenant and digest, the least recently used one first.

    What reads the files is made when the first one is wanted: most tenants have none.
    """

    def __init__(
        self, make: Callable[[], References], clock: Clock, limit_bytes: int = CACHE_LIMIT_BYTES
    ) -> None:
        self._make = make
        self._clock = clock
        self._limit_bytes = limit_bytes
        self._loaded: OrderedDict[Key, _Loaded] = OrderedDict()
        self._size_bytes = 0
        # Until when what cannot be loaded is left alone, and why it cannot.
        self._failed: dict[Key, tuple[float, str]] = {}

    def __call__(self, tenant: str, digest: str) -> Catalogue | str:
        """Return a catalogue, or why it is not at hand; that is tried again after a minute."""
        key, now_s = (tenant, digest), self._clock()
        held = self._loaded.get(key)
        if held is not None:
            held.used_at_s = now_s
            self._loaded.move_to_end(key)
            return held.catalogue
        until_s, why = self._failed.get(key, (now_s, ""))
        if now_s < until_s:
            return why
        try:
            return self._load(key, now_s)
        except TocsinError as error:
            return self._give_up(key, f"the service catalogue cannot be read: {error}", now_s)

    @cached_property
    def _references(self) -> References:
        return self._make()

    def _load(self, key: Key, now_s: float) -> Catalogue | str:
        data = self._references.get(*key)
        if not self._make_room(len(data), now_s):
            # Whatever was thrown out now would be read again with the next alert.
            return self._give_up(key, "too many service catalogues are in use", now_s)
        catalogue = decode(data)
        self._failed.pop(key, None)
        self._loaded[key] = _Loaded(catalogue, len(data), now_s)
        self._size_bytes += len(data)
        return catalogue

    def _make_room(self, size_bytes: int, now_s: float) -> bool:
        """Drop what nobody used for a minute, as far as is needed."""
        while self._loaded and self._size_bytes + size_bytes > self._limit_bytes:
            key, oldest = next(iter(self._loaded.items()))
            if now_s - oldest.used_at_s < RETRY_S:
                return False
            del self._loaded[key]
            self._size_bytes -= oldest.size_bytes
        return True

    def _give_up(self, key: Key, why: str, now_s: float) -> str:
        if len(self._failed) >= _FAILURES_LIMIT:
            self._failed.clear()
        self._failed[key] = (now_s + RETRY_S, why)
        return why
