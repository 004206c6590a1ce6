"""What all blocks of `tocsin.yaml` have in common."""

from pydantic import BaseModel, ConfigDict


class Block(BaseModel):
    """A block of fields, of which none is unknown and none is turned into another type."""

    # Neither errors nor representations ever show what was given: it may be a secret.
    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, hide_input_in_errors=True, validate_by_name=True
    )
