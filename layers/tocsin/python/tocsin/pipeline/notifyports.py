"""What notify needs of the outside world."""

import msgspec

from tocsin.domain.group import Group, Intent
from tocsin.pipeline.offering import Offers, no_offers
from tocsin.pipeline.poke import pack_letter
from tocsin.ports import (
    Blobs,
    Breakers,
    Clock,
    Configs,
    DeadLetter,
    Groups,
    Outbox,
    Paces,
    Queue,
    Receivers,
    Silences,
)


class NotifyPorts(msgspec.Struct, frozen=True, kw_only=True):
    """What notify needs of the outside world."""

    outbox: Outbox
    blobs: Blobs
    groups: Groups
    configs: Configs
    receivers: Receivers
    breakers: Breakers
    paces: Paces
    silences: Silences
    clock: Clock
    offers: Offers = no_offers

    def dead_letter(self, group: Group, intent: Intent, reason: str) -> None:
        """Keep apart what cannot be delivered; the rest of the group goes on."""
        letter = pack_letter(group, intent, self.clock(), self.blobs)
        queue: Queue = "notify-urgent" if group.urgent else "notify"
        self.outbox.bury(queue, [DeadLetter(letter, "DeliveryFailed", reason)])
