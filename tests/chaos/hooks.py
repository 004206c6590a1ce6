"""Stands between the handlers and the world: every AWS call and every HTTP send goes by here.

botocore asks every subscriber of `before-send` and takes the first answer, so one subscriber
before moto and one after it can do whatever a network does, and the handlers are not touched.
"""

import io
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import urllib3
from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError
from moto.core.models import botocore_stubber

from tests.chaos import answers
from tests.chaos.faults import TO, Call, Crash, Kind
from tests.chaos.queues import ASIDE
from tests.chaos.sqsapi import UnknownOperation

_UNPROCESSED = {"BatchWriteItem": "UnprocessedItems", "BatchGetItem": "UnprocessedKeys"}


class World(Protocol):
    """What a run says to its calls."""

    def begin(self, call: Call) -> Kind | None:
        """Take note of a call of the invocation at work; return what goes wrong with it."""

    def sqs(self, operation: str, request: dict[str, Any], failing: int | None) -> dict[str, Any]:
        """Carry out an SQS request."""

    def offer(self, url: str, headers: dict[str, str], body: bytes) -> None:
        """Note a try to tell a receiver something."""

    def take(self, url: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str]]:
        """Be the receiver behind a URL; return status and headers."""

    @property
    def at_work(self) -> Any:
        """The invocation at work, or None."""


class Hooks:
    """Subscribers for one botocore session; without a world they let everything pass."""

    def __init__(self, session: Any) -> None:
        self.world: World | None = None
        events = session.get_component("event_emitter")
        # Under the very name that moto subscribes to: a longer one would come before it.
        events.register_first("provide-client-params.*.*", self._begin, unique_id="chaos-begin")
        events.register_first("before-send", self._first, unique_id="chaos-first")
        events.register_last("before-send", self._last, unique_id="chaos-last")
        events.register_last("after-call.*.*", self._after, unique_id="chaos-after")

    @contextmanager
    def outside(self) -> Iterator[None]:
        """Catch what the process sends by HTTP, for as long as the block lasts."""
        real = urllib3.HTTPConnectionPool.urlopen
        urllib3.HTTPConnectionPool.urlopen = self._urlopen(real)  # type: ignore[method-assign]
        try:
            yield
        finally:
            urllib3.HTTPConnectionPool.urlopen = real  # type: ignore[method-assign]

    def _call(self) -> Call | None:
        invocation = self.world.at_work if self.world is not None else None
        call: Call | None = invocation.call if invocation is not None else None
        return call

    def _start(self, service: str, operation: str, entries: int, queue: str = "") -> Call | None:
        invocation = self.world.at_work if self.world is not None else None
        if invocation is None:
            return None
        assert self.world is not None
        site, line = _site()
        site = f"{site}{TO}{queue}" if queue in ASIDE else site
        call = Call(
            index=0,
            stage=invocation.stage,
            site=site,
            line=line,
            service=service,
            operation=operation,
            entries=entries,
        )
        invocation.call = call
        call.fault = self.world.begin(call)
        return call

    def _begin(self, params: dict[str, Any], model: Any, **_: Any) -> dict[str, Any] | None:
        service, operation = model.service_model.service_name, model.name
        queue = params.get("QueueUrl", "").rsplit("/", 1)[-1]
        call = self._start(service, operation, _entries(operation, params), queue)
        if call is None or call.fault != "partial" or operation not in _UNPROCESSED:
            return None
        kept, left = _split(operation, params["RequestItems"])
        call.left = left
        return {**params, "RequestItems": kept}

    def _first(self, request: Any, event_name: str, **_: Any) -> Any:
        call = self._call()
        if call is None or self.world is None:
            return None
        call.attempts += 1
        is_first, kind, url = call.attempts == 1, call.fault, request.url
        if kind == "crash_before":
            raise Crash
        if kind == "timeout":
            raise ConnectTimeoutError(endpoint_url=url)
        if kind in ("error", "throttle", "conflict"):
            return self._refuse(kind, call, request)
        if call.service != "sqs":
            # moto still carries it out: the first answer wins, but every subscriber is asked.
            is_unsure = kind == "error_after" and is_first
            return answers.failure(url, call.service) if is_unsure else None
        botocore_stubber.enabled = False
        failing = 0 if kind == "partial" and is_first else None
        try:
            result = self.world.sqs(call.operation, json.loads(request.body), failing)
        except UnknownOperation:
            return answers.refusal(url, "sqs", "InvalidAction", 400)
        if kind == "error_after" and is_first:
            return answers.failure(url, "sqs")
        return answers.answer(url, 200, result)

    def _refuse(self, kind: str, call: Call, request: Any) -> Any:
        botocore_stubber.enabled = False
        if kind == "error":
            return answers.failure(request.url, call.service)
        if kind == "throttle":
            return answers.throttle(request.url, call.service)
        return answers.conflict(request.url, call.operation, call.entries)

    def _last(self, request: Any, **_: Any) -> Any:
        call = self._call()
        if call is None:
            return None
        botocore_stubber.enabled = True
        if call.fault == "crash_after":
            raise Crash
        if call.fault == "lost_always" or (call.fault == "lost" and call.attempts == 1):
            raise ReadTimeoutError(endpoint_url=request.url)
        return None

    def _after(self, parsed: dict[str, Any], model: Any, **_: Any) -> None:
        call = self._call()
        if call is not None and call.left is not None:
            parsed[_UNPROCESSED[call.operation]] = call.left
            call.left = None

    def _urlopen(self, real: Any) -> Callable[..., Any]:
        def urlopen(pool: Any, method: str, url: str, **options: Any) -> Any:
            call = self._start("http", method, 1)
            if call is None or self.world is None:
                return real(pool, method, url, **options)
            address = f"{pool.scheme}://{pool.host}:{pool.port}{url}"
            headers = {name.lower(): value for name, value in options["headers"].items()}
            return self._answer(call, pool, address, headers, options["body"])

        return urlopen

    def _answer(
        self, call: Call, pool: Any, url: str, headers: dict[str, str], body: bytes
    ) -> urllib3.HTTPResponse:
        assert self.world is not None
        kind = call.fault
        if kind == "crash_before":
            raise Crash
        self.world.offer(url, headers, body)
        if kind == "timeout":
            # As urlopen itself ends when it cannot connect and may not try again.
            reason = urllib3.exceptions.ConnectTimeoutError(pool, "chaos")
            raise urllib3.exceptions.MaxRetryError(pool, url, reason)
        without = {"error": 500, "throttle": 429, "refused": 410}
        if kind in without:
            return _response(without[kind], {"retry-after": "7"} if kind == "throttle" else {})
        status, answered = self.world.take(url, headers, body)
        if kind == "crash_after":
            raise Crash
        if kind == "lost":
            raise urllib3.exceptions.ReadTimeoutError(pool, url, "chaos")
        return _response(500 if kind == "error_after" else status, answered)


def _response(status: int, headers: dict[str, str]) -> urllib3.HTTPResponse:
    return urllib3.HTTPResponse(
        body=io.BytesIO(b"ok"), status=status, headers=headers, preload_content=False
    )


def _entries(operation: str, params: dict[str, Any]) -> int:
    if "Entries" in params:
        return len(params["Entries"])
    if operation == "TransactWriteItems":
        return len(params["TransactItems"])
    if operation == "BatchWriteItem":
        return sum(map(len, params["RequestItems"].values()))
    if operation == "BatchGetItem":
        return sum(len(each["Keys"]) for each in params["RequestItems"].values())
    return 1


def _split(operation: str, items: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Leave the first entry of a batch unprocessed."""
    ((table, entries),) = items.items()
    if operation == "BatchWriteItem":
        return {table: entries[1:]}, {table: entries[:1]}
    keys = entries["Keys"]
    return {table: {**entries, "Keys": keys[1:]}}, {table: {**entries, "Keys": keys[:1]}}


def _site() -> tuple[str, str]:
    """Return the port's method that is making the call, and the line that makes it."""
    frame = sys._getframe(2)
    site, line = "", ""
    while frame is not None:
        _, is_adapter, path = frame.f_code.co_filename.rpartition("/tocsin/adapters/")
        if is_adapter:
            line = line or f"{path}:{frame.f_lineno}"
            if path != "cached.py":
                module = path.removesuffix(".py").replace("/", ".")
                site = f"{module}.{frame.f_code.co_name}"
        frame = frame.f_back  # type: ignore[assignment]
    return site, line
