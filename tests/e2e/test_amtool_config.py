"""Alertmanager's own command line reads what tocsin shows, and routes as tocsin does."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tocsin.configuration import ConfigurationErrors, load, to_tenant_config
from tocsin.configuration.alertmanager import load_alertmanager
from tocsin.domain.alertmanager_yaml import to_alertmanager_yaml
from tocsin.domain.routing import routes_for

AMTOOL = shutil.which("amtool")
SAMPLE = Path(__file__).parents[2] / "tocsin.yaml"

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(
        AMTOOL is None, reason="amtool is not installed: apt-get install prometheus-alertmanager"
    ),
]

FILE = r"""
route:
  receiver: top
  group_by: [alertname]
  routes:
    - {matchers: ['{team="db", env!=test,}'], receiver: db, continue: true}
    - matchers: ['team=~"db|web"']
      receiver: web
      mute_time_intervals: [night]
      routes:
        - {matchers: ['severity="critical"', 'note=~"a|ab"'], receiver: critical}
        - {match: {code: 500}, match_re: {path: '/api/.*'}, receiver: code}
    - {matchers: [owner=""], receiver: nobody}
    - {matchers: ['quote="say \"hi\", \\ you"'], receiver: quote}
    - {matchers: ['tab=a\tb'], receiver: tab}
time_intervals:
  - name: night
    time_intervals:
      - times: [{start_time: 22:00, end_time: 24:00}]
        days_of_month: ['-3:-1']
        months: [january, '5:7']
        location: Europe/Berlin
inhibit_rules:
  - {source_matchers: [severity=critical], target_matchers: [severity!=critical], equal: [job]}
receivers:
  - name: top
    webhook_configs: [{url: 'http://u:p@127.0.0.1:1/'}, {url: 'http://127.0.0.1:2/', max_alerts: 3}]
  - {name: db, slack_configs: [{api_url: 'https://example.com/x', channel: '#db'}]}
  - name: web
    email_configs: [{to: ann@example.com, from: am@example.com, smarthost: 'smtp.example.com:587'}]
    sns_configs:
      - {topic_arn: 'arn:aws:sns:eu-central-1:123456789012:alerts', sigv4: {region: eu-central-1}}
  - name: critical
    pagerduty_configs: [{routing_key: x}]
    opsgenie_configs: [{api_key: x}]
    discord_configs: [{webhook_url: 'https://discord.com/api/webhooks/1/x'}]
  - {name: code}
  - {name: nobody}
  - {name: quote}
  - {name: tab}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "alertmanager.yml"
    path.write_text(FILE, encoding="utf-8")
    return path


def amtool(*arguments: object) -> str:
    command = [str(AMTOOL), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize(
    "labels",
    [
        {"team": "db", "owner": "x"},
        {"team": "db", "env": "test"},
        {"team": "web", "severity": "critical", "note": "ab"},
        {"team": "web", "severity": "critical", "note": "abc"},
        {"team": "web", "code": "500", "path": "/api/x"},
        {"team": "web", "code": "500", "path": "/v1/api/x"},
        {"team": "webs", "owner": "x"},
        {"team": "webs"},
        {"owner": "x", "quote": 'say "hi", \\ you'},
        {"owner": "x", "tab": r"a\tb"},
        {"owner": "x"},
    ],
)
def test_the_same_receivers_hear_of_an_alert(file: Path, labels: dict[str, str]) -> None:
    given = [f'{name}="{_escaped(value)}"' for name, value in labels.items()]
    theirs = amtool("config", "routes", "test", "--config.file", file, *given).strip()
    config, _ = load_alertmanager(FILE, str(file), "acme")
    ours = [placed.route.receiver for placed in routes_for(config.route, labels)]
    assert ",".join(ours) == theirs


def test_what_is_shown_of_an_alertmanagers_file_is_one(file: Path) -> None:
    config, _ = load_alertmanager(FILE, str(file), "acme")
    shown = file.with_name("shown.yml")
    shown.write_text(to_alertmanager_yaml(config), encoding="utf-8")
    assert "8 receivers" in amtool("check-config", shown)
    trees = [amtool("config", "routes", "--config.file", each) for each in (file, shown)]
    assert trees[0] == trees[1]


def test_what_is_shown_of_a_tocsin_yaml_is_one(tmp_path: Path) -> None:
    document = load(SAMPLE.read_text(encoding="utf-8"), "tocsin.yaml", {})
    shown = tmp_path / "shown.yml"
    config = to_tenant_config("acme", document.tenants["acme"], 1)
    shown.write_text(to_alertmanager_yaml(config), encoding="utf-8")
    assert "2 receivers" in amtool("check-config", shown)


@pytest.mark.parametrize(
    ("kind", "entry"),
    [
        ("email", "{to: a@b.example}"),
        ("email", "{to: a@b.example, smarthost: 'h:25'}"),
        ("email", "{to: a@b.example, smarthost: 'h:25', from: a@b.example}"),
        ("email", "{to: a@b.example, smarthost: h, from: a@b.example}"),
        ("email", "{to: a@b.example, smarthost: '[::1]:25', from: a@b.example}"),
        ("email", "{to: a@b.example, smarthost: 'h:', from: a@b.example}"),
        ("email", "{smarthost: 'h:25', from: a@b.example}"),
        ("email", "{to: a@b.example, smarthost: 'h:25', from: a@b.example, http_config: {}}"),
        ("email", "{to: a@b.example, smarthost: 'h:25', from: a@b.example, require_tls: 'no'}"),
        ("pagerduty", "{}"),
        ("pagerduty", "{routing_key: x}"),
        ("pagerduty", "{service_key: x}"),
        ("pagerduty", "{routing_key: x, severity: critical, details: {a: b}, links: [{href: x}]}"),
        ("pagerduty", "{routing_key: x, url: 'ftp://x'}"),
        ("pagerduty", "{routing_key: x, url: x}"),
        ("opsgenie", "{}"),
        ("opsgenie", "{api_key: x, responders: [{type: TEAM, name: x}], priority: P1}"),
        ("opsgenie", "{api_key: x, responders: [{type: x, name: x}]}"),
        ("opsgenie", "{api_key: x, responders: [{type: team}]}"),
        ("opsgenie", "{api_key: x, api_key_file: y}"),
        ("pushover", "{user_key: x}"),
        ("pushover", "{user_key: x, token: y, retry: 30s, expire: 1h30m, priority: '1'}"),
        ("pushover", "{user_key: x, token: y, retry: 1d}"),
        ("sns", "{}"),
        ("sns", "{topic_arn: x, sigv4: {region: x}}"),
        ("sns", "{topic_arn: x, phone_number: y, sigv4: {}}"),
        ("telegram", "{bot_token: x}"),
        ("telegram", "{bot_token: x, chat_id: -1, parse_mode: HTML}"),
        ("telegram", "{bot_token: x, chat_id: x}"),
        ("telegram", "{bot_token: x, chat_id: 1, disable_notifications: true}"),
        ("discord", "{}"),
        ("discord", "{webhook_url: 'https://h/'}"),
        ("discord", "{webhook_url: x}"),
        ("webex", "{room_id: x}"),
        ("webex", "{http_config: {authorization: {credentials: x}}}"),
        ("webex", "{room_id: x, http_config: {authorization: {credentials: x}}}"),
        ("telegram", "{chat_id: 1, bot_token: x, chat: y}"),
    ],
)
def test_an_integration_is_right_for_both_or_for_neither(
    tmp_path: Path, kind: str, entry: str
) -> None:
    text = f"route: {{receiver: a}}\nreceivers: [{{name: a, {kind}_configs: [{entry}]}}]\n"
    given = tmp_path / "given.yml"
    given.write_text(text, encoding="utf-8")
    command = [str(AMTOOL), "check-config", str(given)]
    theirs = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        load_alertmanager(text, str(given), "acme")
        ours = "taken"
    except ConfigurationErrors as errors:
        ours = str(errors)
    assert (theirs.returncode == 0) == (ours == "taken"), f"{ours}\n{theirs.stdout}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')
