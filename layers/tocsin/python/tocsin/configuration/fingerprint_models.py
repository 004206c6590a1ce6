"""The shape of the fingerprint rules in `tocsin.yaml`."""

from typing import Self

from pydantic import Field, model_validator

from tocsin.configuration.block import Block
from tocsin.configuration.fields import (
    InputName,
    InputPath,
    LabelName,
    Pattern,
    ProviderName,
    wrong,
)
from tocsin.domain.masks import MaskKind


class Mask(Block):
    """What hides the volatile part of some inputs of a fingerprint: kinds, or one pattern."""

    fields: list[InputName] = Field(
        min_length=1, max_length=50, description="Labels, or paths of `add`, to mask."
    )
    kinds: list[MaskKind] = Field(
        default=[],
        max_length=10,
        description="What to hide: `uuid`, `timestamp`, `ip`, `pod` (what Kubernetes appends to "
        "the name of a workload), `hex` (eight digits or more), `number`; applied in this order.",
    )
    pattern: Pattern | None = Field(
        default=None, description="Or an RE2 pattern of your own; it need not match the whole."
    )
    replacement: str = Field(
        default="", max_length=100, description="What stands for what the pattern matched."
    )

    @model_validator(mode="after")
    def _has_one_way(self) -> Self:
        if bool(self.kinds) == (self.pattern is not None):
            raise wrong("a mask has either kinds or a pattern")
        if self.kinds and self.replacement:
            raise wrong("a replacement goes with a pattern; kinds have their own")
        return self


class FingerprintRule(Block):
    """What of an alert is its identity, where that is not all labels; see fingerprints.md."""

    provider: ProviderName | None = Field(
        default=None,
        description="Whose alerts; the first rule for a provider counts. All if left out.",
    )
    include: list[LabelName] = Field(
        default=[],
        max_length=128,
        description="The only labels that count, besides `alertname`; all if empty.",
    )
    exclude: list[LabelName] = Field(
        default=[], max_length=128, description="Labels that do not count; never `alertname`."
    )
    add: list[InputPath] = Field(
        default=[],
        max_length=20,
        description="What counts beside labels: `name`, `severity`, `annotations.NAME`, or a path "
        "into the request body such as `payload.alerts[*].fingerprint`.",
    )
    masks: list[Mask] = Field(
        default=[], max_length=20, description="What to hide in the inputs, in this order."
    )
