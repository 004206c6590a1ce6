"""The group of an escalation step: how an alert comes into it, and how it ends there.

It hears of an alert from the group of the alert's route alone, in the same write: that it fires,
once a round; what people did about it; what was found out about it; and its end. Severity and
texts stay as they were told.

Routes can share it, and one may begin or end to have an alert while it fires in another. It then
has the run that began last, until that ends; what fires on after that is told anew.
"""

from collections.abc import Iterator

import msgspec

from tocsin.domain.alert import Alert
from tocsin.domain.climbing import Rung
from tocsin.domain.found import NOTHING, Findings
from tocsin.domain.group import Group, GroupKey, Member
from tocsin.domain.grouping import Applied
from tocsin.domain.handling import Handling, handled
from tocsin.domain.stepreach import reached_groups


class News(msgspec.Struct, frozen=True):
    """What became of an alert that a step had told: how it was, and how it is now."""

    key: GroupKey
    before: Member
    now: Member | None


def news(before: Group, after: Group) -> Iterator[News]:
    """Yield what the groups of steps must hear of a change of the group that the alerts are of."""
    for name, was in before.members.items():
        if was.climb is None or not was.climb.reached:
            continue
        now = after.members.get(name)
        if now is not None and _matter(was) == _matter(now):
            continue
        for key in reached_groups(before.key, was.climb):
            yield News(key, was, now)


def tell(applied: Applied, told: News, now_s: float) -> None:
    """Carry into the group of a step what was done and found out about an episode, and its end."""
    members = applied.group.members
    known = members.get(told.before.fingerprint)
    if known is None or known.fired_by != _source(told.key, told.before.episode):
        return
    changed = _with_findings(_with_handling(known, told.now, told.key), told)
    if known.status == "firing" and not _goes_on(told):
        changed = msgspec.structs.replace(
            changed,
            status="resolved",
            alert=_ended(changed.alert, told, now_s),
            changed_at_s=now_s,
            resolved_by=known.fired_by,
        )
    _put(applied, known, changed)


def add(applied: Applied, rung: Rung, now_s: float) -> None:
    """Let an alert be told in the group of a step, or told again in a later round."""
    above = rung.member
    known = applied.group.members.get(above.fingerprint)
    if known is not None and known.status == "firing" and known.episode >= above.episode:
        if known.fired_by == _source(rung.key, above.episode) and known.round < rung.round:
            again = msgspec.structs.replace(known, round=rung.round, changed_at_s=now_s)
            _put(applied, known, _with_handling(again, above, rung.key))
        return
    member = Member(
        fingerprint=above.fingerprint,
        episode=above.episode if known is None else max(above.episode, known.episode + 1),
        status="firing",
        alert=above.alert,
        order_at_s=above.order_at_s,
        changed_at_s=now_s,
        fired_by=_source(rung.key, above.episode),
        closed=None if known is None else (known.episode, known.resolved_by),
        handling=above.handling,
        round=rung.round,
    )
    _put(applied, known, member)


def _put(applied: Applied, before: Member | None, member: Member) -> None:
    if member != before:
        applied.group.members[member.fingerprint] = member
        applied.is_changed = True


def _matter(member: Member) -> tuple[str, int, Handling | None, Findings | None]:
    return member.status, member.episode, member.handling, _findings(member)


def _findings(member: Member) -> Findings | None:
    found = member.alert.enrichment
    return None if found is None else found.findings


def _with_findings(known: Member, told: News) -> Member:
    """Add what late stages found out about the run that a step tells."""
    now = told.now
    if now is None or now.episode != told.before.episode or _findings(now) is None:
        return known
    enrichment = msgspec.structs.replace(known.alert.enrichment or NOTHING, findings=_findings(now))
    return msgspec.structs.replace(
        known, alert=msgspec.structs.replace(known.alert, enrichment=enrichment)
    )


def _goes_on(told: News) -> bool:
    now = told.now
    return now is not None and now.status == "firing" and now.episode == told.before.episode


def _with_handling(known: Member, above: Member | None, key: GroupKey) -> Member:
    """Add what people did about the alert in its own group."""
    if above is None or above.handling is None or known.fired_by != _source(key, above.episode):
        return known
    handling = known.handling
    for action in above.handling.actions:
        handling = handled(handling, action) or handling
    return msgspec.structs.replace(known, handling=handling)


def _ended(alert: Alert, told: News, now_s: float) -> Alert:
    now = told.now
    ends_at_s: float | None = now_s
    if now is not None:
        is_same = now.episode == told.before.episode
        ends_at_s = now.alert.ends_at_s if is_same else now.alert.starts_at_s
    return msgspec.structs.replace(
        alert, status="resolved", ends_at_s=now_s if ends_at_s is None else ends_at_s
    )


def _source(key: GroupKey, episode: int) -> str:
    """Name the run that a step tells, as sources of accepted alerts are; it is none of them."""
    return f"escalation.{key.route.rpartition('@')[2]}:{episode}"
