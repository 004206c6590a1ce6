"""What travels from evaluate to rules: what a batch changed, once for each alert.

It is read off the state that the batch left, and not off what its commit changed. So a batch that
comes again, after a crash between the commit and this message, finds its events merged and sends
the same once more; a rule knows each by its source.
"""

from collections.abc import Iterable, Iterator, Sequence
from math import nextafter

import msgspec

from tocsin.domain.change import Change, order_at
from tocsin.domain.config import TenantConfig
from tocsin.domain.group import Group, Member
from tocsin.domain.happening import SeenChange, is_for, seen_labels
from tocsin.domain.rule import AlertRule
from tocsin.pipeline.changes import pack_list
from tocsin.pipeline.envelope import Envelope, open_list
from tocsin.ports import Blobs, Outbox, OutMessage

# How much earlier than its message a worker's clock may say that it timed an alert out.
_CLOCKS_S = 60.0

# A group after a batch, and the events of the batch that were meant for it.
Visited = tuple[Group, Sequence[Change]]

_decoder = msgspec.json.Decoder(list[SeenChange])


def alert_rules(config: TenantConfig) -> list[AlertRule]:
    """Return the rules of a tenant that look at alerts."""
    return [rule for rule in config.rules if isinstance(rule, AlertRule)]


def send_happenings(
    config: TenantConfig,
    visited: Iterable[Visited],
    first: Envelope,
    since_s: float,
    outbox: Outbox,
    blobs: Blobs,
) -> None:
    """Send what concerns a rule over alerts, if anything does.

    `first` names the batch. `since_s` is when its oldest message was made: what timed out or was
    resolved by hand since may be the work of a worker that died.
    """
    rules = alert_rules(config)
    if not rules:
        return
    found: dict[str, SeenChange] = {}
    for group, changes in visited:
        for each in _of_group(group, changes, since_s - _CLOCKS_S, first.at_s):
            known = found.setdefault(each.source, each)
            if known.repeats and not each.repeats:
                found[each.source] = each
    told = [each for each in found.values() if any(is_for(rule, each) for rule in rules)]
    if told:
        messages = pack_happenings(config.tenant, told, f"{first.id}.rules", first.at_s, blobs)
        outbox.send("rules", list(messages))


def _of_group(
    group: Group, changes: Sequence[Change], since_s: float, at_s: float
) -> Iterator[SeenChange]:
    members = group.members
    for change in changes:
        known = (members[name] for name in change.names if name in members)
        for member in known:
            yield from _of_member(member, change)
    for member in members.values():
        is_own = member.status == "resolved" and member.resolved_by == "" and member.fired_by
        # An hour later its labels are forgotten, and no rule looks back so far.
        if is_own and member.changed_at_s >= since_s and member.alert.labels:
            yield _end(member, member.episode, member.order_at_s, member.changed_at_s)
        elif not changes and member.status == "firing":
            # Its repeats may be noted on this machine alone, and show here only.
            yield _still(member, at_s)


def _of_member(member: Member, change: Change) -> Iterator[SeenChange]:
    """Yield what an event was to an alert, as far as its state still says so."""
    at_s = order_at(change.alert, change.received_at_s)
    if change.source == member.fired_by:
        if member.closed is not None and member.closed[1] == "":
            # The worker that let it time out may have died before it could say so.
            yield _end(member, member.closed[0], nextafter(at_s, 0.0), change.received_at_s)
        yield _seen(member, change, at_s)
    elif change.source in (member.resolved_by, member.closed and member.closed[1]):
        yield _seen(member, change, at_s)
    elif at_s * 1000 < member.episode:
        # It is of a run before, between whose events it came late, or several came together.
        yield _seen(member, change, at_s)
    elif change.alert.status == member.status == "firing":
        yield msgspec.structs.replace(_seen(member, change, at_s), repeats=True)


def _seen(member: Member, change: Change, order_at_s: float) -> SeenChange:
    return SeenChange(
        source=change.source,
        fingerprint=member.fingerprint,
        name=change.alert.name,
        status=change.alert.status,
        order_at_s=order_at_s,
        at_s=change.received_at_s,
        episode=member.episode,
        labels=seen_labels(change.alert),
        severity=change.alert.severity,
    )


def _still(member: Member, at_s: float) -> SeenChange:
    return SeenChange(
        source=f"{member.fingerprint}:{member.episode}:still",
        fingerprint=member.fingerprint,
        name=member.alert.name,
        status="firing",
        order_at_s=member.order_at_s,
        at_s=at_s,
        episode=member.episode,
        labels=seen_labels(member.alert),
        severity=member.alert.severity,
        repeats=True,
    )


def _end(member: Member, episode: int, order_at_s: float, at_s: float) -> SeenChange:
    """Return an end that no sender told, which has no source of its own."""
    return SeenChange(
        source=f"{member.fingerprint}:{episode}:end",
        fingerprint=member.fingerprint,
        name=member.alert.name,
        status="resolved",
        order_at_s=order_at_s,
        at_s=at_s,
        episode=episode,
        labels=seen_labels(member.alert),
        severity=member.alert.severity,
    )


def pack_happenings(
    tenant: str, happenings: Sequence[SeenChange], name: str, at_s: float, blobs: Blobs
) -> Iterator[OutMessage]:
    """Yield the messages that carry what rules are to see; nearly always it is one."""
    return pack_list(tenant, "happenings", happenings, name, at_s, blobs)


def unpack_happenings(envelope: Envelope, blobs: Blobs) -> list[SeenChange]:
    """Return the happenings of a message.

    Raises Permanent if the payload does not hold any.
    """
    return open_list(envelope, blobs, _decoder, "happenings")
