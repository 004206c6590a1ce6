"""Which rules a tenant wants, as `tocsin.yaml` says it."""

from typing import Annotated

from pydantic import BeforeValidator, Field, WithJsonSchema

from tocsin.configuration.block import Block
from tocsin.configuration.fields import FileName, Name, wrong


def _default_rules(value: object) -> object:
    is_list = isinstance(value, list) and all(isinstance(each, str) for each in value)
    if not is_list and not isinstance(value, bool):
        raise wrong("must be true, false or a list of the names to leave out")
    return value


DefaultRules = Annotated[
    bool | list[str],
    BeforeValidator(_default_rules),
    WithJsonSchema({"type": "string", "x-kind": "true, false or list of names"}),
]


class PrometheusRules(Block):
    """Rule files of Prometheus, and who evaluates what they ask for."""

    source: Name = Field(description="The source that evaluates their PromQL.")
    files: list[FileName] = Field(
        min_length=1,
        max_length=100,
        description="The files, relative to this one; `rules/*.yml` is all that match.",
    )
