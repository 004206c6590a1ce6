"""How much receivers were told lately, in the table of circuit breakers."""

from typing import Any

from tocsin.adapters.dynamodb.shortlived import ShortLived
from tocsin.domain.pace import Pace


class DynamoPaces:
    """One small item a receiver that is told at a pace; none for the others."""

    def __init__(self, client: Any, table: str) -> None:
        self._kept = ShortLived(client, table, Pace)

    def read(self, key: str, now_s: float) -> Pace | None:
        """Return what is stored and has not expired, consistently."""
        return self._kept.read(key, now_s)

    def write(self, pace: Pace, now_s: float) -> None:
        """Store the next version. Raises Conflict if the stored one has changed or appeared."""
        self._kept.write(pace, now_s)
