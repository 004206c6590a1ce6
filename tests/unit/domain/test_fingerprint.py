"""The identity of an alert, and Alertmanager's name for it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.domain.fingerprint import alertmanager_fingerprint, fingerprint

names = st.text(min_size=1, max_size=12)
labels_of_an_alert = st.dictionaries(names, st.text(max_size=12), max_size=8)


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ({"alertname": "HighLatency"}, "73dbeed5635ea4e4"),
        (
            {"alertname": "InstanceDown", "instance": "10.0.0.1:9100", "job": "node",
             "severity": "critical"},
            "787b4da09ceab6e1",
        ),
        (
            {"b": "2", "a": "1", "A": "0", "_": "3", "a_": "4", "a1": "5"},
            "1e2957efbbf46dc1",
        ),
        (
            {"alertname": "Ünïcode", "city": "Köln", "emoji": "🙂", "space": "a b",
             "quote": 'say "hi"\n\\'},
            "4da31d352761fd0e",
        ),
        ({"alertname": "EmptyDropped", "gone": "", "kept": "x"}, "67dd86b603ea17dd"),
        ({"a": "bc", "ab": "c"}, "39cb834e3371a38b"),
        ({"Straße.name": "köln", "🙂": "1", "alertname": "U"}, "24dc3cd46389ad5e"),
    ],
)  # fmt: skip
def test_the_wire_name_is_the_one_that_alertmanager_gives(
    labels: dict[str, str], expected: str
) -> None:
    assert alertmanager_fingerprint(labels) == expected


def test_a_fingerprint_is_32_hexadecimal_digits_and_stays_the_same_over_releases() -> None:
    assert fingerprint("default", {"alertname": "A"}) == "d0a4aedf804ae6e2b18028ce15393ce7"


@settings(deadline=None)
@given(labels=labels_of_an_alert, data=st.data())
def test_the_order_of_labels_does_not_matter(labels: dict[str, str], data: st.DataObject) -> None:
    shuffled = dict(data.draw(st.permutations(list(labels.items()))))
    assert fingerprint("acme", shuffled) == fingerprint("acme", labels)
    assert alertmanager_fingerprint(shuffled) == alertmanager_fingerprint(labels)


@settings(deadline=None)
@given(labels=labels_of_an_alert, name=names)
def test_labels_with_an_empty_value_do_not_count(labels: dict[str, str], name: str) -> None:
    with_empty = {**labels, name: ""}
    without = {key: value for key, value in with_empty.items() if value}
    assert fingerprint("acme", with_empty) == fingerprint("acme", without)
    assert alertmanager_fingerprint(with_empty) == alertmanager_fingerprint(without)


@settings(deadline=None)
@given(labels=labels_of_an_alert, tenants=st.lists(names, min_size=2, max_size=2, unique=True))
def test_two_tenants_never_share_a_fingerprint(labels: dict[str, str], tenants: list[str]) -> None:
    assert fingerprint(tenants[0], labels) != fingerprint(tenants[1], labels)


@settings(deadline=None)
@given(one=labels_of_an_alert, other=labels_of_an_alert)
def test_different_labels_are_different_alerts(one: dict[str, str], other: dict[str, str]) -> None:
    same = {k: v for k, v in one.items() if v} == {k: v for k, v in other.items() if v}
    assert (fingerprint("acme", one) == fingerprint("acme", other)) == same


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"a": "b", "c": "d"}, {"a": 'b","c":"d'}),
        ({"ab": "c"}, {"a": "bc"}),
        ({"a": "\x00"}, {"a": "\\u0000"}),
    ],
)
def test_crafted_labels_do_not_collide(one: dict[str, str], other: dict[str, str]) -> None:
    assert fingerprint("acme", one) != fingerprint("acme", other)


def test_a_tenant_cannot_be_moved_into_the_labels() -> None:
    assert fingerprint('a",{"x":"y"}', {}) != fingerprint("a", {"x": "y"})
