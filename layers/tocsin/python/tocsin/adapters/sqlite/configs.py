"""Applied configurations in a table, every version kept."""

from hashlib import sha256

import msgspec

from tocsin.adapters.sqlite.database import Connection, Database
from tocsin.domain.config import TenantConfig
from tocsin.domain.errors import ConfigurationError, Conflict

_NEWEST = "SELECT doc FROM configs WHERE tenant = ? ORDER BY version DESC LIMIT 1"
_ONE = "SELECT doc FROM configs WHERE tenant = ? AND version = ?"
_LAST = "SELECT coalesce(max(version), 0) FROM configs WHERE tenant = ?"
_INSERT = (
    "INSERT INTO configs (tenant, version, doc, source_sha256, applied_at_s) VALUES (?, ?, ?, ?, ?)"
)

_decoder = msgspec.json.Decoder(TenantConfig)


class SqliteConfigs:
    """One row a version."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def current(self, tenant: str) -> TenantConfig | None:
        """Return the newest applied version."""
        return self._one(_NEWEST, (tenant,))

    def version(self, tenant: str, version: int) -> TenantConfig | None:
        """Return one applied version."""
        return self._one(_ONE, (tenant, version))

    def apply(self, config: TenantConfig, source: str, at_s: float) -> None:
        """Store `config`, and of `source`, which may hold secrets, the checksum.

        Raises Conflict if its version is not the next.
        """
        digest = sha256(source.encode()).hexdigest()
        doc = msgspec.json.encode(config)

        def job(file: Connection) -> None:
            (last,) = file.execute(_LAST, (config.tenant,)).fetchone()
            if config.version != last + 1:
                raise Conflict(f"version {config.version} is not the next one")
            file.execute(_INSERT, (config.tenant, config.version, doc, digest, at_s))

        self._database.write(job, durable=True)

    def tenants(self) -> list[str]:
        """Return the names of all tenants that ever had a configuration, sorted."""
        statement = "SELECT DISTINCT tenant FROM configs ORDER BY tenant"
        found = self._database.read(lambda file: file.execute(statement).fetchall())
        return [tenant for (tenant,) in found]

    def rules(self) -> dict[str, int]:
        """Return how many rules each tenant has."""
        found = {tenant: self.current(tenant) for tenant in self.tenants()}
        return {tenant: len(each.rules) for tenant, each in found.items() if each is not None}

    def _one(self, statement: str, bound: tuple[str | int, ...]) -> TenantConfig | None:
        found = self._database.read(lambda file: file.execute(statement, bound).fetchone())
        if found is None:
            return None
        try:
            return _decoder.decode(found[0])
        except msgspec.DecodeError as error:
            # Only where, since the text may quote what stands there.
            place = str(error).partition(" - at ")[2] or type(error).__name__
            raise ConfigurationError(
                f"this release cannot read a stored configuration ({place}): use a newer one"
            ) from None
