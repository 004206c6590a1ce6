"""Timers, groups of receivers, inhibition, time intervals and Alertmanager's files."""

from pathlib import Path

import pytest
import yaml

from tocsin.configuration import ConfigurationErrors, Document, load, to_tenant_config
from tocsin.configuration.display import displayed
from tocsin.configuration.loopback import loopback_receivers
from tocsin.configuration.merging import merging_rules
from tocsin.configuration.plainsecrets import plain_secrets
from tocsin.domain.config import TenantConfig, Timing
from tocsin.domain.inhibition import InhibitRule
from tocsin.domain.matchers import Matcher
from tocsin.domain.time_interval import TimeInterval

TENANT = """
tenants:
  acme:
    receivers:
      - {name: hook, webhook: {url: 'https://example.com/'}}
      - {name: chat, slack: {url: 'https://example.com/'}}
"""
ROUTE = "    route: {receiver: hook}\n"
WHOLE = """\
    receiver_groups:
      - {name: everybody, receivers: [hook, chat]}
      - {name: nobody, receivers: []}
    route:
      receiver: everybody
      group_by: [alertname]
      group_wait: 0s
      routes:
        - matchers: [a=b]
          group_interval: 1m
          repeat_interval: 1h
          mute_time_intervals: [night]
          routes: [{receiver: nobody, active_time_intervals: [office, night]}]
    inhibit_rules:
      - source_matchers: [severity=critical]
        target_matchers: [severity=~"warning|info"]
        equal: [cluster]
    time_intervals:
      - name: night
        time_intervals: [{times: [{start_time: '22:00', end_time: '24:00'}]}]
      - name: office
        time_intervals:
          - weekdays: ['monday:friday']
            days_of_month: [1, '-3:-1']
            months: [1, 'may:june']
            years: [2026]
            location: Europe/Berlin
    external_url: https://tocsin.example.com
    settings: {plain_labels: true}
"""


def convert(text: str, filename: str = "t.yaml") -> TenantConfig:
    document = load(text, filename, {})
    return to_tenant_config("acme", document.tenants["acme"], 7)


def errors(text: str, filename: str = "t.yaml") -> list[str]:
    with pytest.raises(ConfigurationErrors) as refused:
        load(text, filename, {})
    return str(refused.value).splitlines()


def test_timers_are_those_of_alertmanager_and_inherited() -> None:
    assert convert(TENANT + ROUTE).route.timing == Timing(
        group_wait_s=30, group_interval_s=300, repeat_interval_s=14400
    )
    top = convert(TENANT + WHOLE).route
    child = top.routes[0]
    assert top.timing == Timing(group_wait_s=0, group_interval_s=300, repeat_interval_s=14400)
    assert child.timing == Timing(
        group_wait_s=0, group_interval_s=60, repeat_interval_s=3600, mute=("night",)
    )
    assert child.routes[0].timing == Timing(
        group_wait_s=0, group_interval_s=60, repeat_interval_s=3600, active=("office", "night")
    )


def test_all_that_decides_who_is_told_is_converted() -> None:
    config = convert(TENANT + WHOLE)
    assert config.version == 7
    assert config.integrations == {"everybody": ("hook", "chat"), "nobody": ()}
    assert [each.shown_as for each in config.receivers.values()] == ["everybody", "everybody"]
    assert config.inhibit_rules == (
        InhibitRule(
            source_matchers=(Matcher("severity", "=", "critical"),),
            target_matchers=(Matcher("severity", "=~", "warning|info"),),
            equal=("cluster",),
        ),
    )
    assert config.time_intervals == {
        "night": (TimeInterval(times=((1320, 1440),)),),
        "office": (
            TimeInterval(
                weekdays=((1, 5),),
                days_of_month=((1, 1), (-3, -1)),
                months=((1, 1), (5, 6)),
                years=((2026, 2026),),
                location="Europe/Berlin",
            ),
        ),
    }
    assert (config.external_url, config.plain_labels) == ("https://tocsin.example.com", True)


def test_a_receiver_in_no_group_or_in_two_keeps_its_name() -> None:
    groups = "    receiver_groups: [{name: a, receivers: [hook]}, {name: b, receivers: [hook]}]\n"
    config = convert(TENANT + groups + ROUTE)
    assert [each.shown_as for each in config.receivers.values()] == ["", ""]


def test_what_is_shown_can_be_applied_again() -> None:
    config = convert(TENANT + WHOLE)
    shown = displayed(config)
    for receiver, kind in zip(shown["receivers"], ("webhook", "slack"), strict=True):
        receiver[kind]["url"] = "https://example.com/"
    assert convert(yaml.safe_dump({"tenants": {"acme": shown}})) == config


@pytest.mark.parametrize(
    ("block", "problem"),
    [
        ("    route: {receiver: hook, group_wait: 8d}", "route.group_wait: must be from 0s to 7d"),
        ("    route: {receiver: hook, repeat_interval: 0s}", "route.repeat_interval: must be from"),
        (
            "    route: {receiver: hook, mute_time_intervals: [x]}",
            "route.mute_time_intervals: the top route cannot keep silent",
        ),
        (
            "    route: {receiver: hook, routes: [{active_time_intervals: [x]}]}",
            "route.routes[0].active_time_intervals[0]: there is no time interval 'x'",
        ),
        (
            ROUTE + "    receiver_groups: [{name: a, receivers: [x]}]",
            "receiver_groups[0].receivers[0]: there is no receiver 'x'",
        ),
        (
            ROUTE + "    receiver_groups: [{name: a, receivers: [hook, hook]}]",
            "receiver_groups[0].receivers[1]: 'hook' is there twice",
        ),
        (
            ROUTE + "    receiver_groups: [{name: hook, receivers: []}]",
            "receiver_groups[0].name: 'hook' is the name of another one already",
        ),
        (
            ROUTE + "    time_intervals: [{name: a}, {name: a}]",
            "time_intervals[1].name: 'a' is the name of another one already",
        ),
        (
            ROUTE + "    time_intervals: [{name: a, time_intervals: [{location: Mars}]}]",
            "time_intervals[0].time_intervals[0].location: there is no time zone 'Mars'; write one",
        ),
        (
            ROUTE + "    time_intervals:\n"
            "      [{name: a, time_intervals: [{times: [{start_time: 17:00, end_time: 18:00}]}]}]",
            "time_intervals[0].time_intervals[0].times[0].end_time: must be text; put it in quotes",
        ),
        (ROUTE + "    external_url: tocsin", "external_url: not a URL; it must begin with https"),
        ("", "route: is required"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(block: str, problem: str) -> None:
    assert errors(TENANT + block)[0].partition("tenants.acme.")[2].startswith(problem)


class TestAlertmanagersFile:
    """A tenant whose receivers, routes and silences of time stand in one."""

    FILE = """
global: {resolve_timeout: 1m}
route: {receiver: a, group_by: [team]}
receivers:
  - name: a
    webhook_configs: [{url: 'http://127.0.0.1:5001/'}]
    victorops_configs: [{api_key: x}]
"""

    @pytest.fixture
    def file(self, tmp_path: Path) -> Path:
        (tmp_path / "am.yml").write_text(self.FILE)
        return tmp_path / "tocsin.yaml"

    def document(self, file: Path, more: str = "") -> Document:
        return load(self.text(more), str(file), {})

    def text(self, more: str = "") -> str:
        return f"tenants:\n  acme:\n    alertmanager: am.yml\n{more}"

    def test_it_stands_beside_keys_limits_and_rules(self, file: Path) -> None:
        more = (
            "    limits: {alerts: 7}\n    storage: [{keep: none}]\n"
            "    external_url: https://tocsin.example.com\n"
        )
        config = convert(self.text(more), str(file))
        assert (config.tenant, config.version, config.plain_labels) == ("acme", 7, True)
        assert list(config.receivers) == ["a/webhook/0"]
        assert config.route.group_by == ("team",)
        assert config.resolve_timeout_s == 60
        assert config.limits.alerts == 7
        assert config.storage[0].keep_percent == 0
        assert config.external_url == "https://tocsin.example.com"

    def test_settings_of_the_tenant_win(self, file: Path) -> None:
        settings = "    settings: {resolve_timeout: 2m}\n"
        assert convert(self.text(settings), str(file)).resolve_timeout_s == 120

    def test_what_is_not_taken_of_it_is_kept_for_people(self, file: Path) -> None:
        taken = self.document(file).tenants["acme"].taken
        assert taken is not None
        assert [str(each).partition(": not delivered")[0] for each in taken.not_taken] == [
            f"{file.parent / 'am.yml'}:7: receivers[0].victorops_configs[0]"
        ]

    @pytest.mark.parametrize(
        "block", ["receivers: []", "route: {receiver: a}", "inhibit_rules: []"]
    )
    def test_nothing_says_twice_what_it_says(self, file: Path, block: str) -> None:
        (found,) = errors(self.text(f"    {block}\n"), str(file))
        name = block.partition(":")[0]
        assert found.startswith(f"{file}:4: tenants.acme.{name}: stands in the file")

    def test_what_is_wrong_in_it_is_said_with_its_line(self, file: Path) -> None:
        (file.parent / "am.yml").write_text("route: {receiver: a}\nreceivers: [{name: b}]")
        assert errors(self.text(), str(file)) == [
            f"{file.parent / 'am.yml'}:1: route.receiver: there is no receiver 'a'"
        ]

    def test_a_file_that_is_not_there_is_said_where_it_is_named(self, file: Path) -> None:
        (file.parent / "am.yml").unlink()
        (found,) = errors(self.text(), str(file))
        assert found.startswith(f"{file}:3: tenants.acme.alertmanager: ")
        assert found.endswith("am.yml cannot be read as UTF-8 text")

    def test_its_receivers_on_this_machine_are_named(self, file: Path) -> None:
        (found,) = loopback_receivers(self.document(file), self.text(), str(file), {})
        assert (found.name, found.host, found.line) == ("a/webhook/0", "127.0.0.1", 3)

    @pytest.mark.parametrize(
        ("kind", "entry"),
        [
            ("email", "{to: a@b.example, from: a@b.example, smarthost: '127.0.0.1:25'}"),
            ("pagerduty", "{routing_key: x, url: 'http://127.0.0.1:1/'}"),
            ("opsgenie", "{api_key: x, api_url: 'http://127.0.0.1:1/'}"),
            ("slack", "{app_token: x, channel: x, app_url: 'http://127.0.0.1/chat.postMessage'}"),
            ("msteamsv2", "{webhook_url: 'http://127.0.0.1:1/'}"),
            ("mattermost", "{webhook_url: 'http://127.0.0.1:1/hooks/x'}"),
            ("rocketchat", "{token_id: x, token: x, channel: x, api_url: 'http://127.0.0.1:1/'}"),
            ("incidentio", "{url: 'http://127.0.0.1:1/', alert_source_token: x}"),
        ],
    )
    def test_one_of_every_kind_on_this_machine_is_named(
        self, file: Path, kind: str, entry: str
    ) -> None:
        text = f"route: {{receiver: a}}\nreceivers: [{{name: a, {kind}_configs: [{entry}]}}]"
        file.with_name("am.yml").write_text(text)
        (found,) = loopback_receivers(self.document(file), self.text(), str(file), {})
        assert (found.name, found.host) == (f"a/{kind}/0", "127.0.0.1")

    def test_its_receivers_whose_secrets_are_stored_are_named(self, file: Path) -> None:
        assert plain_secrets(self.document(file), self.text(), str(file), {}) == []
        integrations = (
            "pagerduty_configs: [{routing_key: s3cr3t}], email_configs: [{to: a@b.example,"
            " from: a@b.example, smarthost: 'h:25', auth_username: u, auth_password: s3cr3t},"
            " {to: a@b.example, from: a@b.example, smarthost: 'h:25'}]"
        )
        text = f"route: {{receiver: a}}\nreceivers: [{{name: a, {integrations}}}]"
        file.with_name("am.yml").write_text(text)
        (found,) = plain_secrets(self.document(file), self.text(), str(file), {})
        assert str(found).startswith(f"{file}:3: tenants.acme.alertmanager: ")
        assert "those of a/email/0, a/pagerduty/0; `tocsin config import`" in str(found)
        assert "s3cr3t" not in str(found)

    def test_its_routes_count_where_fingerprint_rules_merge(self, file: Path) -> None:
        rules = "    fingerprints: [{exclude: [team]}]\n"
        document = self.document(file, rules)
        found = merging_rules(document, self.text(rules), str(file), {})
        assert any("routes look at it" in problem.message for problem in found)
