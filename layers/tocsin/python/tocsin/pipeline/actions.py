"""What travels from the api to evaluate: what somebody did, and in which groups."""

from collections.abc import Sequence

import msgspec

from tocsin.domain.errors import Permanent
from tocsin.domain.group import GroupKey
from tocsin.domain.handling import Action
from tocsin.pipeline.envelope import VERSION, Envelope, encode, open_payload, seal
from tocsin.ports import Blobs, OutMessage


class Order(msgspec.Struct, frozen=True):
    """One action, and one group that knows its alert."""

    key: GroupKey
    action: Action


_decoder = msgspec.json.Decoder(list[Order])


def pack_orders(tenant: str, orders: Sequence[Order], at_s: float, blobs: Blobs) -> OutMessage:
    """Return the message that carries orders of one tenant, of which there must be one at least."""
    name = f"action.{orders[0].action.id}"
    envelope = Envelope(
        v=VERSION, kind="actions", id=name, tenant=tenant, at_s=at_s, count=len(orders)
    )
    return encode(seal(envelope, msgspec.json.encode(orders), blobs))


def unpack_orders(envelope: Envelope, blobs: Blobs) -> list[Order]:
    """Return the orders of a message.

    Raises Permanent if it holds none, or a group of another tenant.
    """
    try:
        orders = _decoder.decode(open_payload(envelope, blobs))
    except msgspec.MsgspecError as error:
        raise Permanent(f"not a list of orders: {error}") from error
    if any(order.key.tenant != envelope.tenant for order in orders):
        raise Permanent("an order names a group of another tenant than its message")
    return orders
