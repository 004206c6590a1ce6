from random import Random

import msgspec
import pytest
from msgspec.structs import replace

from tests.builders import T0, alert
from tests.integration.formats import set_format
from tests.pipeline.ruling_world import World, cpu
from tocsin.adapters.aws import client
from tocsin.adapters.dynamodb import rulespill
from tocsin.adapters.dynamodb.formats import NewerFormat
from tocsin.adapters.dynamodb.rulestates import DynamoRuleStates
from tocsin.adapters.memory import MemoryBlobs, MemoryRuleStates
from tocsin.domain import rulefailure
from tocsin.domain.errors import Conflict, Permanent
from tocsin.domain.rulestate import RuleState, SeriesState

SERIES = SeriesState(labels=(("host", "ä"),), phase="firing", breaches=2, fired_at_s=T0, value=91.5)
ONE = RuleState(
    tenant="acme",
    rule="HighCpu",
    evaluated_at_s=T0,
    series={"host=ä": SERIES},
    begun_at_s=(T0,),
    sequence=3,
    outgoing=(alert("HighCpu", value=91.5),),
)
EMPTY = RuleState(tenant="acme", rule="HighCpu")


@pytest.fixture(params=["memory", "aws"])
def states(request):
    if request.param == "memory":
        return MemoryRuleStates()
    return dynamo(request.getfixturevalue("cloud"))


def dynamo(cloud, blobs=None):
    table = cloud.environ["RULE_TABLE"]
    return DynamoRuleStates(client("dynamodb"), table, MemoryBlobs() if blobs is None else blobs)


def stored(states, rule="HighCpu"):
    return states.read("acme", [rule]).get(rule)


def test_there_are_none_at_first(states):
    assert states.read("acme", ["HighCpu", "HighCpu"]) == {}
    assert states.names("acme") == []


def test_what_is_stored_comes_back_as_the_next_version(states):
    states.write(ONE)
    assert stored(states) == replace(ONE, version=1)
    states.write(replace(ONE, version=1, outgoing=()))
    assert stored(states) == replace(ONE, version=2, outgoing=())
    assert states.names("acme") == ["HighCpu"]


def test_one_that_is_empty_is_deleted(states):
    states.write(ONE)
    states.write(replace(EMPTY, version=1, evaluated_at_s=T0))
    assert states.names("acme") == []
    states.write(EMPTY)
    assert states.names("acme") == []
    states.write(ONE)
    assert stored(states).version == 1


def test_of_two_that_read_the_same_one_writes(states):
    states.write(ONE)
    with pytest.raises(Conflict):
        states.write(ONE)
    states.write(replace(ONE, version=1))
    for late in (replace(ONE, version=1, sequence=9), replace(EMPTY, version=1)):
        with pytest.raises(Conflict):
            states.write(late)
    assert stored(states).sequence == 3


def test_one_that_is_gone_cannot_be_changed(states):
    for late in (replace(ONE, version=4), replace(EMPTY, version=4)):
        with pytest.raises(Conflict):
            states.write(late)
    assert states.names("acme") == []


def test_tenants_are_apart(states):
    states.write(ONE)
    states.write(replace(ONE, tenant="acm", rule="Other"))
    assert states.names("acme") == ["HighCpu"]
    assert states.read("acm", ["HighCpu"]) == {}


def test_many_are_read_at_once(states):
    names = [f"rule{index:03}" for index in range(150)]
    for name in names:
        states.write(replace(ONE, rule=name))
    assert sorted(states.read("acme", [*names, "absent"])) == names


def test_ten_thousand_series_fit(states):
    series = {
        f"host={index}": replace(
            SERIES,
            labels=(("host", f"ip-10-73-{index // 256}-{index % 256}.eu-west-1.compute.internal"),),
            value=index * 1.37,
        )
        for index in range(10_000)
    }
    states.write(replace(ONE, series=series))
    assert len(stored(states).series) == 10_000


def large(seed=1, **fields):
    """Return a state that no compression makes short enough for an item."""
    random = Random(seed)
    series = {
        str(index): replace(SERIES, labels=(("x", random.randbytes(64).hex()),))
        for index in range(9000)
    }
    return replace(ONE, series=series, **fields)


def test_what_fits_no_item_lies_beside_it(states):
    states.write(large())
    assert stored(states) == replace(large(), version=1)
    states.write(large(2, version=1))
    assert stored(states) == replace(large(2), version=2)
    states.write(replace(ONE, version=2))
    assert stored(states) == replace(ONE, version=3)
    states.write(large(version=3))
    states.write(replace(EMPTY, version=4))
    assert states.names("acme") == []


def test_a_blob_lies_under_its_tenant_and_goes_with_its_state(cloud):
    blobs = MemoryBlobs()
    states = dynamo(cloud, blobs)
    states.write(large())
    (first,) = blobs.data
    assert first.startswith("rules/tenant=acme/")
    states.write(large(2, version=1))
    (second,) = blobs.data
    assert second != first
    # Whoever reads it first knows what it will replace.
    dynamo(cloud, blobs).write(replace(ONE, version=2))
    assert list(blobs.data) == [second]
    states.write(large(version=3))
    assert len(blobs.data) == 1
    other = dynamo(cloud, blobs)
    other.read("acme", ["HighCpu"])
    other.write(replace(EMPTY, version=4))
    assert blobs.data == {}


def test_a_writer_that_was_too_late_takes_nothing_away(cloud):
    blobs = MemoryBlobs()
    first, second = dynamo(cloud, blobs), dynamo(cloud, blobs)
    first.write(large())
    second.read("acme", ["HighCpu"])
    first.write(large(2, version=1))
    with pytest.raises(Conflict):
        second.write(large(3, version=1))
    assert stored(second) == stored(first) == replace(large(2), version=2)


def test_a_state_that_moves_while_it_is_read_is_read_again(cloud):
    blobs = MemoryBlobs()
    writer = dynamo(cloud, blobs)
    writer.write(large())

    class Moving(MemoryBlobs):
        def get(self, key):
            if len(asked) < moves:
                asked.append(key)
                writer.write(large(2 + len(asked), version=len(asked)))
            return blobs.get(key)

    asked, moves = [], 2
    assert stored(dynamo(cloud, Moving())).version == 3
    asked, moves = [], 0
    blobs.data.clear()
    with pytest.raises(Conflict, match="moved"):
        dynamo(cloud, Moving()).read("acme", ["HighCpu"])


def test_whatever_can_be_stored_leaves_room_for_the_note_that_the_next_cannot(cloud, monkeypatch):
    limit_bytes = len(msgspec.json.encode(replace(ONE, version=1))) + 8_000
    monkeypatch.setattr(rulespill, "LIMIT_BYTES", limit_bytes)
    states = dynamo(cloud)
    states.write(ONE)
    more = replace(ONE, version=1, series={**ONE.series, "other": SERIES})
    with pytest.raises(Permanent, match="HighCpu has too many series"):
        states.write(more)
    failed = rulefailure.failed(cpu(), replace(ONE, version=1), "x" * 500, T0 + 60)
    states.write(replace(failed.state, outgoing=failed.alerts))
    assert stored(states).failure == "x" * 500


def test_what_a_newer_release_wrote_comes_back_as_an_error(cloud):
    table = cloud.environ["RULE_TABLE"]
    states = dynamo(cloud)
    states.write(ONE)
    set_format(table, 2)
    with pytest.raises(NewerFormat):
        states.read("acme", ["HighCpu"])


def test_thousands_of_series_that_fire_and_end_at_once_are_told(cloud):
    world = World(cpu(cooldown_s=600.0))
    world.states = world.dying_states = dynamo(cloud, world.blobs)
    world.ruling = world.worker()
    random = Random(1)
    hosts = [random.randbytes(24).hex() for _ in range(5000)]
    for minute, (value, status) in enumerate(((90.0, "firing"), (1.0, "resolved"))):
        world.sources.values["pushed"] = dict.fromkeys(hosts, value)
        world.round(minute)
        assert set(world.told()) == {("HighCpu", host, status) for host in hosts}
