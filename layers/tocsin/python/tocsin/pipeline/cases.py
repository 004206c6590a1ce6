"""What travels from evaluate to investigate and back: cases, and what was found about them.

As with rules, cases are read off the state that a batch left, and not off what its commit
changed: a batch that comes again after a crash sends them once more. A case may come twice; what
is found about it is merged into the firing that it is of, and into no other.
"""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from tocsin.domain.alert import Alert
from tocsin.domain.change import Change
from tocsin.domain.config import TenantConfig
from tocsin.domain.group import Group
from tocsin.pipeline.changes import pack_list
from tocsin.pipeline.envelope import Envelope, open_list
from tocsin.ports import Blobs, Outbox, OutMessage

# A group after a batch, and the events of the batch that were meant for it.
Visited = tuple[Group, Sequence[Change]]


class Case(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A firing to investigate, as the event that opened it; `stages` () are all that are on.

    `attempts` counts how often it was tried before. `kept` are other events of the firing of which
    failures are kept apart; this case tries those again, too.
    """

    change: Change
    stages: tuple[str, ...] = ()
    attempts: int = 0
    kept: tuple[str, ...] = ()


_case_decoder = msgspec.json.Decoder(list[Case])
_found_decoder = msgspec.json.Decoder(list[Change])


def send_cases(
    config: TenantConfig,
    visited: Iterable[Visited],
    first: Envelope,
    outbox: Outbox,
    blobs: Blobs,
) -> None:
    """Send the firings that a batch began, if the tenant has them investigated.

    `first` names the batch.
    """
    if config.enrichment is None or not config.enrichment.late:
        return
    found: dict[str, Case] = {}
    for group, changes in visited:
        for change in changes:
            alert = _opened_by(group, change)
            if alert is not None:
                opened = msgspec.structs.replace(change, alert=alert)
                found.setdefault(change.source, Case(change=opened))
    if found:
        cases = list(found.values())
        messages = pack_cases(config.tenant, cases, f"{first.id}.cases", first.at_s, blobs)
        outbox.send("investigate", list(messages))


def _opened_by(group: Group, change: Change) -> Alert | None:
    """Return the alert that fires since this event; None if none does, or nobody is told of it."""
    for name in change.names:
        member = group.members.get(name)
        if member is None or member.status != "firing" or member.fired_by != change.source:
            continue
        found = member.alert.enrichment
        if found is None or not found.is_dropped:
            return member.alert
    return None


def pack_cases(
    tenant: str, cases: Sequence[Case], name: str, at_s: float, blobs: Blobs
) -> Iterator[OutMessage]:
    """Yield the messages that carry cases; nearly always it is one."""
    return pack_list(tenant, "cases", cases, name, at_s, blobs)


def pack_found(
    tenant: str, changes: Sequence[Change], name: str, at_s: float, blobs: Blobs
) -> Iterator[OutMessage]:
    """Yield the messages that carry events with what was found about them."""
    return pack_list(tenant, "findings", changes, name, at_s, blobs)


def unpack_cases(envelope: Envelope, blobs: Blobs) -> list[Case]:
    """Return the cases of a message. Raises Permanent if it does not hold any."""
    return open_list(envelope, blobs, _case_decoder, "cases")


def unpack_found(envelope: Envelope, blobs: Blobs) -> list[Change]:
    """Return the events of a message with what was found. Raises Permanent if it has none."""
    return open_list(envelope, blobs, _found_decoder, "findings")
