"""How much receivers were told lately, in memory."""

from tocsin.adapters.memory.shortlived import ShortLived
from tocsin.domain.pace import Pace


class MemoryPaces(ShortLived[Pace]):
    """Records by key."""
