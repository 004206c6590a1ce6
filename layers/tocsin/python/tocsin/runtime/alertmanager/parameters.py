"""Query parameters as Alertmanager reads them; those that it does not know are ignored."""

from collections.abc import Callable

from tocsin.domain.errors import InvalidInput
from tocsin.domain.matchers import Matcher, match_all, parse_matcher, pattern
from tocsin.runtime.gateway import HttpRequest

# Source: go-openapi/swag, convert.go. Everything else is false.
_TRUE = {"true", "1", "yes", "ok", "y", "on", "selected", "checked", "t", "enabled"}

_MESSAGE_CHARACTERS = 512


def flag(request: HttpRequest, name: str) -> bool:
    """Read a boolean that is true unless given; of several the last counts."""
    values = request.queries.get(name, ())
    return not values or not values[-1] or values[-1].lower() in _TRUE


def filters(request: HttpRequest, name: str = "filter") -> tuple[Matcher, ...]:
    """Read matchers, one a parameter. Raises InvalidInput with status 400."""
    try:
        return tuple(parse_matcher(text) for text in request.queries.get(name, ()))
    except InvalidInput as error:
        raise InvalidInput(_short(error.message), status=400) from error


def receiver_filter(request: HttpRequest) -> Callable[[str], bool]:
    """Read which receivers are asked for: an anchored pattern, and matchers on their labels.

    Receivers have no labels here. Raises InvalidInput with status 400.
    """
    if not match_all(filters(request, "receiver_matchers"), {}):
        return lambda _: False
    values = request.queries.get("receiver", ())
    if not values or not values[-1]:
        return lambda _: True
    try:
        compiled = pattern(values[-1])
    except InvalidInput as error:
        message = f"failed to parse receiver param: {_short(error.message)}"
        raise InvalidInput(message, status=400) from error
    return lambda name: compiled.fullmatch(name) is not None


def _short(message: str) -> str:
    """Cut what quotes the whole of what was sent."""
    return message if len(message) <= _MESSAGE_CHARACTERS else f"{message[:_MESSAGE_CHARACTERS]}…"
