"""The evaluator of metric rules beside the reference, on random rules and series with gaps."""

from math import inf, nan
from random import Random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import T0
from tests.unit.domain.metricrule_reference import Reference
from tocsin.domain.matchers import Matcher
from tocsin.domain.metricrule import asked, evaluate
from tocsin.domain.rule import Condition, MetricRule, Query
from tocsin.domain.rulestate import RuleState
from tocsin.domain.series import Series

LABELS = [(), (("dc", "x"),), (("dc", "x"), ("host", "a")), (("dc", "x"), ("host", "b")),
          (("dc", "y"), ("host", "a")), (("host", "c"),)]  # fmt: skip
QUERIES = [Query(metric="m"), Query(metric="n", matchers=(Matcher("dc", "=", "x"),))]
COMPARISONS = ["gt", "gt", "gte", "lt", "lte", "eq", "ne", "absent", "present"]
AGGREGATES = ["avg", "min", "max", "sum", "count", "rate", "last", "p50"]
DURATIONS = st.sampled_from([0.0, 0.0, 60.0, 90.0, 240.0])

conditions = st.builds(
    Condition,
    query=st.sampled_from(QUERIES),
    compare=st.sampled_from(COMPARISONS),
    threshold=st.integers(0, 4).map(float),
    resolve=st.none() | st.integers(0, 4).map(float),
    aggregate=st.sampled_from(AGGREGATES),
    window_s=st.sampled_from([60.0, 60.0, 120.0, 300.0]),
)
rules = st.builds(
    MetricRule,
    name=st.just("R"),
    conditions=st.lists(conditions, min_size=1, max_size=3).map(
        # The reference names what is missing after the first condition.
        lambda found: tuple(sorted(found, key=lambda each: each.compare != "absent"))
    ),
    combine=st.sampled_from(["all", "any"]),
    by=st.sampled_from([None, None, (), ("host",), ("dc",)]),
    breaches=st.integers(1, 3),
    for_s=DURATIONS,
    keep_firing_for_s=DURATIONS,
    missing=st.sampled_from(["missing", "breaching", "notBreaching", "ignore"]),
    cooldown_s=DURATIONS,
    limit=st.integers(0, 2),
    limit_window_s=st.sampled_from([120.0, 600.0]),
    labels=st.sampled_from([{}, {"team": "db"}, {"dc": "z"}]),
)
values = st.sampled_from([0.0, 1.0, 1.0, 2.0, 3.0, 4.0, 9.0, nan, inf])
points = st.lists(st.tuples(st.integers(0, 120).map(lambda each: T0 + 10.0 * each), values),
                  max_size=60).map(tuple)  # fmt: skip
metrics = st.dictionaries(st.sampled_from(LABELS), points, max_size=4)


def answered(wanted, data):
    return tuple(
        Series(labels, tuple(each for each in found if wanted.from_s <= each[0] <= wanted.to_s))
        for labels, found in data[wanted.query.metric].items()
    )


@settings(max_examples=200, deadline=None)
@given(
    rules,
    st.fixed_dictionaries({"m": metrics, "n": metrics}),
    st.lists(st.sampled_from([30, 60, 60, 60, 180]), min_size=3, max_size=20),
)
def test_alerts_are_those_of_the_reference(rule, data, steps):
    check(rule, data, steps)


def check(rule, data, steps):
    """Assert that evaluator and reference tell the same at each step, in seconds."""
    reference, state, at_s = Reference(rule), RuleState(tenant="t", rule="R"), T0
    for step in steps:
        at_s += step
        answers = [answered(each, data) for each in asked(rule, at_s)]
        evaluated = evaluate(rule, state, answers, at_s)
        assert [summary(each) for each in evaluated.alerts] == in_order(
            (status, {**dict(identity), **rule.labels, "alertname": "R"}, starts_at_s, ends_at_s)
            for status, identity, starts_at_s, ends_at_s in reference.tick(at_s, answers)
        )
        # What is remembered goes through storage, where it is JSON.
        state = msgspec.json.decode(msgspec.json.encode(evaluated.state), type=RuleState)
        assert state == evaluated.state
        firing = {each.labels for each in state.series.values() if each.phase == "firing"}
        assert firing == set(reference.firing)
        assert_only_what_matters(rule, state, at_s)


def summary(alert):
    return (alert.status, alert.labels, alert.starts_at_s, alert.ends_at_s)


def in_order(summaries):
    """Return the ends first, and by labels."""
    return sorted(summaries, key=lambda each: (each[0] == "firing", sorted(each[1].items())))


def assert_only_what_matters(rule, state, at_s):
    """Assert that a series that is well is not stored."""
    remembers = rule.missing == "breaching" or "absent" in [c.compare for c in rule.conditions]
    if remembers:
        return
    for each in state.series.values():
        cools_down = each.resolved_at_s and at_s - each.resolved_at_s < rule.cooldown_s
        assert each.phase != "ok" or cools_down


@pytest.mark.parametrize("seed", range(150))
def test_so_they_are_where_values_wander_about_the_threshold(seed):
    random = Random(seed)
    rule = random_rule(random)
    data = {metric: wandering(random) for metric in "mn"}
    check(rule, data, [random.choice([30, 60, 60, 60, 60, 180]) for _ in range(60)])


def random_rule(random):
    count = random.choice([1, 1, 1, 2, 3])
    found = [
        Condition(
            query=random.choice(QUERIES),
            compare=random.choice(COMPARISONS),
            threshold=float(random.randint(1, 4)),
            resolve=random.choice([None, None, 1.5, 2.5]),
            aggregate=random.choice(["avg", "max", "last", "sum", "p50", "rate"]),
            window_s=random.choice([60.0, 60.0, 180.0]),
        )
        for _ in range(count)
    ]
    return MetricRule(
        name="R",
        conditions=tuple(sorted(found, key=lambda each: each.compare != "absent")),
        combine=random.choice(["all", "any"]),
        by=random.choice([None, None, (), ("host",), ("dc",)]),
        breaches=random.choice([1, 1, 2, 3]),
        for_s=random.choice([0.0, 0.0, 120.0]),
        keep_firing_for_s=random.choice([0.0, 0.0, 120.0]),
        missing=random.choice(["missing", "breaching", "notBreaching", "ignore"]),
        cooldown_s=random.choice([0.0, 0.0, 300.0]),
        limit=random.choice([0, 0, 1, 3]),
        limit_window_s=random.choice([300.0, 900.0]),
    )


def wandering(random):
    """Return series with a point each half minute whose values wander, with gaps."""
    found = {}
    for labels in random.sample(LABELS, random.randint(0, 4)):
        value, is_there, points = 2.0, True, []
        for index in range(240):
            value = min(max(value + random.choice([-1.0, 0.0, 1.0]), 0.0), 5.0)
            is_there = is_there != (random.random() < 0.05)
            if is_there:
                points.append((T0 + 30.0 * index, value))
        found[labels] = tuple(points)
    return found
