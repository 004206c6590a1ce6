"""Whatever points a source gives, and whatever labels: nothing breaks, and every alert ends."""

from math import inf, isfinite, nan

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import T0
from tests.unit.domain.watchedrule import condition, rule
from tocsin.domain.metricrule import evaluate, retire
from tocsin.domain.rulestate import RuleState
from tocsin.domain.series import Series, labels_of

AGGREGATES = ["avg", "min", "max", "sum", "count", "rate", "last", "p0", "p95", "p100"]

times = st.integers(-100, 300).map(lambda each: T0 + each) | st.floats()
values = st.sampled_from([nan, inf, -inf, 1.7e308, -1.7e308, 5e-324, 3, -1]) | st.floats()
points = st.lists(st.tuples(times, values), max_size=12).map(tuple)
words = st.text(max_size=3) | st.sampled_from(["alertname", "__name__", "team", "{{ $value }}"])
labels = st.dictionaries(words, words, max_size=3).map(labels_of)
answers = st.lists(
    st.builds(Series, labels, points), max_size=4, unique_by=lambda each: each.labels
)
rules = st.builds(
    rule,
    *[
        st.builds(
            condition,
            st.sampled_from(["gt", "lt", "eq", "ne", "absent", "present"]),
            st.floats(allow_nan=False),
            aggregate=st.sampled_from(AGGREGATES),
        )
    ]
    * 2,
    combine=st.sampled_from(["all", "any"]),
    by=st.none() | st.lists(words, max_size=2).map(tuple),
    missing=st.sampled_from(["missing", "breaching", "notBreaching", "ignore"]),
    labels=st.dictionaries(words, words, max_size=2),
    annotations=st.dictionaries(words, st.sampled_from(["{{ $value }}", "{{ $labels. }}", "{{"])),
    limit=st.integers(0, 2),
)


@settings(max_examples=300, deadline=None)
@given(rules, st.lists(st.tuples(answers, answers), min_size=1, max_size=5))
def test_nothing_breaks_and_every_alert_ends(of, rounds):
    state, firing = RuleState(tenant="t", rule=of.name), {}
    for index, found in enumerate(rounds):
        evaluated = evaluate(of, state, [tuple(each) for each in found], T0 + 60 * index)
        note(evaluated.alerts, firing)
        state = msgspec.json.decode(msgspec.json.encode(evaluated.state), type=RuleState)
    note(retire(of.name, state, T0 + 3600, "off").alerts, firing)
    assert firing == {}


def note(alerts, firing):
    """Assert that each alert fires or ends in turn, and is fit to be sent."""
    for each in alerts:
        assert msgspec.json.decode(msgspec.json.encode(each), type=type(each)) == each
        assert each.value is None or isfinite(each.value)
        key = labels_of(each.labels)
        if each.status == "firing":
            assert key not in firing
            firing[key] = each.starts_at_s
        else:
            assert each.starts_at_s == firing.pop(key)
            assert each.ends_at_s >= each.starts_at_s
