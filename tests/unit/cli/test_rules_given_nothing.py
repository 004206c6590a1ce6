"""A test of rules in which a rule is quiet only since it was given nothing to look at."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.main import main


@pytest.fixture
def run(memory_target, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def invoke(*arguments):
        runner = CliRunner(mix_stderr=False)
        return runner.invoke(main, ["rules", *arguments], obj=memory_target)

    return invoke


@pytest.mark.parametrize(
    ("rule", "given", "says"),
    [
        (
            "metric: disk_percent, op: gte, threshold: 90",
            "series: {'disk_precent{host=\"a\"}': '50x14'}",
            "Full is given nothing: it asks for disk_percent",
        ),
        (
            "metric: disk_percent, matchers: ['env=prod'], op: gte, threshold: 90",
            "series: {'disk_percent{env=\"test\"}': '50x14'}",
            'Full is given nothing: it asks for disk_percent{env="prod"}',
        ),
        (
            "source: p, expression: up == 0, op: present",
            "answers: {'up==0': {'{}': '_x9'}}",
            "Full is given nothing: it asks for up == 0",
        ),
        (
            "metric: disk_percent, op: gte, threshold: 90, every: 1d",
            "series: {disk_percent: '50x9'}",
            "Full is looked at once in 1d, and not within this test",
        ),
        (
            "alerts: {matchers: ['alertname=JobFailed'], count: 2 in 5m}",
            "alerts: {'JobFaild{job=\"a\"}': '1m 2m'}".replace("1m 2m", "1m-2m 3m"),
            'Full is given nothing: it looks at alerts with alertname="JobFailed"',
        ),
    ],
)
def test_a_rule_that_was_given_nothing_to_look_at_is_not_tested(run, rule, given, says):
    text = f"""\
rules:
  - {{name: Full, {rule}}}
tests:
  - name: nothing happens
    {given}
    quiet: [Full]
"""
    Path("mine.yaml").write_text(text, encoding="utf-8")
    result = run("test", "mine.yaml")
    assert result.exit_code == 1, result.output
    assert says in result.stdout


@pytest.mark.parametrize(
    ("rule", "given"),
    [
        ("metric: disk_percent, op: gte, threshold: 90", "series: {disk_percent: '_x9'}"),
        ("metric: disk_percent, op: absent, for: 1h", "duration: 10m"),
        ("metric: m, op: gt, threshold: 1, missing: breaching, for: 1h", "duration: 10m"),
        ("alerts: {absent_for: 10m}", "duration: 5m"),
    ],
)
def test_that_nothing_is_there_can_be_what_is_tested(run, rule, given):
    text = f"""\
rules:
  - {{name: Full, {rule}}}
tests:
  - name: nothing is there
    {given}
    quiet: [Full]
"""
    Path("mine.yaml").write_text(text, encoding="utf-8")
    assert run("test", "mine.yaml").exit_code == 0, run("test", "mine.yaml").output
