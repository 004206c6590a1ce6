"""`tocsin receivers`: what a test sends, and what is said of the answer."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.commands.receivers import command
from cli.localcloud.receiver import LocalReceiver
from cli.receivers.trial import Trial, try_out
from tests.builders import T0, config, receiver
from tocsin.adapters.receivers import ChannelReceivers
from tocsin.domain.errors import (
    ConfigurationError,
    Permanent,
    Retryable,
    Throttled,
    TocsinError,
    Unsendable,
)
from tocsin.ports import Notification


class Recorder(ChannelReceivers):
    """Keeps what it is given, and fails where it is told to."""

    def __init__(self, error: TocsinError | None = None) -> None:
        self.sent: list[Notification] = []
        self._error = error

    def send(self, notification: Notification) -> str:
        self.sent.append(notification)
        if self._error is not None:
            raise self._error
        return "r-1"


def tried(error: TocsinError | None = None, kind: str = "webhook") -> tuple[Recorder, Trial]:
    recorder = Recorder(error)
    return recorder, try_out(recorder, config(), receiver(kind=kind), T0)


def test_a_test_is_marked_as_one() -> None:
    recorder, trial = tried()
    (sent,) = recorder.sent
    (alert,) = sent.alerts
    assert (alert.name, alert.severity, alert.status) == ("TocsinTest", "info", "firing")
    assert "nothing is wrong" in alert.annotations["summary"]
    assert (sent.new, sent.thread, sent.attempt) == (1, None, 1)
    assert (trial.is_ok, trial.receipt) == (True, "r-1")


def test_two_tests_are_told_apart() -> None:
    (first, _), (second, _) = tried(), tried()
    assert first.sent[0].key != second.sent[0].key
    assert first.sent[0].group != second.sent[0].group


@pytest.mark.parametrize("kind", ["pagerduty", "opsgenie"])
def test_an_incident_that_a_test_opens_is_closed(kind: str) -> None:
    recorder, trial = tried(kind=kind)
    opening, end = recorder.sent
    assert trial.is_ok
    assert [each.alerts[0].status for each in recorder.sent] == ["firing", "resolved"]
    assert end.group == opening.group
    assert end.alerts[0].labels == opening.alerts[0].labels
    assert end.thread is not None
    assert (end.thread.key, end.thread.receipt) == (opening.key, "r-1")


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (Throttled("429"), "try again later"),
        (Retryable("503"), "whether it is up"),
        (Unsendable("no"), "mend the receiver"),
        (Permanent("403"), "check its address, and the headers"),
        (Retryable("no answer: ConnectionError"), "nobody answers there"),
        (Retryable("no answer: ConnectTimeout"), "nothing came in time"),
        (Retryable("receiver x: its answer is no confirmation"), "not as the service does"),
        (Permanent("HTTP 302 from receiver x"), "give the last address"),
        (Unsendable("the address is not public"), "--allow-loopback"),
        (Unsendable("receiver x: y:// is none of the services"), "receivers-apprise.md"),
        (ConfigurationError("x"), "mend the receiver"),
    ],
)
def test_what_to_do_about_a_failure_is_said(error: TocsinError, advice: str) -> None:
    _, trial = tried(error)
    assert not trial.is_ok
    assert advice in trial.advice


FILE = """
tenants:
  acme:
    receivers:
      - {{name: oncall, webhook: {{url: "{url}/webhook"}}}}
      - {{name: chat, slack: {{url: "{url}/slack"}}}}
    route: {{receiver: oncall}}
"""


@pytest.fixture
def people():
    with LocalReceiver() as made:
        yield made


def run(people: LocalReceiver, tmp_path: Path, *arguments: str) -> Result:
    file = tmp_path / "tocsin.yaml"
    file.write_text(FILE.format(url=people.url), encoding="utf-8")
    return CliRunner(mix_stderr=False).invoke(command, [*arguments, "--file", str(file)])


def test_receivers_are_listed_without_their_addresses(people, tmp_path) -> None:
    result = run(people, tmp_path, "list", "--json")
    assert result.exit_code == 0, result.output
    found = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(each["receiver"], each["kind"]) for each in found] == [
        ("oncall", "webhook"),
        ("chat", "slack"),
    ]
    assert people.url not in result.stdout
    assert "oncall" in run(people, tmp_path, "list").stdout


def test_every_receiver_gets_its_test_through_its_own_adapter(people, tmp_path) -> None:
    result = run(people, tmp_path, "test", "--all", "--allow-loopback")
    assert result.exit_code == 0, result.output
    assert [each.path for each in people.arrivals] == ["/webhook", "/slack"]
    assert "acme/oncall (webhook): took the test" in result.stdout


def test_a_receiver_that_refuses_is_an_error_with_advice(people, tmp_path) -> None:
    people.answer(403)
    result = run(people, tmp_path, "test", "oncall", "--allow-loopback")
    assert result.exit_code == 1
    assert "FAILED" in result.stdout
    assert "it refuses: check its address" in result.stdout


def test_without_leave_nothing_is_sent_to_this_machine(people, tmp_path) -> None:
    result = run(people, tmp_path, "test", "oncall", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["is_ok"] is False
    assert people.arrivals == []


def test_a_name_that_is_none_is_answered_with_those_there_are(people, tmp_path) -> None:
    result = run(people, tmp_path, "test", "pager")
    assert result.exit_code == 1
    assert "there is no receiver pager; there are chat, oncall" in result.stderr
    assert run(people, tmp_path, "test").exit_code == 2


def test_the_receivers_of_an_alertmanagers_file_are_tested_by_its_name_for_them(
    people, tmp_path
) -> None:
    (tmp_path / "am.yml").write_text(
        "route: {receiver: all}\nreceivers:\n- name: all\n"
        f"  webhook_configs: [{{url: '{people.url}/webhook'}}]\n"
        f"  slack_configs: [{{api_url: '{people.url}/slack'}}]\n"
    )
    file = tmp_path / "tocsin.yaml"
    file.write_text("tenants: {acme: {alertmanager: am.yml}}")
    runner = CliRunner(mix_stderr=False)
    arguments = ["test", "all", "--file", str(file), "--allow-loopback"]
    result = runner.invoke(command, arguments)
    assert result.exit_code == 0, result.output
    assert [each.path for each in people.arrivals] == ["/webhook", "/slack"]


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("Secret('tocsin/a/x'): secretsmanager GetSecretValue: AccessDeniedException", "may not"),
        ("Secret('/tocsin/a/x'): ssm: NoCredentialsError", "SSM did not give it"),
        ("Secret('/tocsin/a/x'): it has no text 'key'", "no JSON object with such a text"),
        (
            "Secret('tocsin/a/x'): secretsmanager GetSecretValue: ResourceNotFoundException",
            "aws secretsmanager create-secret --name tocsin/a/x --secret-string VALUE",
        ),
        (
            "Secret('/tocsin/a/x'): ssm GetParameter: ParameterNotFound",
            "aws ssm put-parameter --type SecureString --name /tocsin/a/x --value VALUE",
        ),
    ],
)
def test_what_to_do_about_a_secret_is_said(reason: str, said: str) -> None:
    assert said in tried(Unsendable(reason))[1].advice
