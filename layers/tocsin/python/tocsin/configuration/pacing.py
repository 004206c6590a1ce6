"""How many messages a receiver gets, in `tocsin.yaml`."""

from typing import Annotated, Any, Literal

from pydantic import Field

from tocsin.configuration.block import Block
from tocsin.configuration.fields import Duration, between
from tocsin.domain.duration import format_duration
from tocsin.domain.pace import PacePolicy

_Window = Annotated[Duration, between("1m", "1d")]
_Every = Annotated[Duration, between("10s", "1h")]
NONE: Literal["none"] = "none"


class Pace(Block):
    """How many messages a receiver gets at most; the rest is told together, in digests."""

    messages: int = Field(
        default=50, ge=2, le=1000, description="The most messages in any time of `per`."
    )
    per: _Window = Field(default="1h", validate_default=True, description="That time.")
    storm: int = Field(
        default=10,
        ge=2,
        le=1000,
        description="How many groups must want to speak within a minute to be told together.",
    )
    every: _Every = Field(
        default="1m",
        validate_default=True,
        description="How long a digest waits after the message before it, at least.",
    )


def to_pace(model: Pace | Literal["none"] | None, *, is_for_people: bool) -> PacePolicy | None:
    """Make a receiver's pace; what is for people has one unless it says `none`."""
    if model is None:
        return PacePolicy() if is_for_people else None
    if model == NONE:
        return None
    return PacePolicy(
        limit=model.messages, window_s=model.per, storm=model.storm, every_s=model.every
    )


def displayed_pace(policy: PacePolicy | None) -> dict[str, Any] | str:
    """Return a pace in the words of `tocsin.yaml`."""
    if policy is None:
        return NONE
    return {
        "messages": policy.limit,
        "per": format_duration(policy.window_s),
        "storm": policy.storm,
        "every": format_duration(policy.every_s),
    }
