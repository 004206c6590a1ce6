import pytest
from msgspec.structs import replace

from tests.builders import T0
from tests.unit.adapters.sqlite.test_expiry import silence
from tocsin.adapters.sqlite import SqliteSilences
from tocsin.domain.errors import Conflict


@pytest.fixture
def silences(database):
    return SqliteSilences(database)


def test_each_is_stored_as_its_next_version(silences, reopened):
    silences.write("acme", [silence("a"), silence("b")], T0 + 60)
    silences.write("acme", [replace(silence("a"), version=1, comment="mine")], T0 + 60)
    expected = [replace(silence("a"), version=2, comment="mine"), replace(silence("b"), version=1)]
    assert silences.all("acme") == SqliteSilences(reopened()).all("acme") == expected
    assert silences.all("globex") == []


def test_of_two_that_read_the_same_one_writes_and_all_or_none(silences):
    silences.write("acme", [silence("a")], T0 + 60)
    with pytest.raises(Conflict):
        silences.write("acme", [silence("b"), silence("a")], T0 + 60)
    assert [each.id for each in silences.all("acme")] == ["a"]
