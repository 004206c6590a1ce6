"""What travels to notify: "look at this group". It carries no state of its own."""

from collections.abc import Iterator, Sequence

import msgspec

from tocsin.domain.group import Group, GroupKey, Intent
from tocsin.pipeline.envelope import VERSION, Envelope, Kind, check_tenant, encode, open_list, seal
from tocsin.ports import Blobs, OutMessage

# Groups in one message share its fate in the queue; a slow receiver must not hold many.
_POKES_LIMIT = 10
_RESOLVES_LIMIT = 100


class Poke(msgspec.Struct, frozen=True, omit_defaults=True):
    """One group to look at. `revive` also tries again what was dead-lettered there.

    That is what `notification` names by its key; all, if it does not say.
    """

    key: GroupKey
    revive: bool = False
    notification: str = ""


_decoder = msgspec.json.Decoder(list[Poke])


def pack_pokes(
    keys: Sequence[GroupKey], name: str, at_s: float, blobs: Blobs, kind: Kind = "poke"
) -> Iterator[OutMessage]:
    """Yield the messages that poke `keys`, one tenant and one receiver a message."""
    piles: dict[tuple[str, str], list[Poke]] = {}
    for key in keys:
        pile = (key.tenant, key.receiver if kind == "poke" else "")
        piles.setdefault(pile, []).append(Poke(key))
    limit = _POKES_LIMIT if kind == "poke" else _RESOLVES_LIMIT
    for (tenant, receiver), pokes in piles.items():
        for start in range(0, len(pokes), limit):
            chunk = pokes[start : start + limit]
            unit = f"{name}.{receiver}.{start}"
            yield pack_poke(tenant, chunk, unit, at_s, blobs, kind)


def pack_poke(
    tenant: str, pokes: Sequence[Poke], name: str, at_s: float, blobs: Blobs, kind: Kind = "poke"
) -> OutMessage:
    """Return one message that pokes these groups."""
    envelope = Envelope(v=VERSION, kind=kind, id=name, tenant=tenant, at_s=at_s, count=len(pokes))
    return encode(seal(envelope, msgspec.json.encode(pokes), blobs))


def pack_letter(group: Group, intent: Intent, at_s: float, blobs: Blobs) -> OutMessage:
    """Return the message that tries a notification again which was given up."""
    poke = Poke(group.key, revive=True, notification=intent.key)
    return pack_poke(group.key.tenant, [poke], f"dead.{intent.key}", at_s, blobs)


def unpack_pokes(envelope: Envelope, blobs: Blobs) -> list[Poke]:
    """Return the pokes of a message.

    Raises Permanent if it holds none, or a group of another tenant.
    """
    pokes = open_list(envelope, blobs, _decoder, "pokes")
    check_tenant(envelope, (poke.key for poke in pokes), "a poke")
    return pokes
