"""Writes that happen together or not at all."""

from collections.abc import Callable, Sequence
from hashlib import blake2b
from time import sleep
from typing import Any

import msgspec
from botocore.exceptions import ClientError

from tocsin.adapters.aws import AWS_ERRORS, error_codes, translate
from tocsin.adapters.dynamodb.attributes import Item
from tocsin.domain.errors import Conflict, TocsinError

# One action of TransactWriteItems: {"Put": parameters} or {"Update": parameters}.
Action = dict[str, dict[str, Any]]

_TRIES = 4
_PAUSE_S = 0.025
_IN_USE = {"TransactionConflict", "TransactionConflictException"}


class ConditionFailed(Conflict):
    """A condition that did not hold; `found` are the items as they are, where the action asks."""

    def __init__(self, reason: str, found: list[Item]) -> None:
        super().__init__(reason)
        self.found = found


def token(content: Any) -> str:
    """Return an idempotency token that follows from what is written."""
    return blake2b(msgspec.json.encode(content), digest_size=16).hexdigest()


def write(client: Any, actions: Sequence[Action], pause: Callable[[float], None] = sleep) -> Any:
    """Write all actions or none; a single one as the plain call, at half the price.

    Returns the answer of the service. Another transaction in progress on the same item is
    waited for, briefly. Raises ConditionFailed, or Conflict if the items stay in use.
    """
    for attempt in range(_TRIES - 1):
        try:
            return _call(client, actions)
        except AWS_ERRORS as error:
            if not _is_in_use(error):
                raise _translate(error) from error
        pause(_PAUSE_S * 2**attempt)
    try:
        return _call(client, actions)
    except AWS_ERRORS as error:
        raise _translate(error) from error


def _call(client: Any, actions: Sequence[Action]) -> Any:
    if len(actions) > 1:
        return client.transact_write_items(
            TransactItems=list(actions), ClientRequestToken=token(actions)
        )
    ((kind, parameters),) = actions[0].items()
    return client.put_item(**parameters) if kind == "Put" else client.update_item(**parameters)


def _is_in_use(error: Exception) -> bool:
    return isinstance(error, ClientError) and error_codes(error) <= _IN_USE


def _translate(error: Exception) -> TocsinError:
    translated = translate(error, "dynamodb")
    if not isinstance(error, ClientError) or not isinstance(translated, Conflict):
        return translated
    if error_codes(error) <= _IN_USE:
        return translated
    response: Any = error.response
    failures = response.get("CancellationReasons", [response])
    found = [failure["Item"] for failure in failures if failure.get("Item")]
    return ConditionFailed(translated.reason, found)
