"""Circuit breakers in memory."""

from msgspec.structs import replace

from tocsin.domain.breaker import Breaker
from tocsin.domain.errors import Conflict

_KEPT_S = 86_400.0


class MemoryBreakers:
    """Breakers by key; what has expired stays, as it does where TTL is late."""

    def __init__(self) -> None:
        self.breakers: dict[str, tuple[Breaker, float]] = {}
        self.writes = 0

    def read(self, key: str, now_s: float) -> Breaker | None:
        """Return what is stored and has not expired."""
        found, expires_at_s = self.breakers.get(key, (None, 0.0))
        return found if expires_at_s > now_s else None

    def write(self, breaker: Breaker, now_s: float) -> None:
        """Store the next version. Raises Conflict if the stored one has changed or appeared."""
        found, expires_at_s = self.breakers.get(breaker.key, (None, 0.0))
        version = 0 if found is None else found.version
        is_gone = breaker.version == 0 and expires_at_s <= now_s
        if version != breaker.version and not is_gone:
            raise Conflict("the breaker has changed since it was read")
        self.writes += 1
        stored = replace(breaker, version=breaker.version + 1)
        self.breakers[breaker.key] = (stored, now_s + _KEPT_S)
