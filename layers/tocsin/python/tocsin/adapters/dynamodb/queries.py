"""Query, page after page."""

from collections.abc import Iterator, Mapping
from typing import Any

from tocsin.adapters.aws import translated
from tocsin.adapters.dynamodb.attributes import Item, Value, attribute
from tocsin.adapters.dynamodb.expressions import aliases


def query_all(
    client: Any, table: str, condition: str, bound: Mapping[str, Value], **options: Any
) -> Iterator[Item]:
    """Return the items that meet a key condition, in the order of their sort key.

    In `condition`, `#name` stands for an attribute and `:name` for a value of `bound`. Pages
    are read as they are consumed.
    """
    parameters = {
        "TableName": table,
        "KeyConditionExpression": condition,
        "ExpressionAttributeNames": aliases(condition),
        "ExpressionAttributeValues": {
            f":{name}": attribute(value) for name, value in bound.items()
        },
        **options,
    }
    while True:
        with translated("dynamodb"):
            answer = client.query(**parameters)
        yield from answer["Items"]
        if "LastEvaluatedKey" not in answer:
            return
        parameters["ExclusiveStartKey"] = answer["LastEvaluatedKey"]
