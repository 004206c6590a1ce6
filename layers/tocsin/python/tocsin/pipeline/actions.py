"""What travels from the api to evaluate: what somebody did, and in which groups."""

from collections.abc import Sequence

import msgspec

from tocsin.domain.group import GroupKey
from tocsin.domain.handling import Action
from tocsin.pipeline.envelope import VERSION, Envelope, check_tenant, encode, open_list, seal
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
    orders = open_list(envelope, blobs, _decoder, "orders")
    check_tenant(envelope, (order.key for order in orders), "an order")
    return orders
