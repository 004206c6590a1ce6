"""The adapters on items of other formats: older ones work, newer ones are never dropped."""

import pytest
from msgspec.structs import replace

from tests.builders import T0, config
from tests.contract.test_groups import KEY, change_record, group, intent, member, settlement
from tests.integration.formats import add_format, items, set_format
from tocsin.adapters.aws import client
from tocsin.adapters.dynamodb.configs import DynamoConfigs
from tocsin.adapters.dynamodb.fingerprints import DynamoFingerprints
from tocsin.adapters.dynamodb.formats import STEPS, NewerFormat
from tocsin.adapters.dynamodb.groups import DynamoGroups
from tocsin.adapters.dynamodb.journal import DynamoJournal
from tocsin.adapters.dynamodb.keys import DynamoKeys
from tocsin.adapters.memory import MemoryBlobs
from tocsin.domain.dedup import Mark
from tocsin.domain.errors import Conflict
from tocsin.ports import ApiKey

MARK = Mark(key="acme#f1", says="resolved", order_at_s=T0, quiet_until_s=T0, expires_at_s=T0 + 9)
API_KEY = ApiKey(id="k1", tenant="acme", name="ci", digest="d", created_at_s=T0)


class Stores:
    """Every adapter over one set of tables, filled by what this release writes."""

    def __init__(self, environ):
        self.dynamodb = client("dynamodb")
        self.table = environ["GROUP_TABLE"]
        self.every = [name for variable, name in environ.items() if variable.endswith("_TABLE")]
        control = environ["CONTROL_TABLE"]
        self.groups = DynamoGroups(
            self.dynamodb, self.table, environ["JOURNAL_TABLE"], MemoryBlobs()
        )
        self.journal = DynamoJournal(self.dynamodb, environ["JOURNAL_TABLE"])
        self.fingerprints = DynamoFingerprints(self.dynamodb, environ["FINGERPRINT_TABLE"])
        self.configs = DynamoConfigs(self.dynamodb, control)
        self.keys = DynamoKeys(self.dynamodb, control)
        self.groups.commit([group(poke_due_at_s=T0 + 60)], [change_record()], T0)
        self.fingerprints.write([MARK])
        self.configs.apply(replace(config(), version=1), "", T0)
        self.keys.put(API_KEY)

    def stored(self):
        (only,) = items(self.table)
        return only

    def say(self, version):
        for table in self.every:
            set_format(table, version)

    def readers(self):
        return {
            "groups": lambda: self.groups.read([KEY]),
            "lease": lambda: self.groups.acquire(KEY, "worker-1", T0, T0 + 45),
            "journal": lambda: list(self.journal.read("acme", T0, T0)),
            "fingerprints": lambda: self.fingerprints.read(["acme#f1"], T0),
            "config": lambda: self.configs.current("acme"),
            "version": lambda: self.configs.version("acme", 1),
            "key": lambda: self.keys.find("k1"),
            "keys": lambda: self.keys.all("acme"),
        }


@pytest.fixture
def stores(cloud):
    return Stores(cloud.environ)


def no_new_format(stored):
    return {name: value for name, value in stored.items() if name not in ("v", "marked")}


@pytest.mark.parametrize("version", [None, 0, 1])
def test_what_an_earlier_release_wrote_is_read_as_ever(stores, version):
    readers = stores.readers()
    del readers["lease"]
    before = {name: read() for name, read in readers.items()}
    stores.say(version)
    assert {name: read() for name, read in readers.items()} == before


@pytest.mark.parametrize("name", ["groups", "lease", "journal", "fingerprints"])
def test_what_a_newer_release_wrote_comes_back_as_an_error(stores, name):
    stores.say(3)
    with pytest.raises(NewerFormat):
        stores.readers()[name]()


@pytest.mark.parametrize("name", ["config", "version", "key", "keys"])
def test_newer_configurations_and_keys_are_errors_not_absences(stores, name):
    stores.say(3)
    with pytest.raises(NewerFormat):
        stores.readers()[name]()


class TestNewer:
    def test_a_group_is_not_touched_by_evaluate(self, stores):
        (read,) = stores.groups.read([KEY]).values()
        stores.say(3)
        before = stores.stored()
        with pytest.raises(NewerFormat):
            stores.groups.commit([replace(read, members={})], [], T0)
        assert stores.stored() == before

    def test_a_group_is_not_touched_by_notify(self, stores):
        held = stores.groups.acquire(KEY, "worker-1", T0, T0 + 45)
        stores.say(3)
        before = stores.stored()
        with pytest.raises(Conflict):
            stores.groups.intend(held, intent())
        assert stores.stored() == before

    def test_an_attempt_at_the_lease_leaves_no_trace(self, stores):
        stores.say(3)
        before = stores.stored()
        with pytest.raises(NewerFormat):
            stores.groups.acquire(KEY, "worker-1", T0, T0 + 45)
        assert stores.stored() == before


class TestOlder:
    """The table holds a group of the format before; this release adds one."""

    @pytest.fixture(autouse=True)
    def _later(self, stores, monkeypatch):
        self.stores = stores
        self.old = stores.stored()
        add_format(monkeypatch, "groups")

    def test_reading_changes_nothing(self):
        (read,) = self.stores.groups.read([KEY]).values()
        assert read.version == 1
        assert self.stores.stored() == self.old

    def test_evaluates_first_commit_renews_and_its_second_succeeds(self):
        (read,) = self.stores.groups.read([KEY]).values()
        with pytest.raises(Conflict):
            self.stores.groups.commit([replace(read, members={})], [], T0)
        stored = self.stores.stored()
        assert (stored["v"], stored["marked"]) == ({"N": "2"}, {"BOOL": True})
        assert no_new_format(stored) == no_new_format(self.old)
        (read,) = self.stores.groups.read([KEY]).values()
        self.stores.groups.commit([replace(read, members={"f2": member("f2")})], [], T0)
        (read,) = self.stores.groups.read([KEY]).values()
        assert (read.version, list(read.members)) == (2, ["f2"])

    def test_every_older_group_of_a_commit_is_renewed_at_once(self):
        keys = [replace_receiver(index) for index in range(5)]
        self.stores.groups.commit([group(key) for key in keys], [], T0)
        set_format(self.stores.table, 1)
        read = self.stores.groups.read([KEY, *keys])
        with pytest.raises(Conflict):
            self.stores.groups.commit(list(read.values()), [], T0)
        assert {stored["v"]["N"] for stored in items(self.stores.table)} == {"2"}

    def test_the_lease_comes_at_once(self):
        held = self.stores.groups.acquire(KEY, "worker-1", T0, T0 + 45)
        assert (held.lease_owner, list(held.members)) == ("worker-1", ["f1"])
        assert self.stores.stored()["v"] == {"N": "2"}
        assert settle(self.stores, held)

    def test_a_group_that_keeps_changing_comes_back(self, monkeypatch):
        def overtaken(*_):
            raise Conflict("somebody was first")

        monkeypatch.setattr("tocsin.adapters.dynamodb.groups.renew", overtaken)
        with pytest.raises(Conflict, match="keeps changing"):
            self.stores.groups.acquire(KEY, "worker-1", T0, T0 + 45)
        assert self.stores.stored() == self.old

    def test_the_next_release_waits_for_the_lease_of_the_one_before(self, monkeypatch):
        later = STEPS["groups"]
        monkeypatch.setitem(STEPS, "groups", later[:1])
        held = self.stores.groups.acquire(KEY, "old", T0, T0 + 45)
        self.stores.groups.intend(held, intent())
        leased = self.stores.stored()
        monkeypatch.setitem(STEPS, "groups", later)
        assert self.stores.groups.acquire(KEY, "new", T0 + 45, T0 + 90) is None
        (read,) = self.stores.groups.read([KEY]).values()
        with pytest.raises(Conflict):
            self.stores.groups.commit([read], [], T0 + 45)
        assert self.stores.stored() == leased
        monkeypatch.setitem(STEPS, "groups", later[:1])
        assert settle(self.stores, held)

    def test_an_expired_lease_is_lost_to_the_next_release(self, monkeypatch):
        later = STEPS["groups"]
        monkeypatch.setitem(STEPS, "groups", later[:1])
        held = self.stores.groups.acquire(KEY, "old", T0, T0 + 45)
        self.stores.groups.intend(held, intent())
        monkeypatch.setitem(STEPS, "groups", later)
        (read,) = self.stores.groups.read([KEY]).values()
        with pytest.raises(Conflict):
            self.stores.groups.commit([read], [], T0 + 46)
        assert "lease_owner" not in self.stores.stored()
        monkeypatch.setitem(STEPS, "groups", later[:1])
        with pytest.raises(Conflict):
            settle(self.stores, held)
        monkeypatch.setitem(STEPS, "groups", later)
        assert self.stores.groups.acquire(KEY, "new", T0 + 46, T0 + 91).intent == intent()


def replace_receiver(index):
    return type(KEY)(KEY.tenant, f"r{index}", KEY.labels)


def settle(stores, held):
    return stores.groups.settle(held, settlement(), [], T0 + 1)
