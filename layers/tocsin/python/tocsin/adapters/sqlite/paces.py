"""How much receivers were told lately, in the table of circuit breakers."""

from tocsin.adapters.sqlite.database import Database
from tocsin.adapters.sqlite.shortlived import ShortLived
from tocsin.domain.pace import Pace


class SqlitePaces(ShortLived[Pace]):
    """One row a receiver that is told at a pace; none for the others."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, Pace)
