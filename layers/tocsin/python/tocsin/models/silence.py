"""Silences, as they are made of an alert."""

from typing import Self

from pydantic import Field

from tocsin.domain import silence
from tocsin.models.model import Model, to_struct
from tocsin.models.words import EpochSeconds


class Silence(Model):
    """What somebody asked not to be told of. `matchers` are name, operator and value."""

    id: str
    matchers: tuple[tuple[str, str, str], ...]
    starts_at_s: EpochSeconds
    ends_at_s: EpochSeconds
    updated_at_s: EpochSeconds
    created_by: str = ""
    comment: str = ""
    annotations: dict[str, str] = Field(default={})
    version: int = 0

    @classmethod
    def of(cls, value: silence.Silence) -> Self:
        """Make the model of the pipeline's value."""
        return cls.from_fields(value)

    def to_domain(self) -> silence.Silence:
        """Return the pipeline's value."""
        return to_struct(self.to_fields(), silence.Silence)
