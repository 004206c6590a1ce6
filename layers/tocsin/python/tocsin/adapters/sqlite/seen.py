"""What ingest remembers of senders, in two tables."""

from tocsin.adapters.sqlite.database import Database
from tocsin.ports import Accepted


class SqliteSeen:
    """One row a signed request, one a key."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, tenant: str, request: str, now_s: float) -> Accepted | None:
        """Return what was accepted under this name and has not expired."""
        statement = (
            "SELECT digest FROM requests WHERE tenant = ? AND request = ? AND expires_at_s > ?"
        )
        bound = (tenant, request, now_s)
        found = self._database.read(lambda file: file.execute(statement, bound).fetchone())
        return None if found is None else Accepted(found[0])

    def remember(self, tenant: str, request: str, accepted: Accepted, until_s: float) -> None:
        """Note a request that the queue has."""
        statement = (
            "INSERT OR REPLACE INTO requests (tenant, request, digest, expires_at_s)"
            " VALUES (?, ?, ?, ?)"
        )
        values = (tenant, request, accepted.digest, until_s)
        self._database.write(lambda file: file.execute(statement, values))

    def stamp(self, tenant: str, key_id: str, at_s: float) -> None:
        """Note that a key was used at about this time."""
        statement = "INSERT OR REPLACE INTO stamps (tenant, key_id, at_s) VALUES (?, ?, ?)"
        self._database.write(lambda file: file.execute(statement, (tenant, key_id, at_s)))

    def stamps(self, tenant: str) -> dict[str, float]:
        """Return when each of a tenant's keys was last used, by id."""
        statement = "SELECT key_id, at_s FROM stamps WHERE tenant = ?"
        return dict(self._database.read(lambda file: file.execute(statement, (tenant,)).fetchall()))
