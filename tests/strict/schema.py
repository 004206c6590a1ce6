"""Keys of tables and indexes, as moto knows them, and what may be in them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType

from tests.strict.refusal import invalid
from tests.strict.values import bytes_of

PARTITION_KEY_LIMIT_BYTES = 2048
SORT_KEY_LIMIT_BYTES = 1024

_TOO_LONG = {
    PARTITION_KEY_LIMIT_BYTES: "Size of hashkey has exceeded the maximum size limit of2048 bytes",
    SORT_KEY_LIMIT_BYTES: (
        "Aggregated size of all range keys has exceeded the size limit of 1024 bytes"
    ),
}


@dataclass(frozen=True)
class KeyAttribute:
    """One attribute of a key; `index` is empty where the key is the table's."""

    name: str
    kind: str
    limit_bytes: int
    index: str = ""


@dataclass(frozen=True)
class Schema:
    """The keys of a table and of its global indexes, partition key first."""

    primary: tuple[KeyAttribute, ...]
    indexes: Mapping[str, tuple[KeyAttribute, ...]]

    def check_item(self, item: Mapping[str, Any]) -> None:
        """Raise Refused for a whole item with a key that cannot be."""
        for key in self.primary:
            if key.name not in item:
                raise invalid(
                    "One or more parameter values were invalid: "
                    f"Missing the key {key.name} in the item"
                )
            check_key_value(key, item[key.name])
        self.check_index_keys(item)

    def check_index_keys(self, item: Mapping[str, Any]) -> None:
        """Raise Refused for an attribute that is part of an index and cannot be."""
        for keys in self.indexes.values():
            for key in keys:
                if key.name in item:
                    check_key_value(key, item[key.name])

    def check_key(self, key: Mapping[str, Any]) -> None:
        """Raise Refused for a primary key that is not the table's."""
        if key.keys() != {each.name for each in self.primary}:
            raise invalid("The provided key element does not match the schema")
        for each in self.primary:
            check_key_value(each, key[each.name])

    def key_of(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        """Return the primary key of an item, to compare it with others."""
        return tuple(tuple(values[key.name].items()) for key in self.primary)


def check_key_value(key: KeyAttribute, value: Mapping[str, Any]) -> None:
    """Raise Refused for a value of another type, an empty one or one that is too long."""
    ((kind, content),) = value.items()
    if kind != key.kind:
        where = f"Index Key {key.name} IndexName: {key.index}" if key.index else f"key {key.name}"
        raise invalid(
            "One or more parameter values were invalid: "
            f"Type mismatch for {where} expected: {key.kind} actual: {kind}"
        )
    if kind == "N":
        return
    if not content:
        where = f"IndexName: {key.index}, IndexKey:" if key.index else "Key:"
        raise invalid(
            "One or more parameter values are not valid. The AttributeValue for a key attribute "
            f"cannot contain an empty string value. {where} {key.name}"
        )
    if len(bytes_of(content)) > key.limit_bytes:
        raise invalid(f"One or more parameter values were invalid: {_TOO_LONG[key.limit_bytes]}")


def schema_of(table: str) -> Schema | None:
    """Return the keys of a table by its name or ARN; None if there is none."""
    found = _table(table)
    if found is None:
        return None
    kinds = {each["AttributeName"]: each["AttributeType"] for each in found.attr}
    indexes = {
        index.name: tuple(_keys(index.schema, kinds, index.name)) for index in found.global_indexes
    }
    return Schema(tuple(_keys(found.schema, kinds, "")), indexes)


def stored(table: str, key: Mapping[str, Any]) -> dict[str, Any]:
    """Return an item as it is, read behind the API's back; empty if there is none."""
    backend = _table(table)
    assert backend is not None
    sort_key = DynamoType(key[backend.range_key_attr]) if backend.range_key_attr else None
    found = backend.get_item(DynamoType(key[backend.hash_key_attr]), sort_key)
    return {} if found is None else {name: plain(value) for name, value in found.attrs.items()}


def plain(value: Any) -> dict[str, Any]:
    """Return moto's own form of a value as the API has it."""
    content = value.value
    if value.type == "M":
        return {"M": {name: plain(each) for name, each in content.items()}}
    if value.type == "L":
        return {"L": [plain(each) for each in content]}
    return {value.type: content}


def _table(table: str) -> Any:
    backend = dynamodb_backends["123456789012"]["us-east-1"]
    return backend.tables.get(table.rpartition("/")[2])


def _keys(
    schema: Iterable[Mapping[str, str]], kinds: Mapping[str, str], index: str
) -> Iterable[KeyAttribute]:
    for element in sorted(schema, key=lambda each: each["KeyType"]):
        name = element["AttributeName"]
        is_partition = element["KeyType"] == "HASH"
        limit_bytes = PARTITION_KEY_LIMIT_BYTES if is_partition else SORT_KEY_LIMIT_BYTES
        yield KeyAttribute(name, kinds[name], limit_bytes, index)
