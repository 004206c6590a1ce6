"""Applied configurations in the control table, every version kept."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import msgspec

from tocsin.adapters.aws import translated
from tocsin.adapters.dynamodb.attributes import Item, Value, attribute
from tocsin.adapters.dynamodb.formats import CONFIGURATION, NewerFormat, upgraded, versioned
from tocsin.adapters.dynamodb.queries import query_all
from tocsin.adapters.dynamodb.transactions import write
from tocsin.domain.compression import compress, decompress
from tocsin.domain.config import TenantConfig
from tocsin.domain.errors import ConfigurationError

_CURRENT = f"{CONFIGURATION}current"
# One item a tenant in one partition, since a scan would read everything else as well.
_TENANTS = "tenants"

# An item has at most 400 KB (409,600 bytes), and the rest of it needs some hundred.
_PACKED_LIMIT_BYTES = 400_000
_UNPACKED_LIMIT_BYTES = 64 * 1024 * 1024

_decoder = msgspec.json.Decoder(TenantConfig)


class DynamoConfigs:
    """One item a version, and a copy of the newest under a fixed key."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def current(self, tenant: str) -> TenantConfig | None:
        """Return the newest applied version. Raises NewerFormat if this release cannot read it."""
        return self._get(tenant, _CURRENT)

    def version(self, tenant: str, version: int) -> TenantConfig | None:
        """Return one applied version. Raises NewerFormat if this release cannot read it."""
        return self._get(tenant, _version_key(version))

    def apply(self, config: TenantConfig, source: str, at_s: float) -> None:
        """Store `config` as the version after the current one.

        Of `source`, which may hold secrets in comments, only the checksum is kept. Raises
        Conflict if the version is not the next, and ConfigurationError if it is too long.
        """
        values: dict[str, Value | None] = {
            "version": config.version,
            "doc": _packed(config),
            "source_sha256": sha256(source.encode()).hexdigest(),
            "applied_at_s": at_s,
        }
        pk = f"tenant#{config.tenant}"
        current = self._put({"pk": pk, "sk": _CURRENT, **values})
        if config.version == 1:
            current |= {"ConditionExpression": "attribute_not_exists(pk)"}
        else:
            current |= {
                "ConditionExpression": "#version = :previous",
                "ExpressionAttributeNames": {"#version": "version"},
                "ExpressionAttributeValues": {":previous": attribute(config.version - 1)},
            }
        version = self._put({"pk": pk, "sk": _version_key(config.version), **values})
        version["ConditionExpression"] = "attribute_not_exists(pk)"
        tenant = self._put({"pk": _TENANTS, "sk": config.tenant, "rules": len(config.rules)})
        write(self._client, [{"Put": version}, {"Put": current}, {"Put": tenant}])

    def tenants(self) -> list[str]:
        """Return the names of all tenants that ever had a configuration, sorted."""
        return [stored["sk"]["S"] for stored in self._listed()]

    def rules(self) -> dict[str, int]:
        """Return how many rules each tenant has, in one query for some thousands of tenants."""
        listed = {each["sk"]["S"]: each.get("rules") for each in self._listed()}
        return {tenant: int(count["N"]) for tenant, count in listed.items() if count is not None}

    def _listed(self) -> Iterator[Item]:
        bound = {"pk": _TENANTS}
        return query_all(self._client, self._table, "#pk = :pk", bound, ConsistentRead=True)

    def _put(self, values: dict[str, Value | None]) -> dict[str, Any]:
        return {"TableName": self._table, "Item": versioned("control", values)}

    def _get(self, tenant: str, sk: str) -> TenantConfig | None:
        key = {"pk": attribute(f"tenant#{tenant}"), "sk": attribute(sk)}
        with translated("dynamodb"):
            answer = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        stored: Item | None = answer.get("Item")
        if stored is None:
            return None
        return _decoded(tenant, upgraded("control", stored))


def _packed(config: TenantConfig) -> bytes:
    packed = compress(msgspec.json.encode(config))
    if len(packed) > _PACKED_LIMIT_BYTES:
        raise ConfigurationError(
            f"the configuration of {config.tenant} has {len(packed)} bytes, compressed, of which "
            f"{_PACKED_LIMIT_BYTES} can be stored: give it fewer or shorter rules"
        )
    return packed


def _decoded(tenant: str, stored: Item) -> TenantConfig:
    try:
        return _decoder.decode(decompress(stored["doc"]["B"], _UNPACKED_LIMIT_BYTES))
    except msgspec.DecodeError as error:
        # Only where, since the text may quote what stands there.
        place = str(error).partition(" - at ")[2] or type(error).__name__
        raise NewerFormat(
            f"this release cannot read the configuration of {tenant} ({place}), which a newer "
            "release applied: use the newer release"
        ) from None


def _version_key(version: int) -> str:
    return f"{CONFIGURATION}{version:08d}"
