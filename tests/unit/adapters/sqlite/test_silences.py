"""What the contract of silences does not say: the next process knows them, too."""

from msgspec.structs import replace

from tests.builders import T0
from tests.unit.adapters.sqlite.test_expiry import silence
from tocsin.adapters.sqlite import SqliteSilences


def test_the_next_process_finds_each_as_its_last_version(database, reopened):
    silences = SqliteSilences(database)
    silences.write("acme", [silence("b"), silence("a")], T0 + 60)
    silences.write("acme", [replace(silence("a"), version=1, comment="mine")], T0 + 60)
    expected = [replace(silence("a"), version=2, comment="mine"), replace(silence("b"), version=1)]
    assert silences.all("acme") == SqliteSilences(reopened()).all("acme") == expected
