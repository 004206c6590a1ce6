"""What is done about an alert, decided where the pipeline decides it."""

from collections.abc import Iterable

from tocsin.domain import silence as silences
from tocsin.domain.alert import Alert
from tocsin.domain.climbing import Ascent, climbed
from tocsin.domain.config import TenantConfig
from tocsin.domain.errors import InvalidInput
from tocsin.domain.group import Group, GroupKey, Member
from tocsin.domain.grouping import Applied, apply_actions
from tocsin.domain.handling import Action
from tocsin.domain.journal import Record
from tocsin.domain.matchers import Matcher
from tocsin.domain.occurrences import occurrences
from tocsin.models.event import AlertEvent
from tocsin.models.silence import Silence


def acted(member: Member, action: Action) -> tuple[Member, AlertEvent]:
    """Return a member after somebody did something, and what happened.

    The event has a reason where it had no effect; the member is then as it was.
    """
    group = _group_of(member)
    applied = apply_actions(Applied(group=group), [action], action.at_s)
    events = _events(applied.records, member)
    known = () if member.handling is None else member.handling.actions
    found = events or _events([], member, [each for each in known if each.id == action.id])
    return applied.group.members[member.fingerprint], found[0]


def escalated(
    member: Member, policy: str, config: TenantConfig, at_s: float, muted: str
) -> tuple[Member, tuple[AlertEvent, ...]]:
    """Return a member after all that is due of a policy, and what happened.

    Raises InvalidInput if the tenant has no such policy.
    """
    if policy not in config.policies:
        raise InvalidInput(f"there is no policy {policy!r}", "policy")
    why = {member.fingerprint: muted} if muted else {}
    ascent = Ascent(
        config=config,
        policy=config.policies[policy],
        is_routed=True,
        now_s=at_s,
        muted=lambda: why,
    )
    # As in the merge that begins the episode, from which on its first step is counted.
    moved = climbed(None, member, _group_of(member, config.tenant), ascent)
    return moved, _events(ascent.records, member)


def silenced(
    alert: Alert, silence_id: str, by: str, text: str, span_s: tuple[float, float]
) -> AlertEvent:
    """Return the silence of what has the labels of an alert, from one time to another.

    Raises InvalidInput, in Alertmanager's words, for what is no silence.
    """
    now_s, until_s = span_s
    wanted = silences.WantedSilence(
        matchers=tuple(Matcher(name, "=", value) for name, value in sorted(alert.labels.items())),
        starts_at_s=now_s,
        ends_at_s=until_s,
        created_by=by,
        comment=text,
    )
    silences.check(wanted, now_s)
    _, made = silences.applied(None, wanted, silence_id, now_s)
    return AlertEvent(
        at_s=now_s, what="silence", by=by, text=text, source=silence_id, silence=Silence.of(made[0])
    )


def _events(
    records: Iterable[Record], member: Member, kept: Iterable[Action] = ()
) -> tuple[AlertEvent, ...]:
    found = occurrences(records, member.fingerprint, {member.episode}, kept)
    return tuple(AlertEvent.of(entry) for entry in found)


def _group_of(member: Member, tenant: str = "") -> Group:
    """Return a group that knows this alert alone, by which nothing is stored or told."""
    return Group(key=GroupKey(tenant, ""), members={member.fingerprint: member})
