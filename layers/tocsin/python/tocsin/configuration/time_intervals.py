"""Time intervals as blocks of a configuration; Alertmanager's are the same."""

from collections.abc import Callable, Sequence
from typing import Annotated, Self

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from tocsin.configuration.block import Block
from tocsin.configuration.fields import Name, wrong
from tocsin.domain import time_interval
from tocsin.domain.errors import ConfigurationError, InvalidInput
from tocsin.domain.time_interval import Span, zone
from tocsin.domain.time_words import (
    parse_clock,
    parse_days_of_month,
    parse_months,
    parse_times,
    parse_weekdays,
    parse_years,
)


def _words(read: Callable[[str], object], *, numbers: bool = True) -> BeforeValidator:
    """Refuse words that `read` raises InvalidInput for; a number needs no quotes."""

    def check(value: object) -> str:
        if numbers and isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str):
            raise wrong("must be text; put it in quotes")
        try:
            read(value)
        except InvalidInput as error:
            raise wrong(error.message) from error
        return str(value)

    return BeforeValidator(check)


def _location(text: str) -> str:
    try:
        zone(text)
    except ConfigurationError as error:
        raise wrong(f"{error}; write one such as Europe/Berlin") from error
    return text


def _described(kind: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "x-kind": kind})


ClockText = Annotated[str, _words(parse_clock, numbers=False), _described("time of day")]
Weekdays = Annotated[str, _words(parse_weekdays), _described("weekday range")]
DaysOfMonth = Annotated[str, _words(parse_days_of_month), _described("day range")]
Months = Annotated[str, _words(parse_months), _described("month range")]
Years = Annotated[str, _words(parse_years), _described("year range")]
Location = Annotated[str, AfterValidator(_location), _described("time zone")]


class TimeRange(Block):
    """Times of the day, the first included and the last not."""

    start_time: ClockText = Field(description="The first, such as `09:00`.")
    end_time: ClockText = Field(description="The end, up to `24:00`.")

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        try:
            parse_times(self.start_time, self.end_time)
        except InvalidInput as error:
            raise wrong(error.message) from error
        return self


class TimeInterval(Block):
    """Moments that meet every field; a field that is left out is met by all."""

    times: list[TimeRange] = Field(default=[], max_length=50, description="Times of the day.")
    weekdays: list[Weekdays] = Field(
        default=[], max_length=50, description="Days of the week: `monday:friday`, `sunday`."
    )
    days_of_month: list[DaysOfMonth] = Field(
        default=[],
        max_length=50,
        description="Days of the month: `1:5`; `-3:-1` are its last three.",
    )
    months: list[Months] = Field(
        default=[], max_length=50, description="Months, by number or name: `1:3`, `may:august`."
    )
    years: list[Years] = Field(default=[], max_length=50, description="Years: `2026:2028`.")
    location: Location = Field(
        default="",
        description="The time zone of all these, such as `Europe/Berlin`, or `Local` for that of "
        "the machine (on AWS: UTC); UTC if left out.",
    )


class NamedTimeInterval(Block):
    """A name for time intervals, any of which will do."""

    name: Name = Field(description="What routes call it.")
    time_intervals: list[TimeInterval] = Field(
        default=[], max_length=1000, description="Any of them will do."
    )


def to_time_intervals(models: Sequence[TimeInterval]) -> tuple[time_interval.TimeInterval, ...]:
    """Make what the pipeline uses."""
    return tuple(
        time_interval.TimeInterval(
            times=tuple(parse_times(each.start_time, each.end_time) for each in model.times),
            weekdays=_spans(model.weekdays, parse_weekdays),
            days_of_month=_spans(model.days_of_month, parse_days_of_month),
            months=_spans(model.months, parse_months),
            years=_spans(model.years, parse_years),
            location=model.location,
        )
        for model in models
    )


def _spans(texts: Sequence[str], read: Callable[[str], Span]) -> tuple[Span, ...]:
    return tuple(map(read, texts))
