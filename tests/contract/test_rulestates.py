from bisect import bisect
from random import Random

import pytest
from msgspec.structs import replace

from tests.builders import T0, alert
from tests.integration.formats import set_format
from tests.pipeline.ruling_world import cpu
from tocsin.adapters.aws import client
from tocsin.adapters.dynamodb.formats import NewerFormat
from tocsin.adapters.dynamodb.rulestates import DynamoRuleStates
from tocsin.adapters.memory import MemoryRuleStates
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
    table = request.getfixturevalue("cloud").environ["RULE_TABLE"]
    return DynamoRuleStates(client("dynamodb"), table)


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


def test_what_fits_no_item_is_refused(cloud):
    states = DynamoRuleStates(client("dynamodb"), cloud.environ["RULE_TABLE"])
    random = Random(1)
    series = {
        str(index): replace(SERIES, labels=(("x", random.randbytes(64).hex()),))
        for index in range(9000)
    }
    with pytest.raises(Permanent, match="HighCpu has too many series"):
        states.write(replace(ONE, series=series))


def test_whatever_fits_leaves_room_for_the_note_that_the_next_does_not(cloud):
    states = DynamoRuleStates(client("dynamodb"), cloud.environ["RULE_TABLE"])
    text = Random(1).randbytes(500_000).hex()

    def of(characters):
        series = {"1": replace(SERIES, labels=(("x", text[:characters]),))}
        return replace(ONE, rule=str(characters), series=series)

    def is_stored(state):
        try:
            states.write(state)
        except Permanent:
            return False
        return True

    # The longest that fits, but for some bytes.
    most = bisect(range(0, len(text), 50), False, key=lambda each: not is_stored(of(each))) * 50
    before = replace(of(most - 50), version=1)
    evaluated = rulefailure.failed(cpu(), before, text[-500:], T0 + 60)
    assert is_stored(replace(evaluated.state, outgoing=evaluated.alerts))


def test_what_a_newer_release_wrote_comes_back_as_an_error(cloud):
    table = cloud.environ["RULE_TABLE"]
    states = DynamoRuleStates(client("dynamodb"), table)
    states.write(ONE)
    set_format(table, 2)
    with pytest.raises(NewerFormat):
        states.read("acme", ["HighCpu"])
