"""An Alertmanager's configuration, imported."""

import pytest

from tocsin.configuration import ConfigurationErrors, load, to_tenant_config
from tocsin.configuration.alertmanager import load_alertmanager
from tocsin.configuration.importing import import_alertmanager
from tocsin.configuration.importing.names import Names
from tocsin.domain.channels import SlackApp
from tocsin.domain.config import TenantConfig
from tocsin.domain.routing import all_routes
from tocsin.domain.secret import Secret

SECRET = "s3cr3t"
FILE = f"""
global:
  resolve_timeout: 2m
  slack_api_url: https://hooks.slack.com/services/{SECRET}
templates: [x.tmpl]
route:
  receiver: on call/1
  group_by: ['...']
  group_wait: 500ms
  routes:
    - matchers: ['env="${{ENV}}"', '"a b"=~"x|y"']
      receiver: quiet
      continue: true
      group_interval: 1m
      mute_time_intervals: [off hours]
    - match: {{code: 500}}
      group_by: []
      repeat_interval: 1h
      routes:
        - receiver: slack
inhibit_rules:
  - source_matchers: [severity=critical]
    target_matchers: [severity=~"warning|info"]
    equal: [cluster]
time_intervals:
  - name: off hours
    time_intervals:
      - times: [{{start_time: 00:00, end_time: 09:00}}]
        weekdays: [saturday]
receivers:
  - name: on call/1
    webhook_configs:
      - url: https://example.com/{SECRET}
        http_config: {{authorization: {{type: Token, credentials: {SECRET}}}}}
        max_alerts: 5
        timeout: 2s
      - url_file: /run/secrets/url
        send_resolved: false
  - name: on-call-1
    victorops_configs: [{{api_key: x}}]
  - name: quiet
  - name: slack
    slack_configs: [{{channel: '#a'}}]
  - name: chat
    slack_configs: [{{channel: '#b', send_resolved: true}}]
"""


def applied(text: str) -> TenantConfig:
    """Return what the imported file is, once its variables are set."""
    imported = import_alertmanager(text, "am.yml", "acme")
    environ = {one.name: f"https://example.com/{one.name}" for one in imported.variables}
    document = load(imported.text, "tocsin.yaml", environ)
    return to_tenant_config("acme", document.tenants["acme"], 1)


def test_who_is_told_of_what_and_when_stays_as_it_was() -> None:
    found = applied(FILE)
    wanted, _ = load_alertmanager(FILE, "am.yml", "acme", read_file=lambda _: "https://h/")
    for field in ("inhibit_rules", "plain_labels", "resolve_timeout_s"):
        assert getattr(found, field) == getattr(wanted, field)
    names = {"on-call-1": "on call/1", "on-call-1-2": "on-call-1"}
    for mine, its in zip(all_routes(found.route), all_routes(wanted.route), strict=True):
        assert (mine.path, mine.route.group_by) == (its.path, its.route.group_by)
        assert mine.route.continues == its.route.continues
        assert names.get(mine.route.receiver, mine.route.receiver) == its.route.receiver
        for field in ("group_wait_s", "group_interval_s", "repeat_interval_s"):
            assert getattr(mine.route.timing, field) == getattr(its.route.timing, field)
    assert found.route.routes[0].timing.mute == ("off-hours",)
    assert found.time_intervals == {"off-hours": wanted.time_intervals["off hours"]}


def test_receivers_are_groups_where_they_had_several_integrations_or_none() -> None:
    found = applied(FILE)
    assert found.integrations == {
        "on-call-1": ("on-call-1-webhook-0", "on-call-1-webhook-1"),
        "on-call-1-2": (),
        "quiet": (),
    }
    first, second, slack, chat = found.receivers.values()
    assert (first.timeout_s, first.max_alerts, first.send_resolved) == (2, 5, True)
    assert set(first.headers) == {"Authorization"}
    assert (second.timeout_s, second.send_resolved, second.headers) == (10, False, {})
    assert (slack.name, slack.channel, slack.send_resolved) == ("slack", "#a", False)
    assert (chat.name, chat.channel, chat.send_resolved) == ("chat", "#b", True)
    # Both have the address of `global`.
    assert slack.url == chat.url


def test_no_secret_is_in_it_and_each_variable_is_explained() -> None:
    imported = import_alertmanager(FILE, "am.yml", "acme")
    assert SECRET not in repr(imported)
    assert [(one.name, one.meaning) for one in imported.variables] == [
        ("ON_CALL_1_WEBHOOK_0_URL", "the address of receiver on-call-1-webhook-0"),
        (
            "ON_CALL_1_WEBHOOK_0_AUTHORIZATION",
            "the header Authorization of receiver on-call-1-webhook-0, Token and the rest",
        ),
        ("ON_CALL_1_WEBHOOK_1_URL", "the address of receiver on-call-1-webhook-1"),
        ("SLACK_URL", "the address of receiver slack"),
    ]
    for variable in imported.variables:
        assert f"#   {variable.name}: {variable.meaning}\n" in imported.text


def test_what_is_not_taken_and_what_is_called_otherwise_is_said() -> None:
    imported = import_alertmanager(FILE, "am.yml", "acme")
    assert [str(each).partition(": not ")[0] for each in imported.not_taken] == [
        "am.yml:5: templates[0]",
        "am.yml:40: receivers[1].victorops_configs[0]",
    ]
    assert imported.notes == (
        "receiver 'on call/1' is called on-call-1 here",
        "receiver on-call-1-webhook-0 gets what is beyond max_alerts in its next notification",
        "receiver 'on-call-1' is called on-call-1-2 here",
        "time interval 'off hours' is called off-hours here",
    )
    assert imported.problems == ()
    assert (imported.routes, imported.receivers) == (4, 4)


def test_the_token_of_an_app_is_the_name_of_a_secret() -> None:
    app = f"app_token: {SECRET}, app_url: 'https://slack-gov.com/api/chat.postMessage', timeout: 2s"
    text = (
        "route: {receiver: chat}\n"
        f"receivers: [{{name: chat, slack_configs: [{{channel: '#ops', {app}}}]}}]\n"
    )
    imported = import_alertmanager(text, "am.yml", "acme")
    assert SECRET not in repr(imported)
    assert (imported.variables, [one.name for one in imported.secrets]) == ((), ["chat-token"])
    assert "receiver chat has 10s for an answer" in imported.notes[0]
    chat = applied(text).receivers["chat"]
    assert chat.settings == SlackApp(
        token=Secret(name="tocsin/acme/chat-token"),
        channel="#ops",
        api_url="https://slack-gov.com/api",
    )
    assert not chat.send_resolved


def test_an_exported_file_can_be_imported_as_its_secrets_are_variables() -> None:
    text = (
        "route: {receiver: a}\n"
        "receivers: [{name: a, webhook_configs: [{url: <secret>}], slack_configs: [{}]}]\n"
    )
    imported = import_alertmanager(text, "am.yml", "acme")
    assert [one.name for one in imported.variables] == ["A_URL"]
    assert imported.secrets == ()
    assert [str(each) for each in imported.not_taken] == [
        "am.yml:2: receivers[0].slack_configs[0]: not taken: needs api_url, or slack_api_url in "
        "global"
    ]


def test_what_tocsin_yaml_does_not_take_is_said_and_the_rest_written() -> None:
    text = (
        "route: {receiver: a, repeat_interval: 1y}\n"
        "receivers: [{name: a, webhook_configs: [{url: 'http://10.0.0.1/'}]}]\n"
    )
    imported = import_alertmanager(text, "am.yml", "acme")
    assert imported.problems == ("tenants.acme.route.repeat_interval: must be from 1s to 30d",)
    assert imported.notes == ("receiver a is not encrypted; tocsin.yaml takes https:// alone",)


def test_a_timeout_that_slack_receivers_have_not_is_said() -> None:
    text = (
        "global: {slack_api_url: 'https://h/'}\nroute: {receiver: a}\n"
        "receivers: [{name: a, slack_configs: [{channel: '#a', timeout: 2s}]}]\n"
    )
    (note,) = import_alertmanager(text, "am.yml", "acme").notes
    assert (
        note == "receiver a has 10s for an answer: a Slack receiver has no timeout of its own here"
    )


def test_a_file_that_is_wrong_is_refused() -> None:
    with pytest.raises(ConfigurationErrors, match=r"am\.yml:1: route: is required"):
        import_alertmanager("receivers: []", "am.yml", "acme")


def test_no_two_names_become_one() -> None:
    names = Names()
    given = ["a b", "a-b", "a-b-2", "é", "", "x" * 70, "x" * 64, "a b"]
    found = [names.of(name) for name in given]
    assert found == [
        "a-b",
        "a-b-2",
        "a-b-2-2",
        "unnamed",
        "unnamed-2",
        "x" * 64,
        "x" * 62 + "-2",
        "a-b",
    ]
