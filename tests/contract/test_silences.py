import pytest
from msgspec.structs import replace

from tests.builders import T0
from tests.integration.formats import set_format
from tocsin.adapters.aws import client
from tocsin.adapters.dynamodb.formats import NewerFormat, current
from tocsin.adapters.dynamodb.silences import DynamoSilences
from tocsin.adapters.memory import MemorySilences
from tocsin.adapters.sqlite import SqliteSilences
from tocsin.domain.errors import Conflict
from tocsin.domain.matchers import Matcher
from tocsin.domain.silence import Silence

ONE = Silence(
    id="8d1c3b1e-0000-4000-8000-000000000001",
    matchers=(Matcher("team", "=~", "d.*\n"), Matcher("Straße", "!=", '"ö"')),
    starts_at_s=T0 + 0.5,
    ends_at_s=T0 + 3600,
    updated_at_s=T0,
    created_by="ann",
    comment="",
)
TWO = replace(ONE, id="8d1c3b1e-0000-4000-8000-000000000002", comment="two")
DELETE_AT_S = T0 + 500_000.25


@pytest.fixture
def silences(side, request):
    if side == "memory":
        return MemorySilences()
    if side == "sqlite":
        return SqliteSilences(request.getfixturevalue("database"))
    table = request.getfixturevalue("cloud").environ["CONTROL_TABLE"]
    return DynamoSilences(client("dynamodb"), table)


def test_there_are_none_at_first(silences):
    assert silences.all("acme") == []
    silences.write("acme", [], DELETE_AT_S)
    assert silences.all("acme") == []


def test_what_is_stored_comes_back_as_the_next_version(silences):
    silences.write("acme", [ONE], DELETE_AT_S)
    assert silences.all("acme") == [replace(ONE, version=1)]
    silences.write("acme", [replace(ONE, version=1, comment="changed")], DELETE_AT_S)
    assert silences.all("acme") == [replace(ONE, version=2, comment="changed")]


def test_tenants_are_apart(silences):
    silences.write("acme", [ONE], DELETE_AT_S)
    silences.write("acm", [TWO], DELETE_AT_S)
    assert [each.id for each in silences.all("acme")] == [ONE.id]
    assert silences.all("") == []


def test_of_two_that_read_the_same_one_writes(silences):
    silences.write("acme", [ONE], DELETE_AT_S)
    with pytest.raises(Conflict):
        silences.write("acme", [ONE], DELETE_AT_S)
    silences.write("acme", [replace(ONE, version=1)], DELETE_AT_S)
    with pytest.raises(Conflict):
        silences.write("acme", [replace(ONE, version=1, comment="late")], DELETE_AT_S)
    assert silences.all("acme")[0].comment == ""


def test_several_are_written_all_or_none(silences):
    silences.write("acme", [ONE], DELETE_AT_S)
    with pytest.raises(Conflict):
        silences.write("acme", [TWO, ONE], DELETE_AT_S)
    assert [each.id for each in silences.all("acme")] == [ONE.id]
    silences.write("acme", [replace(ONE, version=1), TWO], DELETE_AT_S)
    assert [each.version for each in silences.all("acme")] == [2, 1]


def test_a_silence_that_is_gone_cannot_be_changed(silences):
    with pytest.raises(Conflict):
        silences.write("acme", [replace(ONE, version=2)], DELETE_AT_S)
    assert silences.all("acme") == []


def test_dynamodb_is_told_when_to_delete(cloud):
    table, dynamodb = cloud.environ["CONTROL_TABLE"], client("dynamodb")
    DynamoSilences(dynamodb, table).write("acme", [ONE], DELETE_AT_S)
    (stored,) = dynamodb.scan(TableName=table)["Items"]
    assert stored["expires_at_s"] == {"N": str(int(DELETE_AT_S) + 1)}


def test_what_a_newer_release_wrote_comes_back_as_an_error(cloud):
    table = cloud.environ["CONTROL_TABLE"]
    silences = DynamoSilences(client("dynamodb"), table)
    silences.write("acme", [ONE], DELETE_AT_S)
    set_format(table, 0)
    assert len(silences.all("acme")) == 1
    set_format(table, current("control") + 1)
    with pytest.raises(NewerFormat):
        silences.all("acme")
