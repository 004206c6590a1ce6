"""The shape of the tests in a rule file."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from tocsin.configuration.block import Block
from tocsin.configuration.fields import Duration, LabelName, Name, between, wrong
from tocsin.configuration.rulefiles.fields import SeverityWord

# An hour of evaluations each second would be as long.
LENGTH_LIMIT_TEXT = "30d"

Interval = Annotated[Duration, between("1s", "1d")]
Time = Annotated[Duration, between("0s", LENGTH_LIMIT_TEXT)]
Notation = Annotated[str, Field(min_length=1, max_length=10_000)]


class Fires(Block):
    """One alert that must fire, and when."""

    rule: Name = Field(description="Of which rule.")
    labels: dict[LabelName, str] = Field(
        default={}, description="Labels that it must have, among others."
    )
    at: Time | None = Field(default=None, description="At which evaluation it begins.")
    between: list[Time] | None = Field(
        default=None,
        min_length=2,
        max_length=2,
        description="From which to which evaluation it may begin, instead of `at`.",
    )
    until: Time | None = Field(
        default=None, description="At which evaluation it is resolved; not looked at if left out."
    )
    severity: SeverityWord | None = Field(default=None, description="The severity it must have.")
    annotations: dict[LabelName, str] = Field(
        default={}, description="Annotations that it must have, among others."
    )

    @model_validator(mode="after")
    def _has_one_time(self) -> Self:
        if self.at is not None and self.between is not None:
            raise wrong("has one of at and between")
        return self


class RuleTest(Block):
    """Series or alerts over a time that begins at 0, and what rules make of them."""

    name: str = Field(min_length=1, max_length=200, description="What it shows.")
    interval: Interval = Field(
        default="1m", validate_default=True, description="How far apart the points are."
    )
    series: dict[Notation, Notation] = Field(
        default={},
        description="Points by series: `cpu_usage_percent{host=\"a\"}: '10x4 90x9'`, in the "
        "notation of Prometheus' tests.",
    )
    answers: dict[Notation, dict[Notation, Notation]] = Field(
        default={},
        description="What a source answers, by `expression`, then by labels: `{job=\"a\"}: '1x9'`.",
    )
    alerts: dict[Notation, Notation] = Field(
        default={},
        description="When alerts fire: `JobFailed{job=\"a\"}: '0m-2m 5m-6m 10m'`.",
    )
    duration: Time | None = Field(
        default=None,
        description="How long it is played; to the last point or change if left out.",
    )
    fires: list[Fires] = Field(
        default=[],
        description="The alerts that must fire. A rule that stands here must make no other.",
    )
    quiet: list[Name] = Field(default=[], description="Rules that must not fire at all.")
