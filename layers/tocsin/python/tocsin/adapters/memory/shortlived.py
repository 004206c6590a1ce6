"""State that is worth a day at most, in memory, written by version."""

from typing import Any, Generic, TypeVar

from msgspec.structs import replace

from tocsin.domain.errors import Conflict
from tocsin.ports.delivery import Versioned

_KEPT_S = 86_400.0


Kept = TypeVar("Kept", bound=Versioned)


class ShortLived(Generic[Kept]):
    """Records by key; what has expired stays, as it does where TTL is late."""

    def __init__(self) -> None:
        self.kept: dict[str, tuple[Kept, float]] = {}
        self.writes = 0

    def read(self, key: str, now_s: float) -> Kept | None:
        """Return what is stored and has not expired."""
        if key not in self.kept:
            return None
        found, expires_at_s = self.kept[key]
        return found if expires_at_s > now_s else None

    def write(self, kept: Kept, now_s: float) -> None:
        """Store the next version. Raises Conflict if the stored one has changed or appeared."""
        version, expires_at_s = 0, 0.0
        if kept.key in self.kept:
            found, expires_at_s = self.kept[kept.key]
            version = found.version
        is_gone = kept.version == 0 and expires_at_s <= now_s
        if version != kept.version and not is_gone:
            raise Conflict("the record has changed since it was read")
        self.writes += 1
        stored: Any = replace(kept, version=kept.version + 1)  # type: ignore[type-var]
        self.kept[kept.key] = (stored, now_s + _KEPT_S)
