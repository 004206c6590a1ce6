"""Circuit breakers in a table of their own, one item an endpoint."""

from typing import Any

from tocsin.adapters.dynamodb.shortlived import ShortLived
from tocsin.domain.breaker import Breaker


class DynamoBreakers(ShortLived[Breaker]):
    """One small item an endpoint that has failed; none for the others."""

    def __init__(self, client: Any, table: str) -> None:
        super().__init__(client, table, Breaker)
