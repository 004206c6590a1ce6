"""When API keys were last used, to the hour, at next to no cost."""

from collections.abc import Callable
from contextlib import suppress

from tocsin.domain.errors import TocsinError
from tocsin.ports import ApiKey, Seen

EVERY_S = 3600.0


class LastUsed:
    """Stamp a key at most once an hour and process; a stamp that fails is no failure."""

    def __init__(self, seen: Callable[[], Seen]) -> None:
        self._seen = seen
        self._stamped: dict[str, float] = {}

    def note(self, key: ApiKey, at_s: float) -> None:
        """Note that a key was used."""
        stamped_at_s = self._stamped.get(key.id)
        if stamped_at_s is not None and at_s - stamped_at_s < EVERY_S:
            return
        # Before the attempt: what does not answer is not asked with every request.
        self._stamped[key.id] = at_s
        with suppress(TocsinError):
            self._seen().stamp(key.tenant, key.id, at_s)
