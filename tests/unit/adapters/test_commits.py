import random

import pytest

from tests.builders import T0
from tocsin.adapters.dynamodb.commits import ACTIONS_LIMIT, actions, parts
from tocsin.adapters.dynamodb.journal import PACKED_LIMIT_BYTES, journal_items
from tocsin.domain.group import Group, GroupKey
from tocsin.domain.journal import EnvelopeRecord, TransitionRecord
from tocsin.domain.stepreach import step_place


def record(key, source="e:0"):
    return TransitionRecord(
        source=source,
        fingerprint="f",
        verdict="new",
        group=key.id,
        receiver=key.receiver,
        episode=1,
        at_s=T0,
    )


def packed(size_bytes=10):
    return {"members": b"x" * size_bytes, "members_at": None}


def pairs(count, size_bytes=10, tenant="acme"):
    keys = [GroupKey(tenant, f"r{index}") for index in range(count)]
    return [(Group(key=key), packed(size_bytes)) for key in keys]


def sizes(cut):
    return [len(part.groups) for part in cut]


def test_nothing_is_no_transaction():
    assert list(parts([], [])) == []


def test_a_transaction_holds_so_many_actions():
    cut = list(parts(pairs(ACTIONS_LIMIT), []))
    assert sizes(cut) == [ACTIONS_LIMIT - 1, 1]


def test_every_tenant_takes_an_action_for_its_journal():
    mixed = [pair for index in range(60) for pair in pairs(1, tenant=f"t{index}")]
    cut = list(parts(mixed, [record(group.key) for group, _ in mixed]))
    assert sizes(cut) == [45, 15]
    assert max(len(actions(part, "g", "j", T0)) for part in cut) == ACTIONS_LIMIT


def test_the_group_of_a_step_travels_with_those_whose_alerts_it_has():
    labels = (("team", "db"),)
    step = GroupKey("acme", "ann", labels, step_place("pages", 0))
    routes = [GroupKey("acme", f"of{index}", labels, f"{{}}/{{{index}}}") for index in range(2)]
    known, *others = ((Group(key=key), packed()) for key in (step, *routes))
    first, second = parts([known, *pairs(ACTIONS_LIMIT - 4), *pairs(4, tenant="b"), *others], [])
    assert {step, *routes} <= {group.key for group, _ in first.groups}
    assert len(second.groups) > 0


def test_a_transaction_holds_so_many_bytes():
    assert sizes(parts(pairs(60, 100_000), [])) == [29, 29, 2]
    assert sizes(parts(pairs(2, 5_000_000), [])) == [1, 1]


def test_records_travel_with_the_group_they_are_about():
    groups = pairs(ACTIONS_LIMIT)
    stranger = GroupKey("acme", "unchanged")
    records = [record(group.key) for group, _ in groups] + [record(stranger)]
    first, second = parts(groups, records)
    assert {each.group for each in second.records} == {groups[-1][0].key.id}
    assert len(first.records) == ACTIONS_LIMIT
    assert record(stranger) in first.records


def test_a_record_about_no_group_belongs_to_the_only_tenant():
    envelope = EnvelopeRecord(request="e", envelope="e", accepted=1, provider="p", at_s=T0)
    (part,) = parts(pairs(1), [envelope])
    put = actions(part, "g", "j", T0)[1]["Put"]
    assert put["Item"]["pk"] == {"S": "acme#2025-11-22T05"}
    (part,) = parts([*pairs(1), *pairs(1, tenant="zeta")], [envelope])
    with pytest.raises(ValueError, match="not of one tenant"):
        actions(part, "g", "j", T0)


def test_journal_items_are_split_before_they_are_too_long():
    generator = random.Random(1)
    key = GroupKey("acme", "r")
    records = [record(key, generator.randbytes(500).hex()) for _ in range(1500)]
    items = journal_items("acme", T0, "name", records)
    names = [item["sk"]["S"].rpartition("#")[2] for item in items]
    assert names == ["name.0.0", "name.0.1", "name.1.0", "name.1.1"]
    assert max(len(item["data"]["B"]) for item in items) <= PACKED_LIMIT_BYTES
