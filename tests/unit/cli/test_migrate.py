import json
import time
from email.utils import formatdate

import pytest
from click.testing import CliRunner
from rich.console import Console
from rich.progress import Progress

from cli.commands import migrate
from cli.migration.progress import LINE_ITEMS, Shown
from cli.migration.tables import RESOURCES, tables
from cli.migration.tally import Tally
from cli.target import Target
from tocsin.adapters.dynamodb.formats import STEPS, NewerFormat
from tocsin.domain.errors import Retryable


class Faked:
    """A migration that finds what it is told to find."""

    def __init__(self, *found):
        self.found = found
        self.restarts = []

    def __call__(self, *_):
        return self

    def survey(self, watcher):
        return self._tell(watcher)

    def apply(self, watcher, *, restarts):
        self.restarts.append(restarts)
        return self._tell(watcher)

    def _tell(self, watcher):
        for each in self.found:
            if isinstance(each, BaseException):
                raise each
            watcher.begin(each.kind, each.items, 0)
            watcher.advance(each.kind, each.items)
            yield each


class Service:
    """A service whose time is so many seconds ahead of this machine's."""

    ahead_s = 0.0

    def describe_table(self, **_):
        said = formatdate(time.time() + self.ahead_s, usegmt=True)
        return {"ResponseMetadata": {"HTTPHeaders": {"date": said}}}


@pytest.fixture
def service():
    return Service()


@pytest.fixture
def run(monkeypatch, service):
    target = Target("test", lambda _: service)
    target.resources = {name: name.lower() for name in RESOURCES.values()}

    def call(faked, *arguments):
        monkeypatch.setattr(migrate, "Migration", faked)
        return CliRunner(mix_stderr=False).invoke(migrate.command, arguments, obj=target)

    return call


GROUPS = Tally("groups", 1, {0: 3, 1: 2}, changed=2, expired=1)


def test_every_kind_of_item_has_its_table_and_the_checkpoints_table_is_last():
    target = Target("test", lambda _: None)
    target.resources = {name: name.lower() for name in RESOURCES.values()}
    assert set(tables(target)) == set(STEPS)
    assert list(RESOURCES)[-1] == "control"


@pytest.mark.parametrize("arguments", [[], ["--dry-run", "--apply"]])
def test_one_of_both_must_be_said(run, arguments):
    result = run(Faked(), *arguments)
    assert result.exit_code == 2
    assert "--dry-run to see what would change, or --apply to change it" in result.stderr


def test_a_dry_run_has_nothing_to_restart(run):
    result = run(Faked(), "--dry-run", "--restart")
    assert result.exit_code == 2
    assert "--restart is for --apply" in result.stderr


def test_a_dry_run_says_what_would_change(run):
    result = run(Faked(GROUPS, Tally("control", 1)), "--dry-run")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "groups: 3 of format 0, 2 of format 1; 2 would change; 1 expired, left to TTL",
        "control: no items; 0 would change",
    ]
    assert "finished" not in result.stderr


def test_apply_says_what_changed_and_that_it_is_finished(run):
    faked = Faked(GROUPS)
    result = run(faked, "--apply", "--restart")
    assert result.exit_code == 0
    assert "; 2 changed;" in result.stdout
    assert "finished; the checkpoints are deleted" in result.stderr
    assert faked.restarts == [True]


def test_a_clock_that_is_wrong_is_told_of_and_does_not_count(run, service):
    class Timed(Faked):
        def __call__(self, _client, _tables, clock, _pause):
            self.clock = clock
            return self

    faked = Timed(GROUPS)
    assert "the clock of this machine" not in run(faked, "--apply").stderr
    service.ahead_s = 86400.0
    result = run(faked, "--apply")
    assert result.exit_code == 0
    assert "s behind the service's, which counts here" in result.stderr
    assert faked.clock() > time.time() + 86000


def test_json_is_a_line_a_table(run):
    wanted = {
        "table": "groups",
        "format": 1,
        "items": 5,
        "by_format": {"0": 3, "1": 2},
        "expired": 1,
        "overtaken": 0,
        "busy": 0,
    }
    dry = run(Faked(GROUPS), "--dry-run", "--json").stdout
    assert json.loads(dry) == {**wanted, "to_change": 2}
    assert json.loads(run(Faked(GROUPS), "--apply", "--json").stdout) == {**wanted, "changed": 2}


def test_a_dry_run_that_meets_a_newer_release_says_so_and_fails(run):
    result = run(Faked(Tally("groups", 1, {2: 4})), "--dry-run")
    assert result.exit_code == 1
    assert "4 of the items were stored by a newer release" in result.stderr


def test_the_same_command_does_not_help_with_a_newer_release(run):
    result = run(Faked(GROUPS, NewerFormat("use the newer release")), "--apply")
    assert result.exit_code == 1
    assert "use the newer release" in result.stderr
    assert "the same command" not in result.stderr


@pytest.mark.parametrize("error", [Retryable("throttled"), KeyboardInterrupt()])
def test_what_is_interrupted_says_how_to_go_on(run, error):
    result = run(Faked(GROUPS, error), "--apply")
    assert result.exit_code == 1
    assert "the same command goes on after the last whole page" in result.stderr
    assert "finished" not in result.stderr


def test_what_stays_in_use_is_a_failure(run):
    result = run(Faked(Tally("groups", 1, {0: 1}, busy=1)), "--apply")
    assert result.exit_code == 1
    assert "1 in use by an older release" in result.stdout
    assert "run it again" in result.stderr


def bar(is_terminal):
    console = Console(stderr=True, force_terminal=is_terminal)
    return Progress(console=console, disable=not is_terminal)


def test_without_a_terminal_there_is_a_line_now_and_then(capsys):
    shown = Shown(bar(is_terminal=False))
    shown.begin("groups", 25_000, 500)
    for _ in range(3):
        shown.advance("groups", LINE_ITEMS - 200)
    assert capsys.readouterr().err.splitlines() == [
        "groups: going on after 500 items",
        "groups: 10300 items looked at",
        "groups: 20100 items looked at",
    ]


def test_on_a_terminal_there_is_a_bar_that_grows_with_the_table():
    made = bar(is_terminal=True)
    shown = Shown(made)
    shown.begin("groups", 100, 0)
    shown.advance("groups", 80)
    shown.advance("groups", 80)
    (task,) = made.tasks
    assert (task.completed, task.total) == (160, 160)
