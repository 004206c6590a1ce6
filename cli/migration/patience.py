"""Waiting for a service that is busy: nobody is paged by a migration, so it can wait for long."""

from collections.abc import Callable
from typing import TypeVar

from tocsin.adapters.dynamodb.formats import NewerFormat
from tocsin.domain.errors import Conflict, Retryable

Pause = Callable[[float], None]
Result = TypeVar("Result")

PAUSES_S = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0)


def patiently(call: Callable[[], Result], pause: Pause) -> Result:
    """Call until it succeeds, with growing pauses, for some 40 seconds in all.

    Raises at once what waiting does not mend: Conflict, NewerFormat, and all but Retryable.
    """
    for wait_s in PAUSES_S:
        try:
            return call()
        except (Conflict, NewerFormat):
            raise
        except Retryable:
            pause(wait_s)
    return call()
