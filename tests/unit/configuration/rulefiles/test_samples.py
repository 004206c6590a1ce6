"""The samples in rules/ are right, and do what their tests say."""

from pathlib import Path

import jsonschema
import msgspec
import pytest
import yaml

from tocsin.configuration.rulefiles.judging import judge, untested
from tocsin.configuration.rulefiles.loading import load_rules
from tocsin.configuration.rulefiles.prometheus import load_prometheus
from tocsin.configuration.rulefiles.shipped import shipped_text

ROOT = Path(__file__).parents[4]
FILES = sorted((ROOT / "rules").glob("*.yaml"))


def read(path):
    return load_rules(path.read_text(encoding="utf-8"), str(path), {})


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_test_of_a_sample_passes(path):
    loaded = read(path)
    rules = {placed.rule.name: placed.rule for placed in loaded.rules}
    verdicts = [judge(test, rules) for test in loaded.tests]
    assert [each for each in verdicts if each.failures] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_rule_of_a_sample_has_a_test_that_fires_and_one_that_does_not(path):
    loaded = read(path)
    assert untested([placed.rule for placed in loaded.rules], loaded.tests) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_published_schema_takes_the_samples(path):
    schema = msgspec.json.decode((ROOT / "docs/rules.schema.json").read_bytes())
    value = yaml.safe_load(path.read_text(encoding="utf-8"))
    jsonschema.validate(value, schema)
    value["rules"][0]["treshold"] = 1
    with pytest.raises(jsonschema.ValidationError, match="treshold"):
        jsonschema.validate(value, schema)


def test_the_rules_of_prometheus_are_taken_whole():
    path = ROOT / "rules/prometheus.yml"
    loaded = load_prometheus(path.read_text(encoding="utf-8"), str(path), "prometheus")
    assert [placed.rule.name for placed in loaded.rules] == ["InstanceDown"]
    assert loaded.notes == ()


def test_the_default_rules_are_the_same_file_in_the_package():
    assert shipped_text() == (ROOT / "rules/default.yaml").read_text(encoding="utf-8")
