"""Once a minute, every tenant's rules are to be evaluated."""

import msgspec

from tocsin.pipeline.batch import Outcome
from tocsin.pipeline.rounds import pack_rounds
from tocsin.ports import Blobs, Configs, Outbox


class RoundPorts(msgspec.Struct, frozen=True, kw_only=True):
    """What the start of a round needs of the outside world."""

    outbox: Outbox
    blobs: Blobs
    configs: Configs


class RoundStart:
    """Send each tenant's rules to be evaluated. The same round twice is evaluated once."""

    def __init__(self, ports: RoundPorts) -> None:
        self._ports = ports

    def run(self, at_s: float, every_s: float) -> Outcome:
        """Start the round of a time, in epoch seconds; the next will be `every_s` later."""
        outcome = Outcome()
        rules = self._ports.configs.rules()
        messages = list(pack_rounds(rules, at_s, every_s, self._ports.blobs))
        if messages:
            self._ports.outbox.send("rules", messages)
        outcome.count("rule_rounds", len(messages))
        return outcome
