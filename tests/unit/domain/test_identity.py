from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import T0, alert
from tocsin.domain.alert import Alert
from tocsin.domain.errors import InvalidInput
from tocsin.domain.fingerprint import fingerprint
from tocsin.domain.fingerprint_rules import (
    DELAY_S,
    SETS_LIMIT,
    FingerprintRule,
    RuleSet,
    activated,
    is_coarser,
    succeeding,
)
from tocsin.domain.identity import Identifier, compiled
from tocsin.domain.masks import Mask


def under(rule: FingerprintRule | None, value: Alert, payload: Any = None, index: int = 0) -> str:
    sets = () if rule is None else (RuleSet(rules=(rule,)),)
    return Identifier("acme", "prometheus", T0, sets).fingerprint(value, payload, index)


def pod(name: str, **labels: str) -> Alert:
    return alert(labels={"pod": name, "cluster": "eu", **labels})


def test_without_a_rule_the_fingerprint_is_that_of_all_labels() -> None:
    value = pod("a")
    other = FingerprintRule(provider="datadog", exclude=("pod",))
    assert under(None, value) == under(other, value) == fingerprint("acme", value.labels)


def test_excluded_labels_make_no_difference_and_others_do() -> None:
    rule = FingerprintRule(exclude=("pod",))
    assert under(rule, pod("a")) == under(rule, pod("b"))
    assert under(rule, pod("a", host="x")) != under(rule, pod("a", host="y"))


def test_included_labels_alone_make_the_difference_with_alertname() -> None:
    rule = FingerprintRule(include=("cluster",))
    assert under(rule, pod("a")) == under(rule, pod("b", host="x"))
    assert under(rule, alert("A", labels={"cluster": "eu"})) != under(
        rule, alert("B", labels={"cluster": "eu"})
    )


def test_a_mask_leaves_an_alert_that_it_does_not_touch_what_it_was() -> None:
    rule = FingerprintRule(masks=(Mask(fields=("pod",), kinds=("pod",)),))
    web = [pod("web-7d9c5b8f6d-x2x4z"), pod("web-7d9c5b8f6d-zzzzz"), pod("web-0")]
    assert under(rule, web[0]) == under(rule, web[1]) != under(rule, web[2])
    assert under(rule, web[2]) == fingerprint("acme", web[2].labels)


def test_what_is_added_counts_from_where_the_path_leads() -> None:
    rule = FingerprintRule(
        add=("annotations.queue", "payload.alerts[*].deep.id"),
        masks=(Mask(fields=("annotations.queue",), kinds=("number",)),),
    )
    payload = {"alerts": [{"deep": {"id": 1}}, {"deep": {"id": 2}}]}
    one = alert(annotations={"queue": "q7"})
    assert under(rule, one, payload, 0) != under(rule, one, payload, 1)
    masked = alert(annotations={"queue": "q8"})
    assert under(rule, one, payload, 0) == under(rule, masked, payload, 0)
    assert under(rule, alert(), {}, 0) == fingerprint("acme", alert().labels)


def test_a_label_cannot_pose_as_what_is_added() -> None:
    rule = FingerprintRule(add=("annotations.queue",))
    real = alert(annotations={"queue": "q"})
    assert under(rule, real) != under(rule, alert(labels={"annotations.queue": "q"}))


def test_an_alert_of_which_nothing_would_count_keeps_all_of_its_identity() -> None:
    rule = FingerprintRule(exclude=("incident",))
    values = [
        Alert(name="x", status="firing", labels={"alertname": "", "incident": each}, provider="p")
        for each in "ab"
    ]
    assert under(rule, values[0]) != under(rule, values[1])


@pytest.mark.parametrize("text", ["status", "payload", "labels.x", "annotations.", "payload..x"])
def test_a_path_that_leads_nowhere_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        compiled(FingerprintRule(add=(text,)))


def test_tenants_never_share_a_fingerprint() -> None:
    sets = (RuleSet(rules=(FingerprintRule(exclude=("pod",)),)),)
    found = {Identifier(t, "generic", T0, sets).fingerprint(pod("a"), None, 0) for t in ("a", "b")}
    assert len(found) == 2


def test_rules_take_effect_a_minute_after_they_are_applied_and_the_former_ones_stay_known() -> None:
    rule = FingerprintRule(exclude=("pod",))
    sets = activated(succeeding((rule,), ()), T0)
    before = Identifier("acme", "generic", T0 + DELAY_S - 1, sets)
    after = Identifier("acme", "generic", T0 + DELAY_S, sets)
    value = pod("a")
    plain, new = fingerprint("acme", value.labels), after.fingerprint(value, None, 0)
    assert before.fingerprint(value, None, 0) == plain != new
    (later,) = before.aliases(value, plain, None, 0)
    (former,) = after.aliases(value, new, None, 0)
    assert (later.fingerprint, later.is_narrower, later.under_way_until_s) == (new, False, 0.0)
    assert (former.fingerprint, former.is_narrower) == (plain, True)
    assert former.under_way_until_s > T0 + 4 * 86400


def test_the_history_of_rules_is_bounded_and_unchanged_rules_add_nothing() -> None:
    sets: tuple[RuleSet, ...] = ()
    for place in range(10):
        rules = (FingerprintRule(exclude=(f"label{place}",)),)
        sets = activated(succeeding(rules, sets), T0 + place * 100)
        assert activated(succeeding(rules, sets), T0 + 9999) == sets
    assert len(sets) == SETS_LIMIT
    assert succeeding((), ()) == ()


labels = st.sampled_from(["pod", "cluster", "host"])
rules = st.builds(
    FingerprintRule,
    include=st.lists(labels, max_size=2).map(tuple),
    exclude=st.lists(labels, max_size=2).map(tuple),
    add=st.lists(st.sampled_from(["name", "annotations.a"]), max_size=2, unique=True).map(tuple),
    masks=st.lists(
        st.builds(
            Mask,
            fields=st.lists(labels, min_size=1, max_size=2).map(tuple),
            kinds=st.sampled_from([("number",), ("hex",), ("number", "hex")]),
        ),
        max_size=2,
    ).map(tuple),
)
alerts = st.builds(
    lambda values, note: alert(labels=values, annotations={"a": note} if note else {}),
    st.dictionaries(labels, st.sampled_from(["", "a1", "a2", "deadbeef1"]), max_size=3),
    st.sampled_from(["", "x", "y"]),
)


@given(rules, rules, alerts, alerts)
def test_what_a_coarser_rule_is_said_to_merge_it_merges(
    rule: FingerprintRule, than: FingerprintRule, one: Alert, other: Alert
) -> None:
    if is_coarser(rule, than) and under(than, one) == under(than, other):
        assert under(rule, one) == under(rule, other)


@given(rules, alerts)
def test_neither_the_order_of_labels_nor_that_of_earlier_alerts_matters(
    rule: FingerprintRule, value: Alert
) -> None:
    turned = msgspec.structs.replace(value, labels=dict(reversed(value.labels.items())))
    assert under(rule, value) == under(rule, turned) == under(rule, value)
