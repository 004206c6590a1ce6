"""Logs and metrics: one metrics line an invocation, and a log line only when something failed."""

import json
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from traceback import format_tb
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from tocsin.runtime.facets import Facet, Line, lines

# A failure that repeats itself through a batch is one line with a few examples.
_EXAMPLES = 5


@cache
def logger() -> Logger:
    """Return the logger; service and level come from POWERTOOLS_* variables."""
    return Logger()


@cache
def _metrics() -> Metrics:
    return Metrics()


def flush_counts(
    counts: Mapping[str, int],
    by_provider: Mapping[str, Mapping[str, int]] | None = None,
    facets: Sequence[Facet] = (),
) -> None:
    """Write the metrics of an invocation; tenants and alerts are never dimensions.

    They are one line in the embedded metric format, and one more for each further value of a
    dimension, `by_provider` or of one of `facets`, since a line holds one of each.
    """
    metrics = _metrics()
    metrics.add_metric(name="invocations", unit=MetricUnit.Count, value=1)
    for name, value in counts.items():
        metrics.add_metric(name=name, unit=MetricUnit.Count, value=value)
    if counts.get("alerts") and "duplicates" in counts:
        percent = 100 * counts["duplicates"] / counts["alerts"]
        metrics.add_metric(name="duplicate_percent", unit=MetricUnit.Percent, value=percent)
    line: Line = dict(metrics.serialize_metric_set())
    metrics.clear_metrics()
    for each in lines(line, (Facet("provider", by_provider or {}), *facets)):
        sys.stdout.write(json.dumps(each, separators=(",", ":")) + "\n")


def log_failures(failed: Mapping[str, str], trace: str) -> None:
    """Write one line for all messages of an invocation that must come back."""
    examples: dict[str, Any] = dict(list(failed.items())[:_EXAMPLES])
    logger().warning(
        "messages must come back", extra={"count": len(failed), "failed": examples, "trace": trace}
    )


def log_broken(message: str, error: Exception, **extra: str) -> None:
    """Write one line for an error that nobody foresaw.

    Its text may quote what the sender sent, so only its name and the lines of code that it
    passed go on.
    """
    said = {"error": type(error).__name__, "at": format_tb(error.__traceback__), **extra}
    logger().error(message, extra=said)


def log_warnings(warnings: Sequence[str]) -> None:
    """Write one line for what an operator should look at, though nothing has failed for good."""
    logger().warning("something is not well", extra={"warnings": list(warnings)[:_EXAMPLES]})
