from msgspec.structs import replace

from tests.contract.test_groups import KEY, group, member
from tocsin.adapters.sqlite.groupcache import GroupCache, copied
from tocsin.domain.group import GroupKey


def keyed(name, members=1):
    found = {f"f{index}": member(f"f{index}") for index in range(members)}
    return replace(group(GroupKey("acme", name)), members=found)


def test_what_was_read_before_a_write_does_not_replace_what_was_written():
    cache = GroupCache()
    writes = cache.writes
    written = group(version=2)
    cache.put(written)
    cache.learn(group(version=1), writes)
    assert cache.get(KEY.id) is written
    cache.forget(KEY.id)
    cache.learn(group(version=1), writes)
    assert cache.get(KEY.id) is None
    cache.learn(group(version=1), cache.writes)
    assert cache.get(KEY.id).version == 1


def test_those_that_were_not_used_for_longest_make_room():
    cache = GroupCache(members_limit=10)
    for name in ("a", "b", "c"):
        cache.put(keyed(name, 2))
    assert cache.get(keyed("a").key.id)
    cache.put(keyed("d", 2))
    kept = [name for name in "abcd" if cache.get(keyed(name).key.id)]
    assert kept == ["a", "c", "d"]
    cache.put(keyed("e", 100))
    assert [name for name in "acde" if cache.get(keyed(name).key.id)] == ["e"]


def test_a_copy_can_be_changed():
    original = group()
    changed = copied(original)
    changed.members["f2"] = changed.told["f2"] = changed.muted["f2"] = None
    assert (list(original.members), original.told, original.muted) == (["f1"], {}, {})
