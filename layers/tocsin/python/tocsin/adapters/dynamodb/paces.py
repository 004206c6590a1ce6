"""How much receivers were told lately, in the table of circuit breakers."""

from typing import Any

from tocsin.adapters.dynamodb.shortlived import ShortLived
from tocsin.domain.pace import Pace


class DynamoPaces(ShortLived[Pace]):
    """One small item a receiver that is told at a pace; none for the others."""

    def __init__(self, client: Any, table: str) -> None:
        super().__init__(client, table, Pace)
