"""Circuit breakers in memory."""

from tocsin.adapters.memory.shortlived import ShortLived
from tocsin.domain.breaker import Breaker


class MemoryBreakers(ShortLived[Breaker]):
    """Breakers by key."""
