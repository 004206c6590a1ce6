"""What ingest remembers of senders: signed requests it accepted, and when keys were used.

All of it can be lost, so this table has no formats. Both kinds of item expire.
"""

from typing import Any

from tocsin.adapters.aws import translated
from tocsin.adapters.dynamodb.attributes import attribute, expiry, item
from tocsin.adapters.dynamodb.queries import query_all
from tocsin.ports import Accepted

# Longer than the longest time that anybody looks back at an unused key.
STAMP_KEPT_S = 400 * 86_400.0


class DynamoSeen:
    """One item a signed request, one a key."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def find(self, tenant: str, request: str, now_s: float) -> Accepted | None:
        """Return what was accepted under this name and has not expired, consistently."""
        key = {"pk": attribute(f"request#{tenant}"), "sk": attribute(request)}
        with translated("dynamodb"):
            answer = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        stored = answer.get("Item")
        # TTL deletes up to two days late.
        if stored is None or float(stored["expires_at_s"]["N"]) <= now_s:
            return None
        return Accepted(stored["digest"]["S"])

    def remember(self, tenant: str, request: str, accepted: Accepted, until_s: float) -> None:
        """Note a request that the queue has."""
        values = {"digest": accepted.digest, "expires_at_s": expiry(until_s)}
        self._put({"pk": f"request#{tenant}", "sk": request, **values})

    def stamp(self, tenant: str, key_id: str, at_s: float) -> None:
        """Note that a key was used at about this time."""
        values = {"at_s": at_s, "expires_at_s": expiry(at_s + STAMP_KEPT_S)}
        self._put({"pk": f"used#{tenant}", "sk": key_id, **values})

    def stamps(self, tenant: str) -> dict[str, float]:
        """Return when each of a tenant's keys was last used, by id."""
        bound = {"pk": f"used#{tenant}"}
        found = query_all(self._client, self._table, "#pk = :pk", bound, ConsistentRead=True)
        return {stored["sk"]["S"]: float(stored["at_s"]["N"]) for stored in found}

    def _put(self, values: dict[str, Any]) -> None:
        with translated("dynamodb"):
            self._client.put_item(TableName=self._table, Item=item(values))
