"""What the rules raise, and what is kept of it."""

from dataclasses import dataclass
from typing import Any, NamedTuple


class Refusal(NamedTuple):
    """A request, or one entry of a batch, that AWS would not have taken."""

    service: str
    operation: str
    code: str
    message: str


@dataclass(eq=False)
class Refused(Exception):
    """An answer of status 400; `reasons` are those of a cancelled transaction, one an action."""

    code: str
    message: str
    reasons: tuple[dict[str, Any], ...] = ()


def invalid(message: str) -> Refused:
    """Return what DynamoDB answers to nearly everything that it does not take."""
    return Refused("ValidationException", message)
