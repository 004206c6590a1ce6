"""How an episode goes up the steps of its policy: evaluate's side of it, without I/O.

Where it stands lies with the alert in the group of its own route, and moves on in the same write
in which the groups of a step's receivers get the alert. So a step is taken once, whoever dies.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

import msgspec

from tocsin.domain.config import TenantConfig
from tocsin.domain.escalation import Climb, EscalationPolicy
from tocsin.domain.group import Group, GroupKey, Member
from tocsin.domain.journal import EscalationRecord
from tocsin.domain.stepreach import Reached, reached_by, step_place

# How soon and how late it looks again whether a step may be taken that waits: after its own
# delay, within these bounds. A snooze says itself when it ends, and may be made shorter.
SHORTEST_LOOK_S, LONGEST_LOOK_S = 60.0, 300.0

What = Callable[[], Mapping[str, str]]


class Rung(msgspec.Struct, frozen=True):
    """A group that must be told of an alert, since a step of its policy is taken."""

    key: GroupKey
    member: Member
    round: int


class Ascent(msgspec.Struct, kw_only=True):
    """What becomes of the climbs of one group at one time.

    `muted` says why alerts may not be told now; it is asked only where a step is due.
    """

    config: TenantConfig
    # None: its route has none. Of a group whose route is gone, that of the climb itself counts.
    policy: EscalationPolicy | None
    is_routed: bool
    now_s: float
    muted: What
    records: list[EscalationRecord] = []
    rungs: list[Rung] = []


def due_climbs(members: Iterable[Member]) -> Iterator[float]:
    """Yield when the next step of each alert must be looked at, where one is due."""
    for member in members:
        climb = member.climb
        if climb is not None and climb.due_at_s is not None:
            # That it is put off is written down once, and then nothing is to be done until then.
            yield max(climb.due_at_s, member.snoozed_until_s) if climb.waits else climb.due_at_s


def has_climbs(group: Group) -> bool:
    """Tell whether any alert of a group has begun to climb."""
    return any(member.climb is not None for member in group.members.values())


def climbed(before: Member | None, member: Member, group: Group, ascent: Ascent) -> Member:
    """Return a member after all that is due of its escalation; `before` is how it was read."""
    if member.status != "firing":
        return _over(member, group, ascent)
    policy, climb = _policy(member, ascent), member.climb
    if policy is None:
        return member if climb is None else _halted(member, group, ascent, "it has no policy now")
    if climb is None:
        is_new = before is None or before.episode != member.episode
        since_s = member.changed_at_s if is_new else ascent.now_s
        climb = Climb(policy=policy.name, due_at_s=since_s + policy.steps[0].after_s)
    elif climb.policy != policy.name:
        climb = msgspec.structs.replace(climb, policy=policy.name)
    member = msgspec.structs.replace(member, climb=climb)
    if member.is_acknowledged:
        by = member.handling.acknowledged_by if member.handling is not None else ""
        return _halted(member, group, ascent, f"acknowledged by {by}")
    return _go_up(_resumed(member, group, policy, ascent), group, policy, ascent)


def next_step(policy: EscalationPolicy, climb: Climb) -> tuple[int, int] | None:
    """Return the step that is next and its round; None if there is none left.

    A policy that has become shorter ends, or begins its next round, where it ends now.
    """
    if climb.step < len(policy.steps):
        return (climb.step, climb.round) if climb.round <= policy.repeat else None
    return (0, climb.round + 1) if climb.round < policy.repeat else None


def is_stranded(member: Member, policy: EscalationPolicy | None) -> bool:
    """Tell whether an alert will never be told further though it must: a bug.

    It fires, nobody has it in hand, steps of its policy are left, and none is due.
    """
    if policy is None or member.status != "firing" or member.is_acknowledged:
        return False
    climb = member.climb
    if climb is None:
        return True
    return climb.due_at_s is None and next_step(policy, climb) is not None


def _policy(member: Member, ascent: Ascent) -> EscalationPolicy | None:
    if ascent.is_routed or member.climb is None:
        return ascent.policy
    return ascent.config.policies.get(member.climb.policy)


def _over(member: Member, group: Group, ascent: Ascent) -> Member:
    if member.climb is None:
        return member
    return msgspec.structs.replace(_halted(member, group, ascent, "it is over"), climb=None)


def _halted(member: Member, group: Group, ascent: Ascent, reason: str) -> Member:
    """Let nothing be due; it is recorded where something was."""
    climb = member.climb
    if climb is None or climb.due_at_s is None:
        return member
    ascent.records.append(_record(member, group, ascent, what="stopped", reason=reason))
    return _moved(member, due_at_s=None, waits="")


def _resumed(member: Member, group: Group, policy: EscalationPolicy, ascent: Ascent) -> Member:
    """Let the next step be due again, where somebody gave the alert back."""
    climb = member.climb
    assert climb is not None
    if climb.due_at_s is not None:
        return member
    following = next_step(policy, climb)
    if following is None:
        return member
    due_at_s = ascent.now_s + _delay_s(policy, following, climb.round)
    member = _moved(member, step=following[0], round=following[1], due_at_s=due_at_s)
    ascent.records.append(_record(member, group, ascent, what="resumed"))
    return member


def _go_up(member: Member, group: Group, policy: EscalationPolicy, ascent: Ascent) -> Member:
    """Take every step that is due, unless it must wait."""
    while _is_due(member, ascent.now_s):
        climb = member.climb
        assert climb is not None
        following = next_step(policy, climb)
        if following is None:
            return _halted(member, group, ascent, "its policy has no further step now")
        waiting = _put_off(member, group, policy, ascent)
        if waiting is not None:
            return waiting
        member = _step(member, group, policy, following, ascent)
    return member


def _is_due(member: Member, now_s: float) -> bool:
    climb = member.climb
    return climb is not None and climb.due_at_s is not None and climb.due_at_s <= now_s


def _put_off(
    member: Member, group: Group, policy: EscalationPolicy, ascent: Ascent
) -> Member | None:
    """Return the member with its step put off, if it may not be told now; else None.

    What is snoozed stays due as it was: whoever snoozes it anew, for longer or less long, says
    anew until when.
    """
    climb, handling = member.climb, member.handling
    assert climb is not None
    if member.snoozed_until_s > ascent.now_s and handling is not None:
        why, again_at_s = f"snoozed by {handling.snoozed_by}", climb.due_at_s
    else:
        why = ascent.muted().get(member.fingerprint, "")
        delay_s = policy.steps[min(climb.step, len(policy.steps) - 1)].after_s
        again_at_s = ascent.now_s + min(max(delay_s, SHORTEST_LOOK_S), LONGEST_LOOK_S)
    if not why:
        return None
    if climb.waits != why:
        ascent.records.append(_record(member, group, ascent, what="deferred", reason=why))
    return _moved(member, due_at_s=again_at_s, waits=why)


def _step(
    member: Member,
    group: Group,
    policy: EscalationPolicy,
    at: tuple[int, int],
    ascent: Ascent,
) -> Member:
    """Take one step: note who must be told, and when the next one is due."""
    climb = member.climb
    assert climb is not None
    index, turn = at
    found = reached_by(policy.steps[index], ascent.config, ascent.now_s)
    place = step_place(policy.name, index)
    reached = dict.fromkeys((*climb.reached, *((name, place) for name in found.receivers)))
    member = _moved(member, step=index, round=turn, reached=tuple(reached), waits="")
    ascent.records.append(_taken(member, group, found, ascent))
    member = _moved(member, step=index + 1, due_at_s=None)
    assert member.climb is not None
    following = next_step(policy, member.climb)
    if following is not None:
        is_at_once = not found.receivers and following[1] == turn
        delay_s = 0.0 if is_at_once else _delay_s(policy, following, turn)
        step, round_ = following
        member = _moved(member, step=step, round=round_, due_at_s=ascent.now_s + delay_s)
    for name in found.receivers:
        key = msgspec.structs.replace(group.key, receiver=name, route=place)
        ascent.rungs.append(Rung(key, member, turn))
    return member


def _delay_s(policy: EscalationPolicy, following: tuple[int, int], turn: int) -> float:
    """Return how long the next step waits: the first of a round as long as rounds lie apart."""
    step, its_round = following
    begins_round = its_round > turn or (step == 0 and its_round > 0)
    return policy.repeat_after_s if begins_round else policy.steps[step].after_s


def _moved(member: Member, **fields: object) -> Member:
    assert member.climb is not None
    climb = msgspec.structs.replace(member.climb, **fields)
    return msgspec.structs.replace(member, climb=climb)


def _taken(member: Member, group: Group, found: Reached, ascent: Ascent) -> EscalationRecord:
    return msgspec.structs.replace(
        _record(member, group, ascent, what="step", reason=found.reason),
        receivers=found.receivers,
        people=found.people,
    )


def _record(
    member: Member, group: Group, ascent: Ascent, *, what: str, reason: str = ""
) -> EscalationRecord:
    climb = member.climb
    assert climb is not None
    return EscalationRecord(
        what=what,  # type: ignore[arg-type]
        fingerprint=member.fingerprint,
        episode=member.episode,
        group=group.key.id,
        receiver=group.key.receiver,
        policy=climb.policy,
        step=climb.step + 1,
        round=climb.round,
        reason=reason,
        at_s=ascent.now_s,
    )
