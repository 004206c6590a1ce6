"""Circuit breakers in a table of their own, one item an endpoint."""

from typing import Any

from tocsin.adapters.dynamodb.shortlived import ShortLived
from tocsin.domain.breaker import Breaker


class DynamoBreakers:
    """One small item an endpoint that has failed; none for the others."""

    def __init__(self, client: Any, table: str) -> None:
        self._kept = ShortLived(client, table, Breaker)

    def read(self, key: str, now_s: float) -> Breaker | None:
        """Return what is stored and has not expired, consistently."""
        return self._kept.read(key, now_s)

    def write(self, breaker: Breaker, now_s: float) -> None:
        """Store the next version. Raises Conflict if the stored one has changed or appeared."""
        self._kept.write(breaker, now_s)
