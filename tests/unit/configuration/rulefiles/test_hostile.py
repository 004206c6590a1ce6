"""Whatever stands in a rule file, it is read or refused with a line."""

from contextlib import suppress

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.configuration import ConfigurationErrors, Problem
from tocsin.configuration.rulefiles.cases import RuleTest
from tocsin.configuration.rulefiles.loading import load_rules
from tocsin.configuration.rulefiles.models import Alerts, Rule
from tocsin.configuration.rulefiles.notation import read_series, read_spans, read_values
from tocsin.configuration.rulefiles.prometheus import PromGroup, PromRule, load_prometheus
from tocsin.domain.errors import InvalidInput

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(
        ["5m", "10/h", "5 in 10m", "gte", "m", 'a="b"', "R", "tocsin", "10x5", "absent"]
    ),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)


def block(model):
    names = [field.alias or name for name, field in model.model_fields.items()]
    return st.dictionaries(st.sampled_from(names), st.one_of(VALUES, SCALARS), max_size=9)


RULES = st.one_of(
    block(Rule),
    st.builds(lambda rule, alerts: {**rule, "alerts": alerts}, block(Rule), block(Alerts)),
)
FILES = st.fixed_dictionaries(
    {"rules": st.lists(RULES, max_size=3)},
    optional={"tests": st.lists(block(RuleTest), max_size=2)},
)
GROUPS = st.builds(
    lambda group, rules: {**group, "rules": rules},
    block(PromGroup),
    st.lists(block(PromRule), max_size=3),
)


def read_or_refuse(read, value):
    # JSON is YAML; what is not finite has no JSON and becomes null.
    text = msgspec.json.encode(value).decode()
    refused: tuple[Problem, ...] = ()
    try:
        read(text)
    except ConfigurationErrors as errors:
        refused = errors.problems
    assert all(problem.line >= 1 and problem.message for problem in refused)


@settings(deadline=None, max_examples=300)
@given(FILES)
def test_rule_files(value):
    read_or_refuse(lambda text: load_rules(text, "r.yaml", {}), value)


@settings(deadline=None, max_examples=200)
@given(st.fixed_dictionaries({"groups": st.lists(GROUPS, max_size=2)}))
def test_rule_files_of_prometheus(value):
    read_or_refuse(lambda text: load_prometheus(text, "p.yml", "prom"), value)


@settings(deadline=None, max_examples=300)
@given(st.text(alphabet=' abx0123456789+-._{}="m,sInfNaN', max_size=40))
def test_notation(text):
    for read in (read_series, read_values, read_spans):
        with suppress(InvalidInput):
            read(text)
