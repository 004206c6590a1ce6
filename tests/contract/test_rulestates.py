import pytest
from msgspec.structs import replace

from tests.builders import T0, alert
from tests.integration.formats import set_format
from tocsin.adapters.aws import client
from tocsin.adapters.dynamodb.formats import NewerFormat
from tocsin.adapters.dynamodb.rulestates import DynamoRuleStates
from tocsin.adapters.memory import MemoryRuleStates
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
    from random import Random

    random = Random(1)
    series = {
        str(index): replace(SERIES, labels=(("x", random.randbytes(64).hex()),))
        for index in range(9000)
    }
    with pytest.raises(Permanent, match="HighCpu has too many series"):
        states.write(replace(ONE, series=series))


def test_what_a_newer_release_wrote_comes_back_as_an_error(cloud):
    table = cloud.environ["RULE_TABLE"]
    states = DynamoRuleStates(client("dynamodb"), table)
    states.write(ONE)
    set_format(table, 2)
    with pytest.raises(NewerFormat):
        states.read("acme", ["HighCpu"])
