"""What was asked of models, and what came of it. Threads share one."""

from collections.abc import Iterable
from threading import Lock

import msgspec
from msgspec.structs import asdict, replace

from tocsin.domain.enrichment.settings import ModelKind
from tocsin.ports import Completion


class ModelFigures(msgspec.Struct, frozen=True, kw_only=True):
    """Sums since the last reset.

    Each question counts once in `total`, and in `successful` or in `failed`: no model that was
    asked gave an answer that could be used. `fallback` are those of the failed that the embedded
    summariser answered, `limited` those that the limit kept from being asked. `retries` are
    attempts after the first. `took_s` is from question to answer, with all waits.
    """

    total: int = 0
    successful: int = 0
    failed: int = 0
    fallback: int = 0
    limited: int = 0
    retries: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    took_s: float = 0.0

    @property
    def success_rate(self) -> float:
        """Return the share of questions that were answered, 0 to 1; 1 if there were none."""
        return self.successful / self.total if self.total else 1.0

    @property
    def average_tokens(self) -> float:
        """Return how many tokens a question took, in and out; 0 if there were none."""
        return (self.tokens_in + self.tokens_out) / self.total if self.total else 0.0

    @property
    def average_s(self) -> float:
        """Return how long a question took, in seconds; 0 if there were none."""
        return self.took_s / self.total if self.total else 0.0

    def counts(self) -> dict[str, int]:
        """Return what to write as metrics of one invocation; nothing if nothing was asked."""
        if not self.total:
            return {}
        return {
            "model_requests": self.total,
            "model_successful": self.successful,
            "model_failed": self.failed,
            "model_fallback": self.fallback,
            "model_limited": self.limited,
            "model_retries": self.retries,
            "model_tokens": self.tokens_in + self.tokens_out,
            "model_ms": round(self.took_s * 1000.0),
        }

    def kind_counts(self) -> dict[str, int]:
        """Return what to write as metrics of one kind of model; nothing if none was asked.

        What the limit kept from being asked says nothing of a model, and does not count.
        """
        asked = self.total - self.limited
        if asked <= 0:
            return {}
        return {
            "model_kind_asked": asked,
            "model_kind_failed": max(0, self.failed - self.limited),
            "model_kind_tokens": self.tokens_in + self.tokens_out,
            "model_kind_ms": round(self.took_s * 1000.0),
        }


class ModelMetrics:
    """Adds up; every sum is that of one moment."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._figures = ModelFigures()

    def figures(self) -> ModelFigures:
        """Return the sums so far."""
        with self._lock:
            return self._figures

    def reset(self) -> ModelFigures:
        """Begin anew, and return the sums until now."""
        with self._lock:
            figures, self._figures = self._figures, ModelFigures()
            return figures

    def succeeded(self, took_s: float) -> None:
        """Count a question whose answer could be used."""
        self._add(total=1, successful=1, took_s=took_s)

    def failed(self, took_s: float) -> None:
        """Count a question that no model answered, or none so that it could be used."""
        self._add(total=1, failed=1, took_s=took_s)

    def answered(self, completion: Completion) -> None:
        """Count the tokens of an answer, whether or not it can be used: they cost the same."""
        self._add(tokens_in=completion.tokens_in, tokens_out=completion.tokens_out)

    def fell_back(self) -> None:
        """Count a question that the embedded summariser answered instead."""
        self._add(fallback=1)

    def limited(self) -> None:
        """Count a question that was not asked, or not again, because of the limit."""
        self._add(limited=1)

    def retried(self) -> None:
        """Count an attempt after the first."""
        self._add(retries=1)

    def _add(self, **amounts: float) -> None:
        with self._lock:
            now = self._figures
            sums = {name: getattr(now, name) + amount for name, amount in amounts.items()}
            self._figures = replace(now, **sums)


class KindMetrics:
    """The sums of each kind of model by itself."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kinds: dict[ModelKind, ModelMetrics] = {}

    def of(self, kind: ModelKind) -> ModelMetrics:
        """Return where the models of one kind are counted."""
        with self._lock:
            return self._kinds.setdefault(kind, ModelMetrics())

    def reset(self) -> dict[ModelKind, ModelFigures]:
        """Begin anew, and return the sums until now."""
        with self._lock:
            return {kind: metrics.reset() for kind, metrics in self._kinds.items()}


def together(figures: Iterable[ModelFigures]) -> ModelFigures:
    """Return the sums of several."""
    sums: dict[str, float] = {}
    for each in figures:
        for name, amount in asdict(each).items():
            sums[name] = sums.get(name, 0) + amount
    return msgspec.convert(sums, ModelFigures)
