from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.main import main
from tocsin.configuration.rulefiles.loading import load_rules
from tocsin.configuration.rulefiles.shipped import shipped_rules
from tocsin.domain.rulestate import RuleState, SeriesState

CONFIG = """\
tenants:
  acme:
    receivers: [{name: oncall, webhook: {url: 'http://127.0.0.1:9/hook'}}]
    route: {receiver: oncall}
    default_rules: false
    rule_files: [mine.yaml]
"""
RULES = """\
rules:
  - {name: Full, metric: disk_percent, by: [host], op: gte, threshold: 90}
tests:
  - name: a full disk
    series: {'disk_percent{host="a"}': "50x4 95x9"}
    fires: [{rule: Full, labels: {host: a}, between: [5m, 10m]}]
  - name: a disk with room
    series: {'disk_percent{host="a"}': "50x14"}
    quiet: [Full]
"""
PROMETHEUS = """\
groups:
  - name: g
    rules:
      - {alert: Down, expr: up == 0}
      - {record: r, expr: up}
"""


@pytest.fixture
def run(memory_target, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("tocsin.yaml").write_text(CONFIG, encoding="utf-8")
    Path("mine.yaml").write_text(RULES, encoding="utf-8")
    Path("prom.yml").write_text(PROMETHEUS, encoding="utf-8")

    def invoke(*arguments):
        runner = CliRunner(mix_stderr=False)
        return runner.invoke(main, ["rules", *arguments], obj=memory_target)

    return invoke


def edit(name, old, new):
    text = Path(name).read_text(encoding="utf-8")
    assert old in text
    Path(name).write_text(text.replace(old, new), encoding="utf-8")


def test_a_file_without_tests_among_others_is_named(run):
    Path("bare.yaml").write_text(RULES.partition("tests:")[0], encoding="utf-8")
    result = run("test", "mine.yaml", "bare.yaml", "prom.yml")
    assert result.exit_code == 0
    assert result.stderr.splitlines() == [
        "warning: bare.yaml has no tests",
        "warning: prom.yml has no tests",
    ]


def test_check_says_what_a_file_holds(run):
    result = run("check", "mine.yaml")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "mine.yaml is right: 1 rule, 2 tests\n"


def test_check_warns_of_rules_without_tests_and_of_what_is_not_taken(run):
    edit("mine.yaml", "quiet: [Full]", "fires: []\n    quiet: [Other]")
    edit("mine.yaml", "tests:", "  - {name: Other, metric: m, op: absent}\ntests:")
    result = run("check", "mine.yaml", "prom.yml")
    assert result.exit_code == 0
    assert result.stderr.splitlines() == [
        "warning: mine.yaml: Full has no test in which it stays quiet",
        "warning: mine.yaml: Other has no test in which it fires",
        "warning: prom.yml:5: groups[0].rules[1]: not taken: a recording rule; leave it to the "
        "Prometheus",
    ]


def test_check_names_every_problem_with_its_line(run):
    edit("mine.yaml", "op: gte", "op: above")
    edit("prom.yml", "expr: up == 0", "exp: up == 0")
    result = run("check", "mine.yaml", "prom.yml")
    assert result.exit_code == 1
    assert result.stderr.splitlines()[0].startswith("mine.yaml:2: rules[0].op: must be one of")
    assert result.stderr.splitlines()[-1] == "Error: 3 problems"


def test_tests_that_pass(run):
    result = run("test", "mine.yaml")
    assert result.exit_code == 0
    assert result.stdout == (
        "passed  mine.yaml: a full disk\npassed  mine.yaml: a disk with room\n2 tests passed\n"
    )


def test_a_test_that_fails_says_what_happened_instead(run):
    edit("mine.yaml", "threshold: 90", "threshold: 40")
    result = run("test", "mine.yaml")
    assert (result.exit_code, result.stderr) == (1, "Error: 2 of 2 tests failed\n")
    assert result.stdout == (
        "failed  mine.yaml: a full disk\n"
        '        Full{host="a"} between 5m and 10m: fired at 0m\n'
        "failed  mine.yaml: a disk with room\n"
        '        Full fired at 0m, unexpected: host="a"\n'
    )


def test_a_file_without_tests_has_not_passed(run):
    result = run("test", "prom.yml")
    assert (result.exit_code, result.stderr) == (1, "Error: there are no tests in these files\n")


def test_list_of_files_and_of_what_is_in_force(run):
    assert run("list", "mine.yaml", "prom.yml").stdout == (
        "mine.yaml: 1 rule\n  Full  warning  avg of disk_percent over 5m >= 90\n"
        "prom.yml: 1 rule\n  Down  warning  up == 0 is present over 1m\n"
    )
    assert run("list").stdout == ""
    result = run("list", "--tenant", "acme")
    assert (result.exit_code, result.stderr) == (
        1,
        "Error: tenant acme has no configuration; see `config apply`\n",
    )


def test_apply_changes_the_rules_and_nothing_else(run, memory_target):
    runner = CliRunner(mix_stderr=False)
    result = run("apply")
    assert result.exit_code == 1
    assert "acme: nothing is applied yet\n" in result.stderr
    assert runner.invoke(main, ["config", "apply"], obj=memory_target).exit_code == 0
    assert run("apply").stdout == "acme: unchanged, still version 1\n"
    before = memory_target.configs.current("acme")

    edit("mine.yaml", "threshold: 90", "threshold: 80")
    edit("mine.yaml", "tests:", "  - {name: Other, metric: m, op: absent}\ntests:")
    edit("tocsin.yaml", "    default_rules: false\n", "    default_rules: [HighMemory]\n")
    edit("tocsin.yaml", "/hook", "/other")
    assert run("apply").stdout == (
        "acme: applied as version 2\n"
        "  new     HighCpu\n"
        "  new     LowCacheHitRate\n"
        "  new     Other\n"
        "  changed Full\n"
    )
    after = memory_target.configs.current("acme")
    assert after.receivers == before.receivers
    assert [rule.name for rule in after.rules] == ["Full", "Other", "HighCpu", "LowCacheHitRate"]
    assert run("list").stdout.startswith("acme, version 2: 4 rules\n  Full")

    edit("tocsin.yaml", "[mine.yaml]", "[]")
    assert "  gone    Full\n  gone    Other\n" in run("apply").stdout


def test_rules_are_not_applied_over_a_source_that_is_not_in_force(run, memory_target):
    runner = CliRunner(mix_stderr=False)
    assert runner.invoke(main, ["config", "apply"], obj=memory_target).exit_code == 0
    edit(
        "tocsin.yaml",
        "    rule_files:",
        "    sources: [{name: p, prometheus: {url: 'https://p.example'}}]\n"
        "    prometheus_rules: [{source: p, files: [prom.yml]}]\n    rule_files:",
    )
    result = run("apply")
    assert result.exit_code == 1
    assert "acme: the source 'p' of the file is not in force\n" in result.stderr
    assert memory_target.configs.current("acme").version == 1
    edit("tocsin.yaml", "    rule_files:", "    settings: {operator: true}\n    rule_files:")
    edit("tocsin.yaml", "    default_rules: false\n", "")
    assert "acme: settings.operator is not in force\n" in run("apply").stderr


def test_rules_are_not_applied_under_a_flag_that_is_not_in_force(run, memory_target):
    runner = CliRunner(mix_stderr=False)
    assert runner.invoke(main, ["config", "apply"], obj=memory_target).exit_code == 0
    edit("tocsin.yaml", "tenants:", "flags: {new: {percent: 5}}\ntenants:")
    edit("mine.yaml", "threshold: 90", "threshold: 90, flag: new")
    assert "acme: the flag 'new' of the file is not in force\n" in run("apply").stderr
    assert runner.invoke(main, ["config", "apply"], obj=memory_target).exit_code == 0
    edit("mine.yaml", "threshold: 90", "threshold: 80")
    assert "applied as version 3" in run("apply").stdout
    edit("tocsin.yaml", "percent: 5", "percent: 50")
    edit("mine.yaml", "threshold: 80", "threshold: 70")
    assert "is not in force" in run("apply").stderr


def test_the_help_of_each_command_teaches(run):
    for name in ("check", "test", "list", "apply"):
        assert run(name, "--help").exit_code == 0


def test_the_default_rules_that_are_shipped_are_those_of_the_repository():
    root = Path(__file__).parents[3]
    text = (root / "rules/default.yaml").read_text(encoding="utf-8")
    assert len(shipped_rules().rules) == 12
    assert text.count("  - name: Tocsin") == 9


def test_list_says_which_rules_are_not_well(run, memory_target):
    runner = CliRunner(mix_stderr=False)
    assert runner.invoke(main, ["config", "apply"], obj=memory_target).exit_code == 0
    assert run("list").stdout.splitlines() == [
        "acme, version 1: 1 rule",
        "  Full  warning  avg of disk_percent over 5m >= 90",
    ]
    series = {
        "a": SeriesState(phase="firing"),
        "b": SeriesState(phase="pending", is_held_back=True),
        "c": SeriesState(),
    }
    state = RuleState(tenant="acme", rule="Full", series=series, failure="no answer")
    memory_target.rule_states.write(state)
    *_, last = run("list").stdout.splitlines()
    assert last == "    fires 1, pending 1, held back 1, failed: no answer"
    memory_target.rule_states = None
    assert "fires" not in run("list").stdout


def test_config_check_counts_rules_and_says_what_is_not_taken(run, memory_target):
    edit(
        "tocsin.yaml",
        "    rule_files:",
        "    sources: [{name: p, prometheus: {url: 'https://p.example'}}]\n"
        "    prometheus_rules: [{source: p, files: [prom.yml]}]\n    rule_files:",
    )
    result = CliRunner(mix_stderr=False).invoke(main, ["config", "check"], obj=memory_target)
    assert result.exit_code == 0
    assert "    rules      2\n" in result.stdout
    assert "warning: prom.yml:5: groups[0].rules[1]: not taken: a recording rule" in result.stderr


def test_list_as_yaml_is_a_rule_file(run, memory_target):
    runner = CliRunner(mix_stderr=False)
    assert runner.invoke(main, ["config", "apply"], obj=memory_target).exit_code == 0
    shown = run("list", "--yaml").stdout
    assert shown.startswith("# acme, version 1\nrules:\n- name: Full\n")
    (placed,) = load_rules(shown, "shown.yaml", {}).rules
    assert (placed.rule,) == memory_target.configs.current("acme").rules
