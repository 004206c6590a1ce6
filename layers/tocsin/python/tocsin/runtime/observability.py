"""Logs and metrics: one metrics line an invocation, and a log line only when something failed."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

# A failure that repeats itself through a batch is one line with a few examples.
_EXAMPLES = 5


@cache
def logger() -> Logger:
    """Return the logger; service and level come from POWERTOOLS_* variables."""
    return Logger()


@cache
def _metrics() -> Metrics:
    return Metrics()


def flush_counts(counts: Mapping[str, int]) -> None:
    """Write one embedded-metric line; tenants and alerts are never dimensions."""
    metrics = _metrics()
    metrics.add_metric(name="invocations", unit=MetricUnit.Count, value=1)
    for name, value in counts.items():
        metrics.add_metric(name=name, unit=MetricUnit.Count, value=value)
    metrics.flush_metrics()


def log_failures(failed: Mapping[str, str], trace: str) -> None:
    """Write one line for all messages of an invocation that must come back."""
    examples: dict[str, Any] = dict(list(failed.items())[:_EXAMPLES])
    logger().warning(
        "messages must come back", extra={"count": len(failed), "failed": examples, "trace": trace}
    )


def log_warnings(warnings: Sequence[str]) -> None:
    """Write one line for what an operator should look at, though nothing has failed for good."""
    logger().warning("a receiver seems to be down", extra={"receivers": list(warnings)[:_EXAMPLES]})
