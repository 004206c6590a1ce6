import pytest
from msgspec.structs import replace

from tests.builders import T0
from tocsin.adapters.aws import client
from tocsin.adapters.dynamodb.breakers import DynamoBreakers
from tocsin.adapters.memory import MemoryBreakers
from tocsin.adapters.sqlite import SqliteBreakers
from tocsin.domain.breaker import Breaker, Failure
from tocsin.domain.errors import Conflict, TocsinError

DAY_S = 86_400.0
KEY = "acme#1"
FULL = Breaker(
    key=KEY,
    state="HALF_OPEN",
    failures=(Failure(T0 - 0.5, 3), Failure(T0, 0)),
    opens=2,
    open_until_s=T0 + 1.25,
    prober="w1",
    probe_until_s=T0 + 45,
    closed_at_s=T0 - 100,
    paused_until_s=T0 + 7,
    taken_at_s=T0 - 3,
)


@pytest.fixture
def breakers(side, request):
    if side == "memory":
        return MemoryBreakers()
    if side == "sqlite":
        return SqliteBreakers(request.getfixturevalue("database"))
    return DynamoBreakers(client("dynamodb"), _table(request))


def _table(request):
    return request.getfixturevalue("cloud").environ["BREAKER_TABLE"]


def test_what_is_not_there_is_none(breakers):
    assert breakers.read(KEY, T0) is None


def test_a_state_comes_back_as_the_next_version(breakers):
    breakers.write(FULL, T0)
    assert breakers.read(KEY, T0) == replace(FULL, version=1)
    assert breakers.read("acme#2", T0) is None
    breakers.write(replace(FULL, version=1, opens=3), T0)
    assert breakers.read(KEY, T0) == replace(FULL, version=2, opens=3)


def test_of_two_that_read_the_same_one_writes(breakers):
    breakers.write(FULL, T0)
    with pytest.raises(Conflict):
        breakers.write(FULL, T0)
    breakers.write(replace(FULL, version=1), T0)
    with pytest.raises(Conflict):
        breakers.write(replace(FULL, version=1, prober="w2"), T0)
    assert breakers.read(KEY, T0).prober == "w1"


def test_a_version_that_is_gone_is_a_conflict(breakers):
    with pytest.raises(Conflict):
        breakers.write(replace(FULL, version=4), T0)


def test_what_has_expired_is_not_read_and_not_in_the_way(breakers):
    breakers.write(FULL, T0)
    assert breakers.read(KEY, T0 + DAY_S - 1).version == 1
    assert breakers.read(KEY, T0 + DAY_S + 1) is None
    with pytest.raises(Conflict):
        breakers.write(FULL, T0 + DAY_S - 1)
    breakers.write(FULL, T0 + DAY_S + 1)
    assert breakers.read(KEY, T0 + DAY_S + 1).version == 1


@pytest.mark.parametrize(
    "damage",
    [{"v": {"N": "2"}}, {"doc": {"S": "{"}}, {"doc": {"S": '{"state": "AJAR", "key": "x"}'}}],
)
def test_what_cannot_be_read_is_an_error_and_no_absence(cloud, damage):
    dynamodb, table = client("dynamodb"), cloud.environ["BREAKER_TABLE"]
    breakers = DynamoBreakers(dynamodb, table)
    breakers.write(FULL, T0)
    stored = dynamodb.get_item(TableName=table, Key={"pk": {"S": KEY}})["Item"]
    dynamodb.put_item(TableName=table, Item={**stored, **damage})
    with pytest.raises(TocsinError):
        breakers.read(KEY, T0)
    dynamodb.delete_item(TableName=table, Key={"pk": {"S": KEY}})
    dynamodb.put_item(TableName=table, Item={"pk": {"S": KEY}})
    with pytest.raises(TocsinError):
        breakers.read(KEY, T0)
