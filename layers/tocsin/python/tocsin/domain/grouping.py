"""How events change a notification group: evaluate's side of it, without I/O."""

from collections.abc import Iterable, Mapping

import msgspec

from tocsin.domain import flush
from tocsin.domain.alert import routing_labels
from tocsin.domain.aliases import concerned, tombstones
from tocsin.domain.change import Change
from tocsin.domain.climbing import due_climbs
from tocsin.domain.config import TenantConfig, Timing
from tocsin.domain.decision import has_work
from tocsin.domain.episode import Merged, merge, resolve_by_hand, time_out
from tocsin.domain.flush import first_flush_at_s
from tocsin.domain.foundlate import joined, says_more
from tocsin.domain.group import Group, Member, Step
from tocsin.domain.handling import Action, handled
from tocsin.domain.inhibition import is_source
from tocsin.domain.journal import ActionRecord, DeliveryRecord, Record, TransitionRecord
from tocsin.domain.routing import receiver_of
from tocsin.domain.suppressed import suppressed

# A resolved alert is remembered for as long as a message can wait in a queue, so that a late
# firing of the same episode is recognised as old; after an hour without its texts.
TOMBSTONE_S = 4 * 86400.0 + 3600.0
COMPACT_S = 3600.0
# A group in which nothing fires any more is forgotten when no dead letter can name it.
IDLE_S = 15 * 86400.0
# A poke that got lost is repeated after this long.
POKE_GRACE_S = 60.0
# Up to here a message waits in the queue; what waits longer is found in the time index.
MESSAGE_WAIT_S = 60.0


class Applied(msgspec.Struct, kw_only=True):
    """A group after some events: what to store, what to write in the journal."""

    group: Group
    records: list[Record] = []
    is_changed: bool = False
    # Whether nothing was left of the group before: nothing fired, and nothing was untold.
    is_new: bool = False
    # When notify must look at the group, once it is finished; None: it has nothing to do.
    work_at_s: float | None = None


def apply_changes(group: Group, changes: Iterable[Change], now_s: float) -> Applied:
    """Merge events into a group, in order; the group that was read stays as it is."""
    applied = Applied(group=_copy(group), is_new=_is_over(group))
    members = applied.group.members
    for change in sorted(changes, key=lambda each: each.order):
        for each in list(concerned(applied.group, change)):
            _apply(applied, each, now_s)
        for member in list(tombstones(members, change)):
            members[member.fingerprint] = member
            applied.is_changed = True
    return applied


def _apply(applied: Applied, change: Change, now_s: float) -> None:
    group = applied.group
    before = group.members.get(change.fingerprint)
    merged = merge(before, change)
    if merged.again:
        return
    merged = _keep_end(group, before, merged)
    applied.records.extend(_records(group, before, merged, change, now_s))
    if merged.member != before:
        group.members[change.fingerprint] = merged.member
        applied.is_changed = True


def apply_timeouts(
    group: Group, now_s: float, held_until_s: Mapping[str, float] | None = None
) -> Applied:
    """Resolve what fires in a group and was not repeated in time.

    `held_until_s` says of what was repeated until when it holds.
    """
    applied = Applied(group=_copy(group))
    for name, until_s in (held_until_s or {}).items():
        member = msgspec.structs.replace(applied.group.members[name], holds_until_s=until_s)
        applied.group.members[name] = member
        applied.is_changed = True
    for member in list(applied.group.members.values()):
        ended = time_out(member, now_s)
        if ended is None:
            continue
        applied.group.members[member.fingerprint] = ended
        applied.is_changed = True
        applied.records.append(
            TransitionRecord(
                source="",
                fingerprint=member.fingerprint,
                verdict="resolved",
                group=group.key.id,
                receiver=group.key.receiver,
                episode=member.episode,
                at_s=now_s,
                reason="nobody repeated it in time",
            )
        )
    return applied


def apply_actions(applied: Applied, actions: Iterable[Action], now_s: float) -> Applied:
    """Let people's actions take effect in a group, after its events."""
    for action in actions:
        member = applied.group.members.get(action.fingerprint)
        reason = _why_not(member, action)
        if member is not None and not reason:
            handling = handled(member.handling, action)
            if handling is None:
                continue
            changed = msgspec.structs.replace(member, handling=handling)
            if action.kind == "resolve":
                changed = resolve_by_hand(changed, action)
            applied.group.members[action.fingerprint] = changed
            applied.is_changed = True
        applied.records.append(
            ActionRecord(
                action=action,
                group=applied.group.key.id,
                receiver=applied.group.key.receiver,
                reason=reason,
                at_s=now_s,
            )
        )
    return applied


def apply_findings(
    applied: Applied, found: Iterable[Change], now_s: float, *, at_once: bool = False
) -> Applied:
    """Add what was found out about firings, each to the very firing that it is about.

    `at_once`: the group's receiver is told of it at once, if it was told without it.
    """
    members = applied.group.members
    for change in found:
        for name in change.names:
            member = members.get(name)
            if member is None or member.status != "firing" or member.fired_by != change.source:
                continue
            enrichment = joined(member.alert, change.alert)
            enriched = msgspec.structs.replace(member.alert, enrichment=enrichment)
            if enriched == member.alert:
                continue
            found_at_s = member.found_at_s
            if at_once and says_more(member.alert, enriched):
                found_at_s = found_at_s or now_s
            members[name] = msgspec.structs.replace(member, alert=enriched, found_at_s=found_at_s)
            applied.is_changed = True
    return applied


def _why_not(member: Member | None, action: Action) -> str:
    """Return why an action has no effect; "" if it has."""
    if member is None or member.episode != action.episode:
        return "another episode by now"
    if member.status == "resolved" and action.kind not in ("comment", "assign"):
        return "over already"
    return ""


def finish(applied: Applied, config: TenantConfig, timing: Timing, now_s: float) -> Group:
    """Prune the group and set its due times, ready to be stored."""
    group = applied.group
    group.first_flush_at_s = first_flush_at_s(group, timing, now_s, is_new=applied.is_new)
    if receiver_of(config, group.key.receiver) is not None:
        group.config_version = config.version
    for member in [each for each in group.members.values() if group.is_settled(each)]:
        age_s = now_s - member.changed_at_s
        if age_s >= TOMBSTONE_S:
            del group.members[member.fingerprint]
        elif age_s >= COMPACT_S:
            group.members[member.fingerprint] = compact(member)
    firing = [each for each in group.members.values() if each.status == "firing"]
    holds = [each.holds_until_s for each in firing if each.holds_until_s is not None]
    group.resolve_due_at_s = min([*holds, *due_climbs(firing)], default=None)
    group.expires_at_s = None if firing else now_s + IDLE_S
    # What is over and told is remembered for days, and hurries nobody.
    group.urgent = any(
        each.alert.is_urgent and not group.is_settled(each) for each in group.members.values()
    )
    group.inhibits = any(_inhibits(each, config) for each in firing)
    known, group.poke_due_at_s = group.poke_due_at_s, None
    found = flush.survey(group)
    applied.work_at_s = flush.work_at_s(group, found, timing, now_s)
    due_at_s = (
        flush.due_at_s(group, timing, found)
        if applied.work_at_s is None
        else _index_at_s(applied.work_at_s, now_s)
    )
    if due_at_s is not None:
        group.poke_due_at_s = due_at_s if known is None else min(known, due_at_s)
    return group


def _index_at_s(at_s: float, now_s: float) -> float:
    """Return when the time index brings a group back: late, where a message should do it."""
    return at_s + POKE_GRACE_S if at_s - now_s <= MESSAGE_WAIT_S else at_s


def _is_over(group: Group) -> bool:
    fires = any(member.status == "firing" for member in group.members.values())
    return not fires and not has_work(group)


def _inhibits(member: Member, config: TenantConfig) -> bool:
    rules = config.inhibit_rules
    return bool(rules) and is_source(rules, routing_labels(member.alert, plain=config.plain_labels))


def _keep_end(group: Group, before: Member | None, merged: Merged) -> Merged:
    """Keep the end of the episode that the receiver believes to be firing."""
    told = group.told.get(merged.member.fingerprint)
    if merged.verdict != "reopened" or before is None or before.closed is None or told is None:
        return merged
    if told.step != "firing" or told.episode != before.closed[0]:
        return merged
    member = msgspec.structs.replace(merged.member, closed=before.closed)
    return msgspec.structs.replace(merged, member=member)


def _copy(group: Group) -> Group:
    return msgspec.structs.replace(group, members=dict(group.members))


def _records(
    group: Group, before: Member | None, merged: Merged, change: Change, now_s: float
) -> Iterable[Record]:
    yield TransitionRecord(
        source=change.source,
        fingerprint=change.fingerprint,
        verdict=merged.verdict,
        group=group.key.id,
        receiver=group.key.receiver,
        episode=merged.member.episode,
        at_s=now_s,
        reason=merged.reason,
    )
    if merged.verdict == "reopened" and before is not None:
        yield from _superseded(group, before, now_s)


def _superseded(group: Group, before: Member, now_s: float) -> Iterable[DeliveryRecord]:
    """Account for an episode that ended, and was followed, before anybody was told of it.

    If notify is telling it at this very moment, its own record outweighs this one.
    """
    told = group.told.get(before.fingerprint)
    is_told = told is not None and told.episode >= before.episode
    if is_told or not before.fired_by:
        return ()
    step = Step(before.fingerprint, before.episode, "resolved", before.resolved_by)
    sources = (before.fired_by, before.resolved_by)
    return suppressed(group, step, sources, "fired again before anybody was told", now_s)


def compact(member: Member) -> Member:
    """Return an alert with only what orders the events that may still come."""
    alert = msgspec.structs.replace(
        member.alert, name="", labels={}, annotations={}, url="", enrichment=None
    )
    return msgspec.structs.replace(member, alert=alert)
