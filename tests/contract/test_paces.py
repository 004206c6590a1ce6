import pytest
from msgspec.structs import replace

from tests.builders import T0
from tocsin.adapters.aws import client
from tocsin.adapters.dynamodb.breakers import DynamoBreakers
from tocsin.adapters.dynamodb.paces import DynamoPaces
from tocsin.adapters.memory import MemoryPaces
from tocsin.adapters.sqlite import SqlitePaces
from tocsin.domain.breaker import Breaker
from tocsin.domain.errors import Conflict
from tocsin.domain.pace import Pace, Sent, pace_key

FULL = Pace(
    key=pace_key("acme", "oncall"),
    sent=(Sent(T0 - 5.5, "toc_1"), Sent(T0, "toc_2")),
    wanted_at_s=(T0 - 1.25, T0),
    owes=True,
)


@pytest.fixture
def paces(side, request):
    if side == "memory":
        return MemoryPaces()
    if side == "sqlite":
        return SqlitePaces(request.getfixturevalue("database"))
    environ = request.getfixturevalue("cloud").environ
    return DynamoPaces(client("dynamodb"), environ["BREAKER_TABLE"])


def test_a_record_comes_back_as_the_next_version(paces):
    assert paces.read(FULL.key, T0) is None
    paces.write(FULL, T0)
    assert paces.read(FULL.key, T0) == replace(FULL, version=1)


def test_of_two_that_read_the_same_one_writes(paces):
    paces.write(FULL, T0)
    with pytest.raises(Conflict):
        paces.write(FULL, T0)


def test_what_has_expired_is_not_read_and_not_in_the_way(paces):
    paces.write(FULL, T0)
    assert paces.read(FULL.key, T0 + 86_401) is None
    paces.write(FULL, T0 + 86_401)
    assert paces.read(FULL.key, T0 + 86_401).version == 1


def test_breakers_in_the_same_table_have_other_keys(cloud):
    dynamodb, table = client("dynamodb"), cloud.environ["BREAKER_TABLE"]
    DynamoPaces(dynamodb, table).write(FULL, T0)
    DynamoBreakers(dynamodb, table).write(Breaker(key="acme#1"), T0)
    assert DynamoBreakers(dynamodb, table).read("acme#1", T0) == Breaker(key="acme#1", version=1)
    assert DynamoPaces(dynamodb, table).read(FULL.key, T0).sent == FULL.sent
