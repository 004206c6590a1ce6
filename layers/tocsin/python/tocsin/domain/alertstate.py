"""The state of an alert as people speak of it, of all that may hold at the same time the first."""

from collections.abc import Collection
from typing import Literal

from tocsin.domain.group import Member
from tocsin.domain.handling import Handling

State = Literal["firing", "acknowledged", "snoozed", "silenced", "inhibited", "resolved"]


def state_of(
    member: Member,
    handling: Handling | None,
    silenced_by: Collection[str],
    inhibited_by: str,
    now_s: float,
) -> State:
    """Return the state of a run; `handling` is what was done about it, in all of its groups."""
    if not member.fires(now_s):
        return "resolved"
    if handling is not None and handling.snoozed_until_s > now_s:
        return "snoozed"
    if handling is not None and handling.is_acknowledged:
        return "acknowledged"
    if silenced_by:
        return "silenced"
    return "inhibited" if inhibited_by else "firing"
