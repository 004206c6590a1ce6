"""What travels from tick to rules: evaluate a share of a tenant's rules, as of a time."""

from collections.abc import Iterator, Mapping
from zlib import crc32

import msgspec

from tocsin.domain.errors import Permanent
from tocsin.pipeline.envelope import VERSION, Envelope, encode, open_payload, seal
from tocsin.ports import Blobs, OutMessage

# What one invocation evaluates, about: a hash shares them out, and one read takes a hundred states.
RULES_LIMIT = 80
# A tenant that has no rules any more may still have alerts of former ones.
_SWEEP_EVERY_S = 3600.0


class Round(msgspec.Struct, frozen=True):
    """One share of one evaluation: the share `index` of `of`, as of `at_s` (epoch seconds).

    `every_s` is the time from one round to the next.
    """

    at_s: float
    every_s: float
    index: int = 0
    of: int = 1

    def has(self, rule: str) -> bool:
        """Tell whether a rule is in this share."""
        return crc32(rule.encode()) % self.of == self.index


_decoder = msgspec.json.Decoder(Round)


def pack_rounds(
    rules: Mapping[str, int], at_s: float, every_s: float, blobs: Blobs
) -> Iterator[OutMessage]:
    """Yield a message for each share of each tenant's rules, of which `rules` has the numbers."""
    for tenant, count in rules.items():
        if count == 0 and not _begins_hour(at_s, every_s):
            continue
        shares = max(1, -(-count // RULES_LIMIT))
        for index in range(shares):
            name = f"tick.rules.{at_s:.0f}.{index}"
            envelope = Envelope(v=VERSION, kind="rules", id=name, tenant=tenant, at_s=at_s)
            payload = msgspec.json.encode(Round(at_s, every_s, index, shares))
            yield encode(seal(envelope, payload, blobs))


def _begins_hour(at_s: float, every_s: float) -> bool:
    """Tell whether a round is the first of an hour; the clock ticks at any second of a minute."""
    return at_s // _SWEEP_EVERY_S > (at_s - every_s) // _SWEEP_EVERY_S


def unpack_round(envelope: Envelope, blobs: Blobs) -> Round:
    """Return the round of a message. Raises Permanent if it holds none."""
    try:
        found = _decoder.decode(open_payload(envelope, blobs))
    except msgspec.MsgspecError as error:
        raise Permanent(f"not a round of rules: {error}") from error
    if not 0 <= found.index < found.of:
        raise Permanent(f"there is no share {found.index} of {found.of}")
    return found
