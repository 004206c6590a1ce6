"""One tenant's way to its model: limits, attempts, and the embedded summariser where all fails.

A question ends with the model's answer, with that of the embedded summariser and the reason, or
with an error: never later than its time, and never with an answer that was not checked.
"""

from collections.abc import Callable
from threading import Lock
from types import TracebackType
from typing import Generic, Self, TypeVar

import msgspec

from tocsin.domain.enrichment.prompt import Prompt
from tocsin.domain.errors import Permanent, Retryable, Throttled, TocsinError, Unsendable
from tocsin.pipeline.enrichment.modelmetrics import ModelMetrics
from tocsin.pipeline.enrichment.modelshares import ModelShares
from tocsin.ports import Clock, Completion, Model

T = TypeVar("T")

RETRIES = 3
_FIRST_WAIT_S = 2.0
# One attempt may take so long, and one that could not even take so long is not made.
ATTEMPT_S = 30.0
_LEAST_S = 1.0
# Who was given less time than this and did not answer has not failed.
_FAIR_S = 10.0
_WHY_CHARACTERS = 200
# After so many failures in a row a model is not asked for a while.
_FAILURES = 5
_REST_S = 60.0


class ModelTools(msgspec.Struct, frozen=True, kw_only=True):
    """What the clients of all tenants share. `sleep` waits for so many seconds."""

    shares: ModelShares
    metrics: ModelMetrics
    clock: Clock
    sleep: Callable[[float], None]
    # Attempts after the first, 2, 4 and 8 s after the one before.
    retries: int = RETRIES


class Answered(msgspec.Struct, Generic[T], frozen=True):
    """What was read of an answer; `instead_why` says why another than the model gave it."""

    value: T
    instead_why: str = ""


class ModelClient:
    """Asks one model for one tenant; threads may share it. Closes both models when it is left."""

    def __init__(self, tenant: str, model: Model, fallback: Model, tools: ModelTools) -> None:
        self._tenant = tenant
        self._model = model
        self._fallback = fallback
        self._tools = tools
        self._lock = Lock()
        self._failures = 0
        self._rests_until_s = 0.0

    def ask(
        self,
        prompt: Prompt,
        left_s: Callable[[], float],
        read: Callable[[Completion], T],
    ) -> Answered[T]:
        """Return what `read` makes of an answer.

        Raises Permanent of `read`: what a model says wrongly is not asked again, and nobody else
        is asked instead.
        """
        metrics, began_s = self._tools.metrics, self._tools.clock()
        try:
            completion = self._completed(prompt, left_s)
        except TocsinError as error:
            metrics.failed(self._tools.clock() - began_s)
            return self._instead(prompt, left_s, read, error)
        except BaseException:
            metrics.failed(self._tools.clock() - began_s)
            raise
        metrics.answered(completion)
        return self._read(completion, read, began_s)

    def _read(
        self, completion: Completion, read: Callable[[Completion], T], began_s: float
    ) -> Answered[T]:
        took_s = self._tools.clock() - began_s
        try:
            value = read(completion)
        except BaseException:
            self._tools.metrics.failed(took_s)
            raise
        self._tools.metrics.succeeded(took_s)
        return Answered(value)

    def _instead(
        self,
        prompt: Prompt,
        left_s: Callable[[], float],
        read: Callable[[Completion], T],
        error: TocsinError,
    ) -> Answered[T]:
        if not self._model.is_metered:
            raise error
        value = read(self._fallback.ask(prompt, max(0.0, left_s())))
        self._tools.metrics.fell_back()
        return Answered(value, str(error)[:_WHY_CHARACTERS])

    def _completed(self, prompt: Prompt, left_s: Callable[[], float]) -> Completion:
        """Return the model's answer. Raises the error of the last attempt."""
        if not self._model.is_metered:
            return self._model.ask(prompt, left_s())
        self._check_rest()
        is_fair = left_s() >= _FAIR_S
        try:
            completion = self._attempted(prompt, left_s)
        except (_Limited, Unsendable):
            # It was not asked, which says nothing of it.
            raise
        except (Retryable, Permanent) as error:
            # Whoever asks for fewer calls is there.
            is_there = isinstance(error, Throttled)
            if is_there or is_fair or isinstance(error, Permanent):
                self._note(has_failed=not is_there)
            raise
        self._note(has_failed=False)
        return completion

    def _attempted(self, prompt: Prompt, left_s: Callable[[], float]) -> Completion:
        wait_s = _FIRST_WAIT_S
        failure: Retryable | None = None
        for attempt in range(self._tools.retries + 1):
            try:
                return self._attempt(prompt, left_s())
            except Unsendable as error:
                raise failure or error from None
            except Retryable as error:
                failure = error
                pause_s = max(wait_s, error.retry_after_s or 0.0)
                is_last = attempt == self._tools.retries
                if is_last or isinstance(error, _Limited) or pause_s + _LEAST_S > left_s():
                    raise
                self._tools.sleep(pause_s)
                self._tools.metrics.retried()
                wait_s *= 2
        raise Unsendable(f"{self._model.name}: it may not be asked at all")

    def _attempt(self, prompt: Prompt, left_s: float) -> Completion:
        if left_s < _LEAST_S:
            raise Unsendable(f"{self._model.name}: too little time is left to ask")
        if not self._tools.shares.admits(self._tenant):
            self._tools.metrics.limited()
            raise _Limited(f"{self._model.name}: not asked, to keep to the limit of requests")
        return self._model.ask(prompt, min(left_s, ATTEMPT_S))

    def _check_rest(self) -> None:
        with self._lock:
            is_resting = self._tools.clock() < self._rests_until_s
        if is_resting:
            raise Retryable(f"{self._model.name}: left alone for a while, since it failed")

    def _note(self, *, has_failed: bool) -> None:
        with self._lock:
            self._failures = self._failures + 1 if has_failed else 0
            if self._failures >= _FAILURES:
                # Who comes first after the rest tries; one more failure is another rest.
                self._rests_until_s = self._tools.clock() + _REST_S

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close both models."""
        self._model.__exit__(kind, error, trace)
        self._fallback.__exit__(kind, error, trace)


class _Limited(Throttled):
    """The limit is tocsin's own: to wait for it would hold a worker up for nothing."""
