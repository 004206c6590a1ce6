"""The sample payloads in events/providers, by name."""

from functools import cache
from typing import Any

from cli.samples import FOLDER, Sample, samples
from tocsin.providers.bodies import payload_of
from tocsin.providers.registry import provider

__all__ = ["FOLDER", "sample", "sample_names"]


def sample(name: str) -> Any:
    """Return the payload of a sample, as ingest and enrich read it."""
    found = _by_name()[name]
    return payload_of(provider(found.provider), found.body)


def sample_names() -> list[str]:
    """Return the names of all samples; each begins with the name of its provider."""
    return sorted(_by_name())


@cache
def _by_name() -> dict[str, Sample]:
    return {each.name: each for each in samples()}
