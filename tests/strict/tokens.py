"""ClientRequestToken, which moto ignores: a transaction that was done is not done again."""

from typing import Any

from tests.strict.refusal import Refused, invalid

LIMIT_CHARACTERS = 36


class Tokens:
    """The tokens of transactions that succeeded; they hold as long as one test."""

    def __init__(self) -> None:
        self._done: dict[str, str] = {}

    def clear(self) -> None:
        """Forget all, as the service does after ten minutes."""
        self._done.clear()

    def check(self, params: dict[str, Any]) -> bool:
        """Tell whether this very transaction was done already. Raises Refused on a mismatch."""
        token = params.get("ClientRequestToken")
        if token is None:
            return False
        if not 1 <= len(token) <= LIMIT_CHARACTERS:
            raise invalid("Value at 'clientRequestToken' must have a length from 1 to 36")
        if token not in self._done:
            return False
        if self._done[token] != _content(params):
            raise Refused(
                "IdempotentParameterMismatchException",
                "The token was used with other parameters",
            )
        return True

    def remember(self, params: dict[str, Any]) -> None:
        """Take note of a transaction that was done."""
        if "ClientRequestToken" in params:
            self._done[params["ClientRequestToken"]] = _content(params)


def _content(params: dict[str, Any]) -> str:
    return repr(params["TransactItems"])
