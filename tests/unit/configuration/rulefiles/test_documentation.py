"""What docs/rules.md shows is right, and does what its tests say."""

import re
from pathlib import Path

import pytest

from tocsin.configuration import load
from tocsin.configuration.rulefiles.judging import judge
from tocsin.configuration.rulefiles.loading import load_rules
from tocsin.configuration.rulefiles.models import RULES_LIMIT
from tocsin.domain.ownmetrics import KNOWN

TEXT = (Path(__file__).parents[4] / "docs/rules.md").read_text(encoding="utf-8")
BLOCKS = [block for block in re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)]
RULES = [block for block in BLOCKS if block.startswith("  - name:")]
SOURCES = [block for block in BLOCKS if block.startswith("    sources:")]


def test_the_first_rule_and_its_tests():
    loaded = load_rules(BLOCKS[0] + BLOCKS[1], "mine.yaml", {})
    rules = {placed.rule.name: placed.rule for placed in loaded.rules}
    assert [judge(test, rules).failures for test in loaded.tests] == [(), ()]


@pytest.mark.parametrize("block", RULES)
def test_every_rule_that_is_shown_is_right(block):
    assert len(load_rules(f"rules:\n{block}", "r.yaml", {}).rules) == 1


@pytest.mark.parametrize("block", SOURCES)
def test_every_source_that_is_shown_is_right(block):
    head = """\
tenants:
  acme:
    receivers: [{name: oncall, webhook: {url: 'https://example.com/hook'}}]
    route: {receiver: oncall}
"""
    assert len(load(head + block, "t.yaml", {}).tenants["acme"].sources) == 1


def test_nothing_is_left_out():
    assert (len(RULES), len(SOURCES)) == (3, 2)
    assert [name for name in KNOWN if f"`{name}`" not in TEXT] == []
    assert f"{RULES_LIMIT:,}" in TEXT
