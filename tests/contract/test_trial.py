"""`tocsin receivers test` of every kind: against the same vendors as the contract of channels."""

import json
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result
from msgspec.structs import replace

from cli.commands.receivers import command
from cli.target import Target
from cli.vendors.signedwebhook import SignedWebhook
from cli.vendors.slackworkspace import refused
from tests.builders import config
from tests.contract.channelsides import SIDES, Side
from tests.contract.sides_awstargets import REGION
from tests.contract.sides_webhook import SIGNING_KEY, SignedSide
from tocsin.domain.secret import Secret

INCIDENTS = {"pagerduty", "opsgenie"}


class Kept:
    """Secrets Manager, as far as the secrets of a side are there."""

    meta = SimpleNamespace(endpoint_url="http://127.0.0.1:4566", region_name=REGION)

    def __init__(self, side: Side) -> None:
        self._side = side

    def get_secret_value(self, **asked: str) -> dict[str, str]:
        return {"SecretString": self._side.tools.secret(Secret(name=asked["SecretId"]))}


def tried(side: Side, *options: str) -> Result:
    """Test the receiver of a side, as a stack on this machine has it in force."""

    def client(service: str) -> Any:
        return Kept(side) if service == "secretsmanager" else side.tools.aws(service, REGION)

    target = Target("tocsin", client, is_local=True)
    target.resources = {}
    applied = config(receivers={side.receiver.name: side.receiver})
    target.configs = SimpleNamespace(tenants=lambda: {"acme"}, current=lambda _: applied)
    runner = CliRunner(mix_stderr=False)
    result = runner.invoke(command, ["test", side.receiver.name, *options], obj=target)
    for secret in side.secrets:
        assert secret not in result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


@pytest.fixture(params=SIDES)
def side(request: pytest.FixtureRequest) -> Iterator[Side]:
    with SIDES[request.param]() as made:
        if isinstance(made, SignedSide):
            # A command signs with the time that it is, which a vendor looks at.
            made.vendor = SignedWebhook(SIGNING_KEY, time.time)
        yield made


def test_its_test_reaches_every_kind_and_says_that_nothing_is_wrong(side: Side) -> None:
    result = tried(side)
    assert result.exit_code == 0, result.output
    assert f"acme/oncall ({side.receiver.kind}): took the test in " in result.stdout
    (seen,) = side.seen()
    assert "TocsinTest" in seen.text
    assert "nothing is wrong" in seen.text
    assert seen.is_over == (side.receiver.kind in INCIDENTS)
    assert list(side.faults()) == []


def test_what_it_is_called_there_is_said(side: Side) -> None:
    found = json.loads(tried(side, "--json").stdout)
    assert (found["is_ok"], found["error"], found["kind"]) == (True, "", side.receiver.kind)
    assert isinstance(found["receipt"], str)


ADVICE = {
    "webhook": "check its address, and the headers and secrets",
    "webhook signed": "check its address, and the headers and secrets",
    "pagerduty": "an integration of the type Events API v2 that is still there",
    "opsgenie": "an integration of the type API that may create alerts",
    "teams": "check that its workflow is there and switched on",
    "slack webhook": "check that its incoming webhook was not removed",
    "slack app": "store the Bot User OAuth Token of the app",
    "mail server": "that the mail server lets this sender send",
    "ses": "SES must know the sender as yours",
    "sns": "NotifyTargetArns of the stack names it",
    "sqs": "NotifyTargetArns of the stack names it",
    "sqs fifo": "NotifyTargetArns of the stack names it",
    "eventbridge": "NotifyTargetArns of the stack names it",
    "lambda": "NotifyTargetArns of the stack names it",
    "apprise": "check the parts of its URL",
}


def test_who_refuses_is_told_of_with_what_to_do(side: Side, request: pytest.FixtureRequest) -> None:
    side.refuse()
    result = tried(side)
    assert result.exit_code == 1
    assert f"acme/oncall ({side.receiver.kind}): FAILED after " in result.stdout
    assert ADVICE[request.node.callspec.params["side"]] in result.stdout


@pytest.mark.parametrize("trouble", ["throttle", "fail", "hang", "lose_answer"])
def test_who_is_in_trouble_is_told_of_with_what_to_do(side: Side, trouble: str) -> None:
    getattr(side, trouble)(*([7] if trouble == "throttle" else []))
    result = tried(side)
    assert result.exit_code == 1
    _, advice = result.stdout.splitlines()
    assert advice.startswith("  ")
    assert "look into the error" not in advice
    # One try: nobody is told twice by a test.
    assert len(side.calls()) <= 1


@pytest.mark.parametrize(
    ("word", "advice"),
    [
        ("invalid_auth", "store the Bot User OAuth Token"),
        ("missing_scope", "give the app the scope"),
        ("channel_not_found", "give the id of the channel"),
        ("not_in_channel", "invite the app: /invite"),
        ("is_archived", "the channel is archived"),
    ],
)
def test_what_slack_says_is_answered_in_its_words(word: str, advice: str) -> None:
    with SIDES["slack app"]() as side:
        side.refusal = refused(word)  # type: ignore[attr-defined]
        side.refuse()
        assert advice in tried(side).stdout


def test_who_speaks_no_tls_is_told_of_as_that() -> None:
    with SIDES["pagerduty"]() as side:
        url = side.receiver.settings.url.replace("http://", "https://")  # type: ignore[union-attr]
        settings = replace(side.receiver.settings, url=url)
        side.receiver = replace(side.receiver, settings=settings)
        result = tried(side)
    assert result.exit_code == 1
    assert "its certificate is not valid for this host" in result.stdout
    assert side.calls() == []


def test_a_mail_server_without_starttls_is_told_nothing() -> None:
    with SIDES["mail server"]() as side:
        smtp = replace(side.receiver.settings.smtp, tls="starttls")  # type: ignore[union-attr]
        settings = replace(side.receiver.settings, smtp=smtp)
        side.receiver = replace(side.receiver, settings=settings)
        result = tried(side)
    assert "set tls: tls and its port (465)" in result.stdout
    assert side.calls() == []


def test_a_login_that_is_wrong_is_told_of_as_that() -> None:
    with SIDES["mail server"]() as side:
        smtp = replace(side.receiver.settings.smtp, username="bob")  # type: ignore[union-attr]
        settings = replace(side.receiver.settings, smtp=smtp)
        side.receiver = replace(side.receiver, settings=settings)
        assert "check username, password" in tried(side).stdout
