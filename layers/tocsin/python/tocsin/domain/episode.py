"""The state machine of one alert: how an event changes the member that it concerns.

Events arrive late, twice and out of order. They are ordered by the time of the event, a
resolve after a firing of the same time; an event that is older than what is known changes
nothing. Applying any events in any order, any number of times, ends in the same status.
"""

import msgspec

from tocsin.domain.alert import Alert
from tocsin.domain.change import KEYED, Change, rank
from tocsin.domain.found import carried
from tocsin.domain.group import Member
from tocsin.domain.handling import Action
from tocsin.domain.journal import Verdict

# From then on an idempotency key may be used anew for another event, as with Stripe and others.
KEY_S = 24 * 3600.0
# After what is resolved by hand, an alert whose sender says neither when it began nor how long it
# holds goes on until nothing was heard of it for so long. As with senders that never say an end.
REST_S = 3900.0


class Merged(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome of one event.

    `again` says that this very event was merged before: it was redelivered, and whoever
    looks at the outcome must not count it twice.
    """

    member: Member
    verdict: Verdict
    reason: str = ""
    again: bool = False


def merge(member: Member | None, change: Change) -> Merged:
    """Apply one event to what is known of its alert."""
    if member is None:
        return _first(change)
    sources = (member.fired_by, member.resolved_by, _closed_by(member))
    if change.source in sources and not _is_anew(member, change):
        verdict: Verdict = "new" if change.source == member.fired_by else "resolved"
        return Merged(member=member, verdict=verdict, again=True)
    is_newer = change.order > (member.order_at_s, rank(member.status))
    if change.alert.status == member.status:
        return _same_status(member, change, is_newer=is_newer)
    if not is_newer:
        return Merged(member=member, verdict="stale", reason="older than what is known")
    return _resolve(member, change) if member.status == "firing" else _fire_again(member, change)


def _closed_by(member: Member) -> str:
    """Return what ended the episode before: sent again, it does not end this one."""
    return member.closed[1] if member.closed is not None else ""


def _is_anew(member: Member, change: Change) -> bool:
    """Tell whether a key that is known comes so late that it is no retry.

    A message that is delivered again keeps the time of its receipt, and so never comes late.
    """
    is_keyed = change.source.startswith(KEYED)
    return is_keyed and change.received_at_s - member.changed_at_s > KEY_S


def time_out(member: Member, now_s: float) -> Member | None:
    """Return the member resolved, if it fires and nobody repeated it in time; else None."""
    holds_until_s = member.holds_until_s
    if member.status != "firing" or holds_until_s is None or holds_until_s > now_s:
        return None
    return msgspec.structs.replace(
        member,
        status="resolved",
        alert=_ended(member.alert, holds_until_s),
        holds_until_s=None,
        changed_at_s=now_s,
        resolved_by="",
    )


def _is_over(member: Member, change: Change) -> bool:
    """Tell whether a firing held no longer than the time at which its alert timed out."""
    until_s, ended_at_s = change.alert.holds_until_s, member.alert.ends_at_s
    if member.resolved_by or until_s is None or ended_at_s is None:
        return False
    return until_s <= ended_at_s


def _continued(member: Member, alert: Alert) -> Alert:
    """Give what fires again the start of before, if its spans overlap, as Alertmanager does."""
    starts_at_s, known_s, ended_at_s = (
        alert.starts_at_s,
        member.alert.starts_at_s,
        member.alert.ends_at_s,
    )
    if starts_at_s is None or known_s is None or ended_at_s is None or starts_at_s > ended_at_s:
        return alert
    return msgspec.structs.replace(alert, starts_at_s=min(starts_at_s, known_s))


def _was_put_to_rest(member: Member, change: Change) -> bool:
    """Tell whether a firing only goes on with what somebody resolved by hand.

    It does if it began before that. Who does not say when it began goes on as long as its
    repeats do: after a gap it is another problem, of which somebody must hear.
    """
    if member.handling is None or not member.handling.resolved_by:
        return False
    starts_at_s, ended_at_s = change.alert.starts_at_s, member.alert.ends_at_s
    if starts_at_s is not None and ended_at_s is not None:
        return starts_at_s <= ended_at_s
    return member.holds_until_s is None or change.order[0] <= member.holds_until_s


def _rested(member: Member, change: Change) -> Member:
    """Keep at rest what goes on: until its repeats have ended for some time."""
    return msgspec.structs.replace(member, holds_until_s=_rests_until(member, change))


def _rests_until(member: Member, change: Change) -> float:
    until_s = change.alert.holds_until_s or change.order[0] + REST_S
    return max(until_s, member.holds_until_s or until_s)


def resolve_by_hand(member: Member, action: Action) -> Member:
    """End an episode because somebody said so.

    What its sender repeats nevertheless is at rest; `holds_until_s` says for how long.
    """
    return msgspec.structs.replace(
        member,
        status="resolved",
        alert=_ended(member.alert, action.at_s),
        order_at_s=max(member.order_at_s, action.at_s),
        holds_until_s=member.holds_until_s or action.at_s + REST_S,
        changed_at_s=action.at_s,
        resolved_by="",
    )


def _first(change: Change) -> Merged:
    firing = change.alert.status == "firing"
    member = Member(
        fingerprint=change.fingerprint,
        episode=_episode(change),
        status=change.alert.status,
        alert=_placed(change),
        order_at_s=change.order[0],
        holds_until_s=change.alert.holds_until_s if firing else None,
        changed_at_s=change.received_at_s,
        fired_by=change.source if firing else "",
        resolved_by="" if firing else change.source,
    )
    if firing:
        return Merged(member=member, verdict="new")
    return Merged(member=member, verdict="resolved", reason="nothing was firing")


def _same_status(member: Member, change: Change, *, is_newer: bool) -> Merged:
    if member.status == "resolved":
        return Merged(member=_ended_again(member, change, is_newer=is_newer), verdict="repeat")
    if not is_newer:
        return Merged(member=member, verdict="repeat")
    alert = msgspec.structs.replace(
        change.alert,
        starts_at_s=_earlier(member, change),
        enrichment=carried(member.alert.enrichment, change.alert.enrichment),
    )
    member = msgspec.structs.replace(
        member,
        alert=alert,
        order_at_s=change.order[0],
        holds_until_s=_holds_until_s(member, alert),
    )
    return Merged(member=member, verdict="repeat")


def _earlier(member: Member, change: Change) -> float | None:
    """Return the earliest start that anybody gave an episode, as Alertmanager does."""
    starts = [each.starts_at_s for each in (member.alert, change.alert)]
    return min((at_s for at_s in starts if at_s is not None), default=None)


def _holds_until_s(member: Member, alert: Alert) -> float | None:
    """Return until when an episode holds: what a sender said stays, if it is the latest.

    Source: Alertmanager, types/types.go, Alert.Merge.
    """
    until_s, known_s = alert.holds_until_s, member.holds_until_s
    if until_s is None or known_s is None or member.alert.is_hold_assumed:
        return until_s
    return max(until_s, known_s)


def _ended_again(member: Member, change: Change, *, is_newer: bool) -> Member:
    """Merge one end more of what is over.

    Whoever resolved it by hand was right: its sender says so too, and what it says next is news.
    """
    ended = _ended_later(member, change)
    if is_newer:
        ended = msgspec.structs.replace(ended, order_at_s=change.order[0])
    is_of_this = is_newer or change.order[0] * 1000 >= member.episode
    if member.handling is None or not member.handling.resolved_by or not is_of_this:
        return ended
    return msgspec.structs.replace(
        ended, holds_until_s=None, handling=None, in_hand_before=member.episode
    )


def _ended_later(member: Member, change: Change) -> Member:
    """Let the latest end count that anybody gave an episode which is over."""
    known_s, ends_at_s = member.alert.ends_at_s, change.alert.ends_at_s
    if member.status != "resolved" or change.alert.status != "resolved":
        return member
    if member.resolved_by == "" or known_s is None or ends_at_s is None or ends_at_s <= known_s:
        return member
    return msgspec.structs.replace(
        member, alert=msgspec.structs.replace(member.alert, ends_at_s=ends_at_s)
    )


def _resolve(member: Member, change: Change) -> Merged:
    alert = change.alert
    ended = msgspec.structs.replace(
        alert,
        severity=member.alert.severity,
        starts_at_s=_earlier(member, change),
        ends_at_s=alert.ends_at_s if alert.ends_at_s is not None else change.order[0],
        enrichment=member.alert.enrichment,
    )
    member = msgspec.structs.replace(
        member,
        status="resolved",
        alert=ended,
        order_at_s=change.order[0],
        holds_until_s=None,
        changed_at_s=change.received_at_s,
        resolved_by=change.source,
    )
    return Merged(member=member, verdict="resolved")


def _fire_again(member: Member, change: Change) -> Merged:
    if _is_over(member, change):
        return Merged(member=member, verdict="stale", reason="timed out before it arrived")
    if _was_put_to_rest(member, change):
        reason = "resolved by hand, and not over since"
        return Merged(member=_rested(member, change), verdict="stale", reason=reason)
    opened = Member(
        fingerprint=member.fingerprint,
        # Episodes of one alert only ever grow, whatever the clocks say.
        episode=max(_episode(change), member.episode + 1),
        status="firing",
        alert=_continued(member, _placed(change)),
        order_at_s=change.order[0],
        holds_until_s=change.alert.holds_until_s,
        changed_at_s=change.received_at_s,
        fired_by=change.source,
        closed=(member.episode, _end_of(member, change)),
        in_hand_before=_last_in_hand(member, change),
    )
    return Merged(member=opened, verdict="reopened")


def _last_in_hand(member: Member, change: Change) -> int:
    """Return the last episode that somebody had acknowledged, put off or resolved by hand."""
    is_in_hand = member.handling is not None and bool(
        member.handling.resolved_by
        or member.is_acknowledged
        or member.snoozed_until_s > change.received_at_s
    )
    return member.episode if is_in_hand else member.in_hand_before


def _end_of(member: Member, change: Change) -> str:
    """Return what ended an episode, unless its key may by now be used anew."""
    is_old = change.received_at_s - member.changed_at_s > KEY_S
    return "" if is_old and member.resolved_by.startswith(KEYED) else member.resolved_by


def _episode(change: Change) -> int:
    return int(change.order[0] * 1000)


def _placed(change: Change) -> Alert:
    """Give an alert the start that its sender left out."""
    alert = change.alert
    if alert.starts_at_s is not None:
        return alert
    starts_at_s = change.order[0] if alert.ends_at_s is None else alert.ends_at_s
    return msgspec.structs.replace(alert, starts_at_s=starts_at_s)


def _ended(alert: Alert, at_s: float) -> Alert:
    return msgspec.structs.replace(alert, status="resolved", ends_at_s=at_s, holds_until_s=None)
