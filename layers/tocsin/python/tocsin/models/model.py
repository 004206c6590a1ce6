"""What all models have in common: checked JSON, and the way to and from the domain's values."""

from typing import Any, Self, TypeVar

import msgspec
from pydantic import BaseModel, ConfigDict

Value = TypeVar("Value", bound=msgspec.Struct)


class Model(BaseModel):
    """A value that never changes, of which no field is unknown and none is of another type."""

    # What is wrong is never quoted: it may be a secret.
    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        allow_inf_nan=False,
        hide_input_in_errors=True,
        validate_default=True,
    )

    @classmethod
    def from_fields(cls, fields: Any) -> Self:
        """Make a model of a struct, or of a mapping with structs in it, by the names of fields.

        Raises pydantic's ValidationError for what JSON cannot say, such as a number that is none.
        """
        return cls.model_validate_json(msgspec.json.encode(fields))

    def to_fields(self) -> dict[str, Any]:
        """Return what the model holds, as JSON has it."""
        fields: dict[str, Any] = self.model_dump(mode="json")
        return fields


def fields_of(value: msgspec.Struct) -> dict[str, Any]:
    """Return what a struct holds, without the tag by which unions tell it."""
    fields: dict[str, Any] = msgspec.to_builtins(value)
    tag = type(value).__struct_config__.tag_field
    if tag is not None:
        del fields[tag]
    return fields


def to_struct(fields: dict[str, Any], kind: type[Value]) -> Value:
    """Make a struct of what a model holds. Raises msgspec's ValidationError if it is of another."""
    config = kind.__struct_config__
    if config.tag_field is not None:
        fields = {**fields, config.tag_field: config.tag}
    return msgspec.convert(fields, kind)
