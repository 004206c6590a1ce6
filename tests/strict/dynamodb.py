"""What DynamoDB refuses, operation by operation."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from tests.strict.expressions import check_expressions
from tests.strict.operands import check_condition, check_key_condition, check_update_operands
from tests.strict.refusal import Refused, invalid
from tests.strict.schema import Schema, schema_of, stored
from tests.strict.updates import check_update, updated_bytes
from tests.strict.values import ITEM_LIMIT_BYTES, check_value, item_bytes

BATCH_WRITE_LIMIT = 25
BATCH_GET_LIMIT = 100
TRANSACTION_LIMIT = 100
TRANSACTION_LIMIT_BYTES = 4 * 1024 * 1024

_DUPLICATE_KEYS = "Provided list of item keys contains duplicates"
_UPDATE_TOO_LARGE = "Item size to update has exceeded the maximum allowed size"

Params = Mapping[str, Any]


def check(operation: str, params: Params) -> list[Any]:
    """Raise Refused for a request that DynamoDB would not take."""
    if operation in _OPERATIONS:
        _OPERATIONS[operation](params)
    return []


def _put(params: Params) -> None:
    _check_words(params)
    if schema := schema_of(params["TableName"]):
        _check_item(params["Item"], schema)


def _update(params: Params) -> None:
    if _check_update(params) > ITEM_LIMIT_BYTES:
        raise invalid(_UPDATE_TOO_LARGE)


def _keyed(params: Params) -> None:
    _check_words(params)
    if schema := schema_of(params["TableName"]):
        _check_values(params["Key"].values())
        schema.check_key(params["Key"])


def _query(params: Params) -> None:
    schema = schema_of(params["TableName"])
    index = params.get("IndexName")
    if params.get("Limit") is not None and params["Limit"] < 1:
        raise invalid("Value at 'limit' must have value greater than or equal to 1")
    if schema and params.get("ConsistentRead") and index in schema.indexes:
        raise invalid("Consistent reads are not supported on global secondary indexes")
    _check_words(params)
    keys = schema.indexes.get(index, schema.primary) if schema else ()
    if "KeyConditionExpression" in params:
        check_key_condition(
            params["KeyConditionExpression"],
            params.get("ExpressionAttributeNames") or {},
            params.get("ExpressionAttributeValues") or {},
            keys,
        )


def _batch_get(params: Params) -> None:
    requests = params["RequestItems"]
    _check_count("BatchGetItem", [len(each["Keys"]) for each in requests.values()], BATCH_GET_LIMIT)
    for table, request in requests.items():
        _check_words(request)
        if schema := schema_of(table):
            for key in request["Keys"]:
                _check_values(key.values())
                schema.check_key(key)
            _check_distinct([schema.key_of(key) for key in request["Keys"]], _DUPLICATE_KEYS)


def _batch_write(params: Params) -> None:
    requests = params["RequestItems"]
    _check_count("BatchWriteItem", [len(each) for each in requests.values()], BATCH_WRITE_LIMIT)
    for table, writes in requests.items():
        if schema := schema_of(table):
            keys = [_check_write(write, schema) for write in writes]
            _check_distinct(keys, _DUPLICATE_KEYS)


def _check_write(write: Params, schema: Schema) -> tuple[Any, ...]:
    if write.keys() == {"PutRequest"}:
        item = write["PutRequest"]["Item"]
        _check_item(item, schema)
        return schema.key_of(item)
    if write.keys() != {"DeleteRequest"}:
        raise invalid("Supplied AttributeValue must be exactly one of PutRequest, DeleteRequest")
    key = write["DeleteRequest"]["Key"]
    _check_values(key.values())
    schema.check_key(key)
    return schema.key_of(key)


def _transact_write(params: Params) -> None:
    writes = params["TransactItems"]
    _check_count("TransactWriteItems", [len(writes)], TRANSACTION_LIMIT)
    sizes, keys = [], []
    for action in writes:
        if len(action) != 1:
            raise invalid("TransactItems can only contain one of Check, Put, Update or Delete")
        ((kind, parameters),) = action.items()
        sizes.append(_ACTIONS[kind](parameters))
        if schema := schema_of(parameters["TableName"]):
            key = schema.key_of(parameters["Item" if kind == "Put" else "Key"])
            keys.append((parameters["TableName"], key))
    _check_distinct(keys, "Transaction request cannot include multiple operations on one item")
    if any(size_bytes > ITEM_LIMIT_BYTES for size_bytes in sizes):
        raise _cancelled(sizes)
    if sum(sizes) > TRANSACTION_LIMIT_BYTES:
        raise invalid("The aggregate size of the items in the transaction exceeds 4 MB")


def _cancelled(sizes: Sequence[int]) -> Refused:
    """Return how a transaction fails that makes an item too large."""
    too_large = {"Code": "ValidationError", "Message": _UPDATE_TOO_LARGE}
    reasons = tuple(too_large if size > ITEM_LIMIT_BYTES else {"Code": "None"} for size in sizes)
    codes = ", ".join(reason["Code"] for reason in reasons)
    message = (
        f"Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]"
    )
    return Refused("TransactionCanceledException", message, reasons)


def _size_put(params: Params) -> int:
    _put(params)
    return item_bytes(params["Item"])


def _check_update(params: Params) -> int:
    """Check an update and return the size in bytes that the item then has."""
    schema = schema_of(params["TableName"])
    _keyed(params)
    if schema is None:
        return 0
    if params.get("UpdateExpression"):
        check_update(params, schema)
        check_update_operands(
            params["UpdateExpression"], params.get("ExpressionAttributeValues") or {}
        )
    return updated_bytes(params, stored(params["TableName"], params["Key"]))


def _size_keyed(params: Params) -> int:
    _keyed(params)
    if schema_of(params["TableName"]) is None:
        return 0
    return item_bytes(stored(params["TableName"], params["Key"]) or params["Key"])


def _check_words(params: Params) -> None:
    values = params.get("ExpressionAttributeValues") or {}
    _check_values(values.values())
    check_expressions(params)
    for kind in ("ConditionExpression", "FilterExpression", "KeyConditionExpression"):
        if params.get(kind):
            check_condition(kind, params[kind], values)


def _check_item(item: Params, schema: Schema) -> None:
    _check_values(item.values())
    schema.check_item(item)
    if item_bytes(item) > ITEM_LIMIT_BYTES:
        raise invalid("Item size has exceeded the maximum allowed size")


def _check_values(values: Iterable[Params]) -> None:
    for value in values:
        check_value(value)


def _check_count(operation: str, counts: Sequence[int], limit: int) -> None:
    if not counts or not all(counts):
        raise invalid(f"The list of items of the {operation} call must not be empty")
    if sum(counts) > limit:
        raise invalid(f"Too many items requested for the {operation} call")


def _check_distinct(keys: Sequence[Any], message: str) -> None:
    if len(set(keys)) != len(keys):
        raise invalid(message)


_ACTIONS: Mapping[str, Callable[[Params], int]] = {
    "ConditionCheck": _size_keyed,
    "Delete": _size_keyed,
    "Put": _size_put,
    "Update": _check_update,
}
_OPERATIONS: Mapping[str, Callable[[Params], None]] = {
    "BatchGetItem": _batch_get,
    "BatchWriteItem": _batch_write,
    "DeleteItem": _keyed,
    "GetItem": _keyed,
    "PutItem": _put,
    "Query": _query,
    "Scan": _query,
    "TransactWriteItems": _transact_write,
    "UpdateItem": _update,
}
