"""Sums of what was asked of models."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tocsin.pipeline.enrichment.modelmetrics import (
    KindMetrics,
    ModelFigures,
    ModelMetrics,
    together,
)
from tocsin.ports import Completion


def filled():
    metrics = ModelMetrics()
    for _ in range(3):
        metrics.answered(Completion(text="x", by="m", tokens_in=100, tokens_out=20))
        metrics.succeeded(2.0)
    metrics.retried()
    metrics.limited()
    metrics.failed(6.0)
    metrics.fell_back()
    return metrics


def test_rates_and_averages():
    figures = filled().figures()
    assert figures.success_rate == 0.75
    assert figures.average_tokens == 90.0
    assert figures.average_s == pytest.approx(3.0)


def test_of_nothing_there_is_nothing_to_say():
    figures = ModelMetrics().figures()
    assert (figures.success_rate, figures.average_tokens, figures.average_s) == (1.0, 0.0, 0.0)
    assert figures.counts() == {}


def test_counts_are_whole_numbers_under_names_of_their_own():
    assert filled().figures().counts() == {
        "model_requests": 4,
        "model_successful": 3,
        "model_failed": 1,
        "model_fallback": 1,
        "model_limited": 1,
        "model_retries": 1,
        "model_tokens": 360,
        "model_ms": 12_000,
    }


def test_a_reset_gives_what_was_and_begins_anew():
    metrics = filled()
    assert metrics.reset().total == 4
    assert metrics.figures() == ModelFigures()


def test_nothing_is_lost_between_threads():
    metrics = ModelMetrics()
    taken = []

    def count(number):
        metrics.succeeded(0.5)
        metrics.answered(Completion(text="", by="m", tokens_in=1, tokens_out=2))
        if number % 100 == 0:
            taken.append(metrics.reset())

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(count, range(4000)))
    taken.append(metrics.reset())
    assert sum(each.total for each in taken) == 4000
    assert sum(each.tokens_in + each.tokens_out for each in taken) == 12_000
    assert sum(each.took_s for each in taken) == 2000.0


def test_kinds_are_counted_apart_and_added_up():
    kinds = KindMetrics()
    for _ in range(2):
        kinds.of("gemini").succeeded(2.0)
    kinds.of("gemini").failed(4.0)
    kinds.of("gemini").answered(Completion(text="x", by="m", tokens_in=100, tokens_out=20))
    kinds.of("bedrock").failed(0.5)
    figures = kinds.reset()
    assert {kind: each.kind_counts() for kind, each in figures.items()} == {
        "gemini": {
            "model_kind_asked": 3,
            "model_kind_failed": 1,
            "model_kind_tokens": 120,
            "model_kind_ms": 8000,
        },
        "bedrock": {
            "model_kind_asked": 1,
            "model_kind_failed": 1,
            "model_kind_tokens": 0,
            "model_kind_ms": 500,
        },
    }
    assert together(figures.values()).counts()["model_requests"] == 4
    assert together(kinds.reset().values()) == ModelFigures()


def test_what_the_limit_kept_back_is_not_held_against_a_model():
    metrics = ModelMetrics()
    metrics.limited()
    metrics.failed(0.0)
    assert metrics.figures().kind_counts() == {}
    metrics.succeeded(1.0)
    counts = metrics.figures().kind_counts()
    assert (counts["model_kind_asked"], counts["model_kind_failed"]) == (1, 0)
