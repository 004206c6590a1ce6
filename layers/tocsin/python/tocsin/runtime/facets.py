"""Metrics by one dimension beside the service, in lines of the embedded metric format.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/
CloudWatch_Embedded_Metric_Format_Specification.html
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

import msgspec

from tocsin.providers.registry import NAMES

# What the format allows in one list of values.
_VALUES_LIMIT = 100

Line = dict[str, Any]
Values = Mapping[str, int | list[float]]


class Facet(msgspec.Struct, frozen=True):
    """Metrics by the value of a dimension: counts, or lists of what was measured."""

    dimension: Literal["provider", "receiver_kind", "priority", "model"]
    values: (
        Mapping[str, Values]
        | Mapping[str, Mapping[str, int]]
        | Mapping[str, Mapping[str, list[float]]]
    )
    unit: Literal["Count", "Milliseconds"] = "Count"


def lines(line: Line, facets: Sequence[Facet]) -> list[Line]:
    """Return a line with the first value of each facet, and lines for the others."""
    directive = line["_aws"]["CloudWatchMetrics"][0]
    (names,) = directive["Dimensions"]
    bare = {name: line[name] for name in names}
    made = [line]
    for facet in facets:
        for index, (value, metrics) in enumerate(_pieces(facet)):
            if index == len(made):
                made.append({"_aws": {**line["_aws"], "CloudWatchMetrics": []}, **bare})
            said = [{"Name": name, "Unit": facet.unit} for name in metrics]
            own = {**directive, "Dimensions": [[*names, facet.dimension]], "Metrics": said}
            made[index]["_aws"]["CloudWatchMetrics"].append(own)
            made[index] |= {facet.dimension: value, **metrics}
    return made


def _pieces(facet: Facet) -> Iterator[tuple[str, Values]]:
    """Yield what a facet has for each value, as often as its lists are too long for a line."""
    for value, metrics in _bounded(facet):
        rest = dict(metrics)
        while rest:
            yield value, {name: _head(each) for name, each in rest.items()}
            rest = {name: tail for name, each in rest.items() if (tail := _tail(each))}


def _head(value: int | list[float]) -> int | list[float]:
    return value[:_VALUES_LIMIT] if isinstance(value, list) else value


def _tail(value: int | list[float]) -> list[float]:
    return value[_VALUES_LIMIT:] if isinstance(value, list) else []


def _bounded(facet: Facet) -> Iterator[tuple[str, Values]]:
    """Count under `generic` what is not one of the known providers: metrics cost by name."""
    if facet.dimension != "provider":
        yield from facet.values.items()
        return
    bounded: dict[str, dict[str, int]] = {}
    for provider, counts in facet.values.items():
        found = bounded.setdefault(provider if provider in NAMES else "generic", {})
        for name, value in counts.items():
            if isinstance(value, int):
                found[name] = found.get(name, 0) + value
    yield from bounded.items()
