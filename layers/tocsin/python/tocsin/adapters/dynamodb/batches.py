"""BatchGetItem and BatchWriteItem until nothing is left unprocessed."""

from collections.abc import Callable, Iterator, Sequence
from time import sleep
from typing import Any

from tocsin.adapters.aws import translated
from tocsin.adapters.dynamodb.attributes import Item
from tocsin.domain.errors import Retryable

GET_LIMIT = 100
WRITE_LIMIT = 25

_TRIES = 5
_PAUSE_S = 0.025

Pause = Callable[[float], None]


def get_all(client: Any, table: str, keys: Sequence[Item], pause: Pause = sleep) -> Iterator[Item]:
    """Read items consistently, in no order; keys that are not there give none.

    `keys` must be distinct. Raises Retryable if some stay unprocessed.
    """
    for start in range(0, len(keys), GET_LIMIT):
        left = list(keys[start : start + GET_LIMIT])
        for attempt in range(_TRIES):
            _wait(attempt, pause)
            request = {table: {"Keys": left, "ConsistentRead": True}}
            with translated("dynamodb"):
                answer = client.batch_get_item(RequestItems=request)
            yield from answer["Responses"].get(table, ())
            left = answer.get("UnprocessedKeys", {}).get(table, {}).get("Keys", [])
            if not left:
                break
        else:
            raise Retryable(f"dynamodb BatchGetItem: {len(left)} keys stay unprocessed")


def put_all(client: Any, table: str, items: Sequence[Item], pause: Pause = sleep) -> None:
    """Put items, which must differ in their keys. Raises Retryable if some stay unprocessed."""
    _write_all(client, table, [{"PutRequest": {"Item": item}} for item in items], pause)


def delete_all(client: Any, table: str, keys: Sequence[Item], pause: Pause = sleep) -> None:
    """Delete items, whether they exist or not. Raises Retryable if some stay unprocessed.

    `keys` must be distinct.
    """
    _write_all(client, table, [{"DeleteRequest": {"Key": key}} for key in keys], pause)


def _write_all(client: Any, table: str, requests: Sequence[dict[str, Any]], pause: Pause) -> None:
    for start in range(0, len(requests), WRITE_LIMIT):
        left = list(requests[start : start + WRITE_LIMIT])
        for attempt in range(_TRIES):
            _wait(attempt, pause)
            with translated("dynamodb"):
                answer = client.batch_write_item(RequestItems={table: left})
            left = answer.get("UnprocessedItems", {}).get(table, [])
            if not left:
                break
        else:
            raise Retryable(f"dynamodb BatchWriteItem: {len(left)} items stay unprocessed")


def _wait(attempt: int, pause: Pause) -> None:
    if attempt:
        pause(_PAUSE_S * 2**attempt)
