from pathlib import Path

import pytest
import yaml

from tocsin.configuration.rulefiles.display import displayed_rule
from tocsin.configuration.rulefiles.loading import load_rules

ROOT = Path(__file__).parents[4]
EVERY_FIELD = """\
rules:
  - name: A
    any:
      - {metric: a, matchers: ['x=~"y|z"'], op: lt, threshold: 1, resolve: 1.5, step: 30s}
      - {metric: b, op: absent, window: 10m, aggregate: rate}
    by: []
    every: 5m
    breaches: 3
    for: 10m
    keep_firing_for: 90s
    missing: ignore
    cooldown: 1h30m
    limit: 5/10m
    labels: {team: db}
    annotations: {summary: "{{ $value }}"}
    link: https://example.com/
    flag: f
"""


def rules_of(text):
    return [placed.rule for placed in load_rules(text, "r.yaml", {}).rules]


@pytest.mark.parametrize(
    "text",
    [EVERY_FIELD, *(path.read_text("utf-8") for path in sorted((ROOT / "rules").glob("*.yaml")))],
)
def test_what_is_shown_says_the_same_rules(text):
    rules = rules_of(text)
    shown = yaml.safe_dump({"rules": [displayed_rule(rule) for rule in rules]})
    assert rules_of(shown) == rules
