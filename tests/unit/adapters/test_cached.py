from msgspec.structs import replace

from tests.builders import T0, config
from tocsin.adapters.cached import _ENTRIES_LIMIT, CachedConfigs, CachedKeys, CachedSilences
from tocsin.adapters.memory import MemoryConfigs, MemoryKeys, MemorySilences
from tocsin.domain.silence import Silence
from tocsin.ports import ApiKey

SILENCE = Silence(id="s1", matchers=(), starts_at_s=T0, ends_at_s=T0 + 9, updated_at_s=T0)


class Clock:
    def __init__(self):
        self.now_s = T0

    def __call__(self):
        return self.now_s


class CountedKeys(MemoryKeys):
    reads = 0

    def find(self, key_id):
        self.reads += 1
        return super().find(key_id)


def api_key(key_id, **fields):
    return ApiKey(id=key_id, tenant="acme", name="x", digest="d", created_at_s=T0, **fields)


def test_a_key_is_read_once_until_its_time_is_up():
    keys, clock = CountedKeys(), Clock()
    keys.put(api_key("k1"))
    cached = CachedKeys(keys, clock, ttl_s=60)
    for _ in range(3):
        assert cached.find("k1") == api_key("k1")
    assert keys.reads == 1
    keys.put(api_key("k1", revoked_at_s=T0))
    clock.now_s += 59.9
    assert cached.find("k1").revoked_at_s is None
    clock.now_s += 0.1
    assert cached.find("k1").revoked_at_s == T0


def test_absence_is_remembered_briefly():
    keys, clock = CountedKeys(), Clock()
    cached = CachedKeys(keys, clock, ttl_s=60)
    assert cached.find("k1") is None
    keys.put(api_key("k1"))
    assert cached.find("k1") is None
    clock.now_s += 5
    assert cached.find("k1") == api_key("k1")


def test_strangers_cannot_fill_the_memory():
    keys, clock = CountedKeys(), Clock()
    cached = CachedKeys(keys, clock)
    for index in range(_ENTRIES_LIMIT + 5):
        cached.find(f"guess-{index}")
    assert len(cached._found._entries) <= _ENTRIES_LIMIT


def test_what_this_process_writes_it_sees_at_once():
    cached = CachedKeys(MemoryKeys(), Clock())
    assert cached.find("k1") is None
    cached.put(api_key("k1"))
    assert cached.find("k1") == api_key("k1")
    assert cached.all("acme") == [api_key("k1")]


def test_a_configuration_is_at_most_so_old():
    configs, clock = MemoryConfigs(), Clock()
    cached = CachedConfigs(configs, clock, ttl_s=30)
    cached.apply(config(version=1), "", T0)
    assert cached.current("acme").version == 1
    configs.apply(config(version=2), "", T0)
    assert cached.current("acme").version == 1
    clock.now_s += 30
    assert cached.current("acme").version == 2


def test_versions_and_tenants():
    configs, clock = MemoryConfigs(), Clock()
    cached = CachedConfigs(configs, clock)
    assert cached.version("acme", 1) is None
    cached.apply(config(version=1), "", T0)
    assert cached.version("acme", 1) == config(version=1)
    configs.versions.clear()
    assert cached.version("acme", 1) == config(version=1)
    assert cached.tenants() == []


def test_silences_are_at_most_so_old_and_own_ones_are_seen_at_once():
    silences, clock = MemorySilences(), Clock()
    cached = CachedSilences(silences, clock, ttl_s=5)
    assert cached.all("acme") == []
    silences.write("acme", [SILENCE], T0 + 9)
    assert cached.all("acme") == []
    clock.now_s += 5
    assert [each.version for each in cached.all("acme")] == [1]
    cached.write("acme", [replace(SILENCE, version=1)], T0 + 9)
    assert [each.version for each in cached.all("acme")] == [2]
