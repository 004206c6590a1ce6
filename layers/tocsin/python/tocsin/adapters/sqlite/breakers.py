"""Circuit breakers in a table."""

from tocsin.adapters.sqlite.database import Database
from tocsin.adapters.sqlite.shortlived import ShortLived
from tocsin.domain.breaker import Breaker


class SqliteBreakers(ShortLived[Breaker]):
    """One row an endpoint that has failed; none for the others."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, Breaker)
