"""Who is asking: finds the key in a request and checks it."""

from base64 import b64decode
from collections.abc import Callable

from tocsin.domain.apikey import Scope, is_match, parse, unauthorized
from tocsin.domain.errors import InvalidInput, Unauthorized
from tocsin.ports import ApiKey, Keys
from tocsin.runtime.gateway import HttpRequest

# Checked against when there is no such key, so that every refusal takes the same time.
_NO_DIGEST = "0" * 64


def authenticate(
    request: HttpRequest,
    scope: Scope,
    keys: Keys,
    pepper: Callable[[], bytes],
    now_s: float,
) -> ApiKey:
    """Return the key that a request presents.

    Raises Unauthorized, the same for every reason; InvalidInput with status 403 if the key
    is good but lacks the scope.
    """
    try:
        presented = parse(_presented(request))
    except Unauthorized:
        is_match(pepper(), "", _NO_DIGEST)
        raise
    found = keys.find(presented.id)
    digest = found.digest if found else _NO_DIGEST
    is_good = is_match(pepper(), presented.secret, digest)
    if found is None or not is_good or not found.is_live(now_s):
        raise unauthorized()
    if scope not in found.scopes:
        raise InvalidInput(f"this key has not the scope {scope}", status=403, code="forbidden")
    return found


def _presented(request: HttpRequest) -> str:
    """Find the key where senders can put one: header, Bearer, basic password, path."""
    if "key" in request.parameters:
        return request.parameters["key"]
    if "x-api-key" in request.headers:
        return request.headers["x-api-key"].strip()
    kind, _, value = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return value.strip()
    if kind.lower() == "basic":
        return _password(value.strip())
    return ""


def _password(value: str) -> str:
    try:
        return b64decode(value, validate=True).decode().partition(":")[2]
    except ValueError:
        return ""
