"""Every word of the models is one of the pipeline's, and every word of the pipeline is there."""

import doctest
import importlib
import pkgutil
from typing import get_args

import pytest

from tests.builders import alert
from tocsin import models
from tocsin.domain.alert import SEVERITIES, severity_of
from tocsin.domain.alertstate import State
from tocsin.domain.config import ReceiverKind
from tocsin.domain.journal import EscalationRecord
from tocsin.domain.rule import AlertRule, AlertRuleKind, Comparison, MetricRule
from tocsin.domain.rulefailure import failed
from tocsin.domain.rulestate import RuleState
from tocsin.models.words import RULE_CATEGORIES, category_of

MODULES = [each.name for each in pkgutil.iter_modules(models.__path__)]
PAIRS = [
    (models.AlertSeverity, SEVERITIES),
    (models.AlertStatus, get_args(State)),
    (models.ComparisonOperator, get_args(Comparison)),
    (models.NotificationChannel, get_args(ReceiverKind)),
    (models.EscalationAction, get_args(EscalationRecord.__annotations__["what"])),
    (RULE_CATEGORIES, ("metric", *get_args(AlertRuleKind))),
]


@pytest.mark.parametrize(("words", "expected"), PAIRS)
def test_words_are_those_of_the_pipeline(words, expected):
    assert {each.value for each in words} == set(expected)


@pytest.mark.parametrize("word", ["medium", "P1", "Fatal", "unheard of", "", 5, None])
def test_a_severity_is_mapped_as_the_pipeline_maps_it(word):
    assert models.AlertSeverity.of(word).value == severity_of(word)


def test_the_worst_severity_comes_first():
    assert [each.value for each in sorted(models.AlertSeverity, key=lambda each: each.rank)] == [
        "critical", "high", "warning", "low", "info",
    ]  # fmt: skip


def test_a_category_says_what_an_alert_was_made_of():
    rules = (
        MetricRule(name="Cpu", conditions=()),
        AlertRule(name="Storm", kind="count", labels={"alertname": "Flood"}),
    )
    made = {"provider": "tocsin"}
    assert category_of(alert("Cpu"), rules) == "reported"
    assert category_of(alert("Cpu", **made), rules) == "metric"
    assert category_of(alert("Flood", **made), rules) == "count"
    assert category_of(alert("Storm", **made), rules) == "rule-gone"
    broken = failed(rules[0], RuleState(tenant="acme", rule="Cpu"), "timeout", 1.0).alerts[0]
    assert category_of(broken, rules) == "rule-failed"


def test_a_rate_is_of_a_counter():
    query = models.Query(metric="requests_total")
    kinds = {
        aggregate: models.ThresholdCondition(
            query=query, compare="gt", aggregate=aggregate
        ).metric_type
        for aggregate in ("rate", "last", "p95")
    }
    assert kinds == {"rate": "sum", "last": "gauge", "p95": "gauge"}


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_are_right(name):
    module = importlib.import_module(f"tocsin.models.{name}")
    assert doctest.testmod(module).failed == 0


def test_there_are_examples():
    modules = (importlib.import_module(f"tocsin.models.{name}") for name in MODULES)
    finder = doctest.DocTestFinder(exclude_empty=True)
    assert sum(bool(test.examples) for each in modules for test in finder.find(each)) >= 12
