"""One hostile request, and what must be answered to it."""

import json
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import msgspec

# Stands for a good key of the tenant that a run is for, also in a body, and for none at all.
GOOD = "GOOD"
KEY_IN_BODY = b'"KEY"'
NO_KEY = ""

OK = (202,)
ACCEPTED_OR_REFUSED = (202, 422)
# A sender that takes nothing but 200 for a success.
TAKES_200_ONLY = "signalfx"

# In `event` and `headers`: the field is not there at all.
MISSING = "\0missing"

# Large bodies are made when they are sent, so that a corpus fits into memory.
Body = bytes | Callable[[], bytes]


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """A request, and the one answer or the few that are right.

    `code` is that of an error, `where` how its path begins, or that of the first rejected
    alert. `accepted` and `rejected` are counts; None means that any will do. `event` replaces
    fields of the gateway's event.
    """

    kind: str
    name: str
    body: Body = b""
    path: str = "/v1/alerts"
    key: str = GOOD
    headers: dict[str, Any] = {}
    event: dict[str, Any] = {}
    statuses: tuple[int, ...]
    code: str = ""
    where: str | None = None
    accepted: int | None = None
    rejected: int | None = None

    @property
    def accepted_as(self) -> int:
        """Return the status that says that alerts were accepted."""
        return 200 if self.path.endswith(f"/{TAKES_200_ONLY}") else 202

    @property
    def id(self) -> str:
        return f"{self.kind}: {self.name}"

    @property
    def is_alertmanager(self) -> bool:
        """Whether the route speaks as an Alertmanager does."""
        return self.path.endswith("/api/v2/alerts")

    @property
    def carries_alerts(self) -> bool:
        """Whether what it is about are alerts, of which the books know."""
        return not self.path.endswith(("/v1/metrics", "/v1/changes"))

    def content(self) -> bytes:
        """Return the body as it goes over the wire."""
        return self.body if isinstance(self.body, bytes) else self.body()


def to_event(case: Case, key: str) -> dict[str, Any]:
    """Return the proxy event that API Gateway makes of a request."""
    resource, parameters = matched(case.path, key)
    headers = {"content-type": "application/json", **case.headers}
    if case.key and "{key}" not in resource:
        headers.setdefault("x-api-key", key if case.key == GOOD else case.key)
    event = {
        "httpMethod": "POST",
        "resource": resource,
        "pathParameters": parameters,
        "queryStringParameters": None,
        "headers": _given(headers),
        "requestContext": {"requestId": "chosen-by-the-sender"},
        "body": b64encode(case.content().replace(KEY_IN_BODY, f'"{key}"'.encode())).decode(),
        "isBase64Encoded": True,
    }
    return _given({**event, **case.event})


def matched(path: str, key: str) -> tuple[str, dict[str, str] | None]:
    """Return the route of a path and its parameters; `GOOD` in the path becomes the key."""
    parameters = {}
    prefix = ""
    if path.startswith("/k/"):
        prefix, (given, _, rest) = "/k/{key}", path.removeprefix("/k/").partition("/")
        parameters["key"] = key if given == GOOD else given
        path = f"/{rest}"
    if path.startswith("/v1/alerts/"):
        parameters["provider"] = path.removeprefix("/v1/alerts/")
        path = "/v1/alerts/{provider}"
    return prefix + path, parameters or None


def _given(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value != MISSING}


def text(value: Any) -> bytes:
    """Write a value as JSON."""
    return json.dumps(value).encode()


def path_of(provider: str) -> str:
    """Return the address of a provider."""
    return "/api/v2/alerts" if provider == "alertmanager-api" else f"/v1/alerts/{provider}"


def statuses_of(provider: str) -> tuple[int, ...]:
    """Return what is right for a body that may hold alerts of a provider or not."""
    if provider == "alertmanager-api":
        return (200, 400, 422)
    return (200, 422) if provider == TAKES_200_ONLY else ACCEPTED_OR_REFUSED
