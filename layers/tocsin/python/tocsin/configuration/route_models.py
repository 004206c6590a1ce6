"""The shape of routes, inhibition and what else decides who is told, in `tocsin.yaml`."""

from typing import Annotated

from pydantic import Field

from tocsin.configuration.block import Block
from tocsin.configuration.fields import (
    Duration,
    GroupLabel,
    LabelName,
    MatcherText,
    Name,
    PolicyName,
    between,
)

GroupTime = Annotated[Duration, between("0s", "7d")]
RepeatInterval = Annotated[Duration, between("1s", "30d")]


class Route(Block):
    """A node of the routing tree; an alert goes down to the first child that matches."""

    receiver: Name | None = Field(
        default=None, description="Who hears of these alerts; the parent's receiver if left out."
    )
    matchers: list[MatcherText] = Field(
        default=[],
        max_length=20,
        description="Conditions on labels, all of which must hold: "
        '`team="db"`, `!=`, `=~` and `!~` (RE2, anchored). The top route has none.',
    )
    group_by: list[GroupLabel] | None = Field(
        default=None,
        max_length=20,
        description="Labels that make one notification of many alerts; `['...']` is every "
        "label. The parent's labels if left out; none at the top: one group a receiver.",
    )
    continues: bool = Field(
        default=False,
        alias="continue",
        description="Whether later siblings are tried after this route matched.",
    )
    group_wait: GroupTime | None = Field(
        default=None,
        description="From the first alert of a group to its first notification; `0s` is at once. "
        "The parent's if left out, and `30s` at the top.",
    )
    group_interval: GroupTime | None = Field(
        default=None,
        description="From one look at what is new in a group to the next; `0s` is at once. The "
        "parent's if left out, and `5m` at the top.",
    )
    repeat_interval: RepeatInterval | None = Field(
        default=None,
        description="After how long what still fires is told again. The parent's if left out, "
        "and `4h` at the top.",
    )
    mute_time_intervals: list[Name] = Field(
        default=[],
        max_length=50,
        description="Time intervals in any of which the route keeps silent; not for the top "
        "route, and not inherited.",
    )
    active_time_intervals: list[Name] = Field(
        default=[],
        max_length=50,
        description="Time intervals outside of all of which the route keeps silent, if there are "
        "any; not for the top route, and not inherited.",
    )
    policy: PolicyName | None = Field(
        default=None,
        description="The escalation policy of what nobody acknowledges; `''` is none. The "
        "parent's if left out; see escalation.md.",
    )
    routes: list["Route"] = Field(default=[], max_length=200, description="Child routes.")


class InhibitRule(Block):
    """While a source fires, targets with the same values of `equal` are not told."""

    source_matchers: list[MatcherText] = Field(
        default=[], max_length=20, description="What an alert meets that mutes others."
    )
    target_matchers: list[MatcherText] = Field(
        default=[],
        max_length=20,
        description="What an alert meets that is muted; not by one that meets both, if it does.",
    )
    equal: list[LabelName] = Field(
        default=[],
        max_length=20,
        description="Labels that both have with the same value, or both lack.",
    )
