"""API keys in the control table, found by their id and listed by their tenant."""

from typing import Any

import msgspec

from tocsin.adapters.aws import translated
from tocsin.adapters.dynamodb.attributes import Item, attribute
from tocsin.adapters.dynamodb.formats import upgraded, versioned
from tocsin.adapters.dynamodb.queries import query_all
from tocsin.adapters.dynamodb.transactions import write
from tocsin.ports import ApiKey

_decoder = msgspec.json.Decoder(ApiKey)


class DynamoKeys:
    """Two equal items a key, written together."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def find(self, key_id: str) -> ApiKey | None:
        """Return the key with this id, whoever's it is."""
        key = {"pk": attribute(f"key#{key_id}"), "sk": attribute("key")}
        with translated("dynamodb"):
            answer = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        return _key(answer["Item"]) if "Item" in answer else None

    def all(self, tenant: str) -> list[ApiKey]:
        """Return the keys of a tenant, revoked ones too, by id."""
        found = query_all(
            self._client,
            self._table,
            "#pk = :pk AND begins_with(#sk, :prefix)",
            {"pk": f"tenant#{tenant}", "prefix": "key#"},
            ConsistentRead=True,
        )
        return [_key(stored) for stored in found]

    def put(self, key: ApiKey) -> None:
        """Store or change a key. Raises Conflict if its id belongs to another tenant."""
        values = {"tenant": key.tenant, "doc": msgspec.json.encode(key).decode()}
        by_id = {
            "TableName": self._table,
            "Item": versioned("control", {"pk": f"key#{key.id}", "sk": "key", **values}),
            "ConditionExpression": "attribute_not_exists(pk) OR #tenant = :tenant",
            "ExpressionAttributeNames": {"#tenant": "tenant"},
            "ExpressionAttributeValues": {":tenant": attribute(key.tenant)},
        }
        by_tenant = {
            "TableName": self._table,
            "Item": versioned(
                "control", {"pk": f"tenant#{key.tenant}", "sk": f"key#{key.id}", **values}
            ),
        }
        write(self._client, [{"Put": by_id}, {"Put": by_tenant}])


def _key(stored: Item) -> ApiKey:
    return _decoder.decode(upgraded("control", stored)["doc"]["S"])
