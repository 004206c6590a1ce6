"""The shape of `mappings` in `tocsin.yaml`: how a tenant's own JSON becomes alerts."""

import re
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, WithJsonSchema, model_validator

from tocsin.configuration.block import Block
from tocsin.configuration.fields import Duration, Name, between, wrong
from tocsin.providers.mapping_path import is_template, parse_path, parse_template

ALL = "*"
_KEY = re.compile(r"\*|[a-zA-Z_][a-zA-Z0-9_.-]{0,127}")


def _path(text: str) -> str:
    try:
        parse_path(text)
    except ValueError as error:
        raise wrong(str(error)) from error
    return text


def _path_or_template(text: str) -> str:
    try:
        parse_template(text) if is_template(text) else parse_path(text)
    except ValueError as error:
        raise wrong(str(error)) from error
    return text


def _one_value(text: str) -> str:
    if leads_to_many(text):
        raise wrong("`[*]` leads to many values, and this is one")
    return text


def leads_to_many(text: str) -> bool:
    """Return whether a path, known to be right, holds `[*]`; a template makes one text."""
    return not is_template(text) and parse_path(text).is_many


def _key(text: str) -> str:
    if _KEY.fullmatch(text) is None:
        raise wrong("not a name of a label or annotation, nor `*`")
    return text


def _described(kind: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "x-kind": kind})


Word = Annotated[str, Field(max_length=256)]
Hold = Annotated[Duration, between("1m", "7d")]
SeverityWord = Literal["critical", "high", "warning", "info", "low"]
PathText = Annotated[str, AfterValidator(_path), _described("path")]
AnyText = Annotated[str, AfterValidator(_path_or_template), _described("path or template")]
OneText = Annotated[AnyText, AfterValidator(_one_value)]
Key = Annotated[str, AfterValidator(_key)]


class _Mapped(Block):
    constant: Word | None = Field(
        default=None, min_length=1, description="The value itself, in place of `from`."
    )

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, given: Any) -> Any:
        return {"from": given} if isinstance(given, str) else given

    @model_validator(mode="after")
    def _has_one_source(self) -> Self:
        if (getattr(self, "source", None) is None) == (self.constant is None):
            raise wrong("a value has exactly one of from and constant")
        return self


class MappedText(_Mapped):
    """Where a text comes from. A path or template alone is short for `from`."""

    source: AnyText | None = Field(
        default=None,
        alias="from",
        description="Path or template of the value; `[*]` joins values with commas.",
    )
    words: dict[Word, Word] = Field(
        default={},
        max_length=100,
        description="What a value becomes, whatever its case; others stay as they are.",
    )
    default: Word | None = Field(default=None, description="What stands for a missing value.")
    required: bool = Field(
        default=False, description="Whether an alert without the value is refused."
    )


class MappedStatus(_Mapped):
    """Where the status comes from. A path or template alone is short for `from`."""

    source: OneText | None = Field(
        default=None, alias="from", description="Path or template of the word."
    )
    words: dict[Word, Literal["firing", "resolved", "ignored"]] = Field(
        default={},
        max_length=100,
        description="What a word means, besides those of generic JSON; `ignored` is no news.",
    )
    default: Literal["firing", "resolved"] | None = Field(
        default=None,
        description="What a missing or unknown word means. Without it an unknown word is "
        "refused, and a missing one is firing, or resolved if `ends_at` has passed.",
    )


class MappedSeverity(_Mapped):
    """Where the severity comes from. A path or template alone is short for `from`."""

    source: OneText | None = Field(
        default=None, alias="from", description="Path or template of the word."
    )
    words: dict[Word, SeverityWord] = Field(
        default={},
        max_length=100,
        description="What a word means, besides those that every provider knows.",
    )
    default: SeverityWord = Field(
        default="warning", description="What a missing or unknown word means."
    )


class MappedFields(Block):
    """What an alert is made of. Paths begin at the alert; `$` is the whole body."""

    name: MappedText = Field(description="What is wrong; the label `alertname`.")
    status: MappedStatus | None = Field(default=None, description="Whether it fires.")
    severity: MappedSeverity | None = Field(default=None, description="How bad it is.")
    labels: dict[Key, MappedText] = Field(
        default={},
        max_length=60,
        description="The identity, besides the name. `*` takes every single value of an "
        'object, or each `"name:value"` of a list.',
    )
    annotations: dict[Key, MappedText] = Field(
        default={},
        max_length=60,
        description="Texts for people. `*` takes every single value of an object.",
    )
    starts_at: OneText | None = Field(default=None, description="When it began.")
    ends_at: OneText | None = Field(default=None, description="When it ended, or will.")
    observed_at: OneText | None = Field(
        default=None,
        description="When the status was so. It orders the events of an alert, which else "
        "their arrival does.",
    )
    url: OneText | None = Field(default=None, description="Where to look at it.")
    value: OneText | None = Field(default=None, description="The measured number.")


class PayloadMapping(Block):
    """How one kind of JSON becomes alerts; docs/providers/mapping.md explains it."""

    name: Name = Field(
        description="Its address, `/v1/alerts/NAME`, and the provider of its alerts."
    )
    default: bool = Field(
        default=False, description="Whether it also reads what is sent to `/v1/alerts`."
    )
    form: bool = Field(default=False, description="Whether bodies can be URL-encoded forms.")
    alerts: PathText | None = Field(
        default=None,
        description="Path of the list of alerts, or of the one; if left out, the body itself.",
    )
    match: dict[PathText, list[Word]] = Field(
        default={},
        max_length=20,
        description="Words by path, one of which must be there; other alerts are left alone.",
    )
    fields: MappedFields = Field(description="What an alert is made of.")
    name_changes: bool = Field(
        default=False,
        description="Whether the name can change while the problem lasts. Then it is no part "
        "of the identity, which the labels are alone.",
    )
    hold: Hold | None = Field(
        default=None,
        description="How long a firing holds that nobody repeats, where nothing says that it "
        "is over.",
    )
