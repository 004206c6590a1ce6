"""The token of a Slack app in an Alertmanager's file."""

import pytest
from msgspec.structs import replace

from tests.unit.configuration.alertmanager.test_receivers import SECRET, errors, receiver
from tocsin.domain.channels import SlackApp
from tocsin.domain.secret import Secret

APP = SlackApp(token=Secret(value=SECRET), channel="x")


@pytest.mark.parametrize(
    ("entry", "head", "app"),
    [
        (f"{{app_token: {SECRET}, channel: x}}", "", APP),
        ("{app_token_file: f, channel: x, update_message: true}", "", APP),
        ("{channel: x}", f"global: {{slack_app_token: {SECRET}}}", APP),
        ("{channel: x}", "global: {slack_app_token_file: f}", APP),
        (
            f"{{app_token: {SECRET}, app_url: 'https://slack-gov.com/api/chat.postMessage',"
            " channel: x}",
            "global: {slack_app_token: other}",
            replace(APP, api_url="https://slack-gov.com/api"),
        ),
        (
            "{api_url: 'https://slack.com/api/chat.postMessage', channel: x,"
            f" http_config: {{authorization: {{credentials: {SECRET}}}}}}}",
            "",
            APP,
        ),
    ],
)
def test_the_token_of_an_app_posts_to_its_channel(entry: str, head: str, app: SlackApp) -> None:
    made, not_taken = receiver(entry, "slack", head)
    assert made.settings == app
    assert (made.name, made.kind, made.url, made.shown_as) == ("a/slack/0", "slack", "", "a")
    assert not_taken == []


def test_an_old_default_address_beside_a_token_is_that_of_the_method() -> None:
    url = "https://slack.com/api/chat.postMessage"
    head = f"global: {{slack_app_token: {SECRET}, slack_api_url: '{url}'}}"
    entry = f"{{channel: x, http_config: {{authorization: {{credentials: {SECRET}}}}}}}"
    assert receiver(entry, "slack", head)[0].settings == APP


@pytest.mark.parametrize(
    ("head", "entry"),
    [
        ("", f"{{api_url: 'https://h/', app_token: {SECRET}, channel: x}}"),
        ("", "{api_url_file: u, app_token_file: f, channel: x}"),
        (f"global: {{slack_app_token: {SECRET}, slack_api_url: 'https://h/'}}", "{channel: x}"),
        ("global: {slack_app_token_file: f, slack_api_url_file: u}", "{channel: x}"),
    ],
)
def test_an_address_beside_a_token_is_refused(head: str, entry: str) -> None:
    (said,) = errors(f"{head}\nreceivers:\n- name: a\n  slack_configs:\n  - {entry}")
    assert "has at most one of" in said
    assert SECRET not in said


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ("{app_token_file: none, channel: x}", "app_token_file: the file cannot be read"),
        ("{app_token: <secret>, channel: x}", "app_token: is <secret>"),
    ],
)
def test_a_token_that_is_not_there_is_said(entry: str, problem: str) -> None:
    said = errors(f"receivers:\n- name: a\n  slack_configs:\n  - {entry}", read_file=_no_file)
    assert said == [said[0]]
    assert f"receivers[0].slack_configs[0].{problem}" in said[0]


def _no_file(name: str) -> str:
    raise OSError(name)
