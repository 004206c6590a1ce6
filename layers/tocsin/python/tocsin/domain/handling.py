"""What people do about an alert: acknowledge, assign, comment, snooze, resolve by hand.

It is bound to an episode: when the alert is over and fires again, nobody has seen that yet.
Actions come late, twice and out of order, as events do; what they come to follows from their
times alone.
"""

from collections.abc import Sequence
from typing import Literal, get_args

import msgspec

ActionKind = Literal["acknowledge", "unacknowledge", "assign", "comment", "snooze", "resolve"]
KINDS: tuple[ActionKind, ...] = get_args(ActionKind)
# How many actions are kept with an alert, besides older ones that still count; all are in the
# journal.
ACTIONS_LIMIT = 50


class Action(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that somebody did about one episode of an alert, at a time in epoch seconds.

    `text` is a comment, or why. `assignee` is for assign ("": nobody), `until_s` for snooze.
    """

    id: str
    kind: ActionKind
    fingerprint: str
    episode: int
    by: str
    at_s: float
    text: str = ""
    assignee: str = ""
    until_s: float = 0.0


class Handling(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was done about an episode, and what that comes to."""

    actions: tuple[Action, ...] = ()
    acknowledged_by: str = ""
    assignee: str = ""
    snoozed_by: str = ""
    snoozed_until_s: float = 0.0
    resolved_by: str = ""

    @property
    def is_acknowledged(self) -> bool:
        """Whether somebody has it in hand, so that nobody need be told again."""
        return bool(self.acknowledged_by)


def handled(before: Handling | None, action: Action) -> Handling | None:
    """Return what is done with one action more; None if it was there already."""
    known = before.actions if before is not None else ()
    if any(each.id == action.id for each in known):
        return None
    actions = _kept(sorted((*known, action), key=lambda each: (each.at_s, each.id)))
    result = Handling(actions=actions)
    for each in actions:
        result = msgspec.structs.replace(result, **_effect(each))
    return result


def _kept(actions: Sequence[Action]) -> tuple[Action, ...]:
    """Return the last actions, and of those before them each that nothing has undone since."""
    older, kept = actions[:-ACTIONS_LIMIT], actions[-ACTIONS_LIMIT:]
    decided = {field for each in kept for field in _effect(each)}
    counting: list[Action] = []
    for each in reversed(older):
        fields = _effect(each).keys()
        if fields - decided:
            counting.append(each)
            decided |= fields
    return (*reversed(counting), *kept)


def _effect(action: Action) -> dict[str, str | float]:
    if action.kind == "snooze":
        return {"snoozed_by": action.by, "snoozed_until_s": action.until_s}
    if action.kind == "assign":
        return {"assignee": action.assignee}
    if action.kind == "comment":
        return {}
    if action.kind == "resolve":
        return {"resolved_by": action.by}
    return {"acknowledged_by": action.by if action.kind == "acknowledge" else ""}
