"""Changes to the emulator that bring it nearer to AWS; each needs a name that may go.

The emulator hands a function at most ten messages, whatever BatchSize says; it waits 50 ms for
a first line of log after each invocation that wrote none; without TLS, which loopback does not
need, a policy that demands aws:SecureTransport refuses everybody; and of an API's definition it
passes over routes for any method, and the types that may be binary.
"""

import inspect
from collections.abc import Callable
from typing import Any

# Lambda takes 6 MB an invocation; base64 and the event's own words need room as well.
_BATCH_LIMIT_BYTES = 4 * 1024 * 1024
# What a worker wrote before its answer is in the pipe by then.
_FIRST_LINE_WAIT_S = 0.005

# Source: docs.aws.amazon.com/apigateway, OpenAPI extensions.
_ANY_METHOD = "x-amazon-apigateway-any-method"
_BINARY_TYPES = "x-amazon-apigateway-binary-media-types"
_METHODS = ("get", "post", "put", "delete", "patch", "head", "options")

Receive = Callable[[str, int], list[dict[str, Any]]]


def receive_whole_batches(receive: Receive) -> Receive:
    """Return a poll that goes on until the batch has the size that the mapping asks for."""

    def receive_batch(queue_url: str, max_number: int) -> list[dict[str, Any]]:
        batch: list[dict[str, Any]] = []
        size_bytes = 0
        while len(batch) < max_number and size_bytes < _BATCH_LIMIT_BYTES:
            part = receive(queue_url, max_number - len(batch))
            if not part:
                break
            batch += part
            size_bytes += sum(len(message["body"]) for message in part)
        return batch

    return receive_batch


def drain_without_waiting(drain: Callable[..., str]) -> Callable[..., str]:
    """Return a reader of a worker's log that does not wait for a line that never comes."""

    def drain_at_once(self: Any, first_line_wait: float = _FIRST_LINE_WAIT_S, **rest: Any) -> str:
        return drain(self, first_line_wait=first_line_wait, **rest)

    return drain_at_once


def call_loopback_secure(pin: Callable[[str, bool], None]) -> Callable[[str, bool], None]:
    """Return a note of each caller's origin that calls loopback as safe as TLS."""

    def pin_origin(source_ip: str, secure_transport: bool) -> None:
        pin(source_ip, secure_transport or source_ip in ("127.0.0.1", "::1"))

    return pin_origin


def import_whole_api(import_api: Callable[..., str]) -> Callable[..., str]:
    """Return an import of an API's definition that leaves nothing out that ours has."""

    def import_all(spec: dict[str, Any], base_data: dict[str, Any] | None = None) -> str:
        paths = {path: _every_method(item) for path, item in spec.get("paths", {}).items()}
        data = dict(base_data or {})
        if _BINARY_TYPES in spec:
            data["binaryMediaTypes"] = spec[_BINARY_TYPES]
        return import_api({**spec, "paths": paths}, data)

    return import_all


def _every_method(item: dict[str, Any]) -> dict[str, Any]:
    """Write a route for any method as one for each that it does not say otherwise."""
    operation = item.get(_ANY_METHOD)
    return item if operation is None else {**dict.fromkeys(_METHODS, operation), **item}


def patch(owner: Any, name: str, parameters: tuple[str, ...], change: Callable[[Any], Any]) -> str:
    """Replace `owner.name` by `change` of it; return "" or why it was left as it is.

    `parameters` are those that `change` relies on, in order.
    """
    original = getattr(owner, name, None)
    if original is None:
        return f"{owner.__name__}.{name} does not exist"
    found = tuple(inspect.signature(original).parameters)
    if found[: len(parameters)] != parameters:
        return f"{owner.__name__}.{name} takes {', '.join(found)}"
    setattr(owner, name, change(original))
    return ""


def apply() -> list[str]:
    """Patch the emulator; return what could not be patched and stays as it comes."""
    from ministack import app
    from ministack.core import lambda_runtime
    from ministack.services import apigateway_v1, sqs

    worker = getattr(lambda_runtime, "Worker", lambda_runtime)
    changes: list[tuple[Any, str, tuple[str, ...], Callable[[Any], Any]]] = [
        (sqs, "_receive_messages_for_esm", ("queue_url", "max_number"), receive_whole_batches),
        (worker, "_drain_stderr_bounded", ("self", "first_line_wait"), drain_without_waiting),
        (app, "pin_request_origin", ("source_ip", "secure_transport"), call_loopback_secure),
        (apigateway_v1, "_import_rest_api", ("spec", "base_data"), import_whole_api),
    ]
    return [note for change in changes if (note := patch(*change))]
