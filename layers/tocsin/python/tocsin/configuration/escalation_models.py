"""The shape of escalation policies, on-call schedules and people in `tocsin.yaml`."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import AfterValidator, Field, WithJsonSchema, model_validator

from tocsin.configuration.block import Block
from tocsin.configuration.fields import Duration, Name, between, readable, wrong
from tocsin.configuration.time_intervals import Location, Weekdays
from tocsin.domain.errors import InvalidInput
from tocsin.domain.week_words import parse_local, parse_moment, week_spans


def _time(text: str) -> str:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        raise wrong(
            "not a time; write it as 2026-01-05T09:00, or with an offset as 2026-01-05T09:00Z"
        ) from None
    return text


def _named_zone(text: str) -> str:
    if text == "Local":
        raise wrong("Local is another zone on each machine; write one such as Europe/Berlin")
    return text


def _described(kind: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "x-kind": kind})


LocalTime = Annotated[str, readable(parse_local), _described("local time")]
Moment = Annotated[str, readable(parse_moment), _described("time of day or week")]
Time = Annotated[str, AfterValidator(_time), _described("time")]
ScheduleZone = Annotated[Location, AfterValidator(_named_zone)]
StepDelay = Annotated[Duration, between("0s", "7d")]
RepeatAfter = Annotated[Duration, between("1m", "7d")]
Turn = Annotated[Duration, between("1h", "365d")]


class Person(Block):
    """Somebody who can be on call."""

    name: Name = Field(description="What schedules call the person.")
    receivers: list[Name] = Field(
        min_length=1, max_length=20, description="Where to tell it; receivers or their groups."
    )


class Restriction(Block):
    """Hours of the week in which a layer holds, by the schedule's clock."""

    weekdays: list[Weekdays] = Field(
        default=[],
        max_length=7,
        description="The days of `from`, such as `monday:friday`; every day if left out.",
    )
    starts: Moment = Field(alias="from", description="`17:00`, or with a day, `friday 17:00`.")
    until: Moment = Field(
        description="As `from`. An end that is not after its start is on the next day, or in the "
        "next week."
    )

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        try:
            week_spans(self.starts, self.until, tuple(self.weekdays))
        except InvalidInput as error:
            raise wrong(error.message) from error
        return self


class Layer(Block):
    """People who take turns."""

    name: Name = Field(description="What people call the layer.")
    people: list[Name] = Field(
        min_length=1, max_length=100, description="Who takes turns, in this order."
    )
    starts: LocalTime = Field(
        description="When the first turn begins, such as `2026-01-05T09:00`. Handoffs are at that "
        "time of day."
    )
    turn: Turn = Field(
        default="7d",
        validate_default=True,
        description="How long a turn is, by the clock on the wall: `1d`, `7d`, `12h`.",
    )
    ends: LocalTime | None = Field(default=None, description="When the layer ends; never.")
    restrictions: list[Restriction] = Field(
        default=[], max_length=50, description="When the layer holds; always if there are none."
    )

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.ends is not None and parse_local(self.ends) <= parse_local(self.starts):
            raise wrong("ends before it starts")
        return self


class Override(Block):
    """Somebody who stands in."""

    person: Name = Field(description="Who is on call instead.")
    starts: Time = Field(
        alias="from", description="Since when; by the schedule's clock unless it has an offset."
    )
    until: Time = Field(description="Until when, as `from`.")


class Schedule(Block):
    """Who is on call: the last layer that holds counts, and an override before all layers."""

    name: Name = Field(description="What policies call the schedule.")
    time_zone: ScheduleZone = Field(
        default="", description="Whose clock counts, such as `Europe/Berlin`; UTC if left out."
    )
    layers: list[Layer] = Field(
        min_length=1, max_length=20, description="A later layer counts before an earlier one."
    )
    overrides: list[Override] = Field(
        default=[], max_length=500, description="Who stands in; the latest listed counts."
    )


class EscalationStep(Block):
    """Whom to tell, and when."""

    after: StepDelay = Field(
        description="How long after the step before, or for the first after the alert fired."
    )
    receivers: list[Name] = Field(
        default=[], max_length=20, description="Who is told; receivers or their groups."
    )
    schedules: list[Name] = Field(
        default=[], max_length=20, description="The schedules whose people on call are told."
    )


class EscalationPolicy(Block):
    """Who is told, one after another, of an alert that nobody acknowledges; see escalation.md."""

    name: Name = Field(description="What routes call the policy.")
    steps: list[EscalationStep] = Field(
        min_length=1, max_length=20, description="The steps, in their order."
    )
    repeat: int = Field(
        default=0,
        ge=0,
        le=100,
        description="How often all steps begin again after the last one.",
    )
    repeat_after: RepeatAfter = Field(
        default="30m",
        validate_default=True,
        description="From the last step to the first of the next round, instead of its `after`.",
    )
