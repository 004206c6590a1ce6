import pytest
from msgspec.structs import replace

from tests.builders import T0
from tocsin.adapters.memory import MemoryBlobs
from tocsin.domain.errors import Permanent
from tocsin.pipeline.envelope import decode, seal
from tocsin.pipeline.rounds import RULES_LIMIT, Round, pack_rounds, unpack_round

T = T0 // 3600 * 3600 + 60
BLOBS = MemoryBlobs()


def packed(rules, at_s=T):
    return [decode(message.body) for message in pack_rounds(rules, at_s, 60.0, BLOBS)]


def test_each_share_of_each_tenant_is_a_message_of_its_own():
    found = packed({"acme": RULES_LIMIT, "umbrella": RULES_LIMIT + 1})
    assert [(each.tenant, each.id) for each in found] == [
        ("acme", f"tick.rules.{T:.0f}.0"),
        ("umbrella", f"tick.rules.{T:.0f}.0"),
        ("umbrella", f"tick.rules.{T:.0f}.1"),
    ]
    assert unpack_round(found[2], BLOBS) == Round(T, 60.0, 1, 2)


def test_every_rule_is_in_one_share():
    shares = [Round(T, 60.0, index, 7) for index in range(7)]
    for name in ("HighCpu", "", "ä", "x" * 300):
        assert sum(share.has(name) for share in shares) == 1


# A schedule by rate ticks at the second of the minute at which it was made.
@pytest.mark.parametrize("second", [0.0, 37.0, 59.9])
def test_who_has_no_rules_is_looked_at_once_an_hour(second):
    hour_s = T - 60 + second
    found = [len(packed({"acme": 0}, hour_s + minute * 60)) for minute in range(120)]
    assert sum(found[:60]) == sum(found[60:]) == 1


@pytest.mark.parametrize(
    "payload", [b"{}", b"not JSON", b'{"at_s":1,"every_s":60,"index":3,"of":3}']
)
def test_what_is_no_round_is_refused(payload):
    (envelope,) = packed({"acme": 1})
    with pytest.raises(Permanent):
        unpack_round(seal(replace(envelope, frame=""), payload, BLOBS), BLOBS)
