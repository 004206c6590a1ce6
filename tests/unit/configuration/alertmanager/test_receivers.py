"""Receivers of an Alertmanager's file: what is delivered, what is not, and who is told."""

from pathlib import Path

import pytest

from tocsin.configuration import ConfigurationErrors
from tocsin.configuration.alertmanager import load_alertmanager
from tocsin.domain.config import Receiver, TenantConfig

SECRET = "s3cr3t"
HEAD = "route: {receiver: a}\n"


def load(text: str, **options: object) -> tuple[TenantConfig, list[str]]:
    options = {
        "read_file": {"f": f"{SECRET}\n", "u": "https://h/from-file\n"}.__getitem__
    } | options
    config, not_taken = load_alertmanager(HEAD + text, "am.yml", "acme", **options)
    return config, [str(each) for each in not_taken]


def receiver(entry: str, kind: str = "webhook", head: str = "") -> tuple[Receiver, list[str]]:
    """Return the receiver of one integration, given as a flow, and what is not taken."""
    config, not_taken = load(f"{head}\nreceivers:\n- name: a\n  {kind}_configs:\n  - {entry}")
    (made,) = config.receivers.values()
    return made, not_taken


def errors(text: str, **options: object) -> list[str]:
    with pytest.raises(ConfigurationErrors) as refused:
        load(text, **options)
    return str(refused.value).splitlines()


def test_each_integration_is_a_receiver_that_is_shown_by_the_name_of_all() -> None:
    config, _ = load(
        "receivers:\n"
        "- {name: a, webhook_configs: [{url: 'http://h/1'}, {url: 'http://h/2'}],"
        " slack_configs: [{api_url: 'https://hooks.slack.com/x', channel: '#a'}]}\n"
        "- name: nobody\n"
    )
    assert config.integrations == {"a": ("a/webhook/0", "a/webhook/1", "a/slack/0"), "nobody": ()}
    assert list(config.receivers) == ["a/webhook/0", "a/webhook/1", "a/slack/0"]
    assert {made.shown_as for made in config.receivers.values()} == {"a"}
    assert [made.send_resolved for made in config.receivers.values()] == [True, True, False]
    assert config.receivers["a/slack/0"].channel == "#a"


def test_a_webhook_without_limits_gets_all_alerts_and_with_one_is_cut_off() -> None:
    whole, _ = receiver("{url: http://h/}")
    assert (whole.max_alerts > 100_000, whole.truncates, whole.timeout_s) == (True, False, 10)
    cut, _ = receiver("{url: http://h/, max_alerts: 3, timeout: 1.5s, send_resolved: false}")
    assert (cut.max_alerts, cut.truncates) == (3, True)
    assert (cut.timeout_s, cut.send_resolved) == (1.5, False)


def test_a_receiver_that_was_down_for_eight_seconds_is_told_within_three() -> None:
    policy = receiver("{url: http://h/}")[0].retry
    for key in map(str, range(100)):
        at_s, attempt = 0.0, 1
        while at_s < 8:
            at_s += policy.delay_s(attempt, key)
            attempt += 1
        assert at_s < 11.5
        assert attempt < policy.attempts


@pytest.mark.parametrize(
    ("http", "headers"),
    [
        (f"{{authorization: {{credentials: {SECRET}}}}}", {"Authorization": f"Bearer {SECRET}"}),
        (
            f"{{authorization: {{type: Token, credentials: {SECRET}}}}}",
            {"Authorization": f"Token {SECRET}"},
        ),
        ("{authorization: {credentials_file: f}}", {"Authorization": f"Bearer {SECRET}"}),
        (f"{{bearer_token: {SECRET}}}", {"Authorization": f"Bearer {SECRET}"}),
        ("{bearer_token_file: f}", {"Authorization": f"Bearer {SECRET}"}),
        ("{basic_auth: {username: u, password: p}}", {"Authorization": "Basic dTpw"}),
        (
            "{basic_auth: {username_file: f, password_file: f}}",
            {"Authorization": "Basic czNjcjN0OnMzY3IzdA=="},
        ),
        (
            "{http_headers: {X-Scope: {values: [a, b]}, X-Key: {secrets: [s], files: [f]}}}",
            {"X-Scope": "a, b", "X-Key": f"s, {SECRET}"},
        ),
        ("{follow_redirects: false, enable_http2: false}", {}),
    ],
)
def test_credentials_become_headers(http: str, headers: dict[str, str]) -> None:
    made, not_taken = receiver(f"{{url: http://h/, http_config: {http}}}")
    assert made.headers == headers
    assert not_taken == []


def test_credentials_in_an_address_become_a_header() -> None:
    made, _ = receiver("{url: 'http://us%40er:pa%3Ass@h:8080/x?y'}")
    assert made.url == "http://h:8080/x?y"
    assert made.headers == {"Authorization": "Basic dXNAZXI6cGE6c3M="}


def test_the_global_http_config_is_for_those_without_one() -> None:
    head = f"global: {{http_config: {{bearer_token: {SECRET}}}}}"
    assert receiver("{url: http://h/}", head=head)[0].headers
    assert not receiver("{url: http://h/, http_config: {}}", head=head)[0].headers


def test_addresses_are_read_from_files() -> None:
    assert receiver("{url_file: u}")[0].url == "https://h/from-file"
    assert receiver("{api_url_file: u}", "slack")[0].url == "https://h/from-file"
    head = "global: {slack_api_url_file: u}"
    assert receiver("{channel: x}", "slack", head)[0].url == "https://h/from-file"
    head = "global: {slack_api_url: 'https://h/global'}"
    assert receiver("{channel: x}", "slack", head)[0].url == "https://h/global"


@pytest.mark.parametrize("held", ["", " ", SECRET, f"ftp://{SECRET}/"])
@pytest.mark.parametrize(
    ("kind", "entry", "head", "place"),
    [
        ("webhook", "{url_file: u}", "", "am.yml:6: receivers[0].webhook_configs[0].url_file"),
        ("slack", "{api_url_file: u}", "", "am.yml:6: receivers[0].slack_configs[0].api_url_file"),
        (
            "slack",
            "{channel: x}",
            "global: {slack_api_url_file: u}",
            "am.yml:2: global.slack_api_url_file",
        ),
    ],
)
def test_a_file_that_holds_no_address_is_refused(
    held: str, kind: str, entry: str, head: str, place: str
) -> None:
    text = f"{head}\nreceivers:\n- name: a\n  {kind}_configs:\n  - {entry}"
    (found,) = errors(text, read_file={"u": held}.__getitem__)
    assert found.startswith(f"{place}: not a URL")
    assert SECRET not in found


def test_files_are_beside_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("http://h/beside\n")
    text = HEAD + "receivers: [{name: a, webhook_configs: [{url_file: url}]}]"
    config, _ = load_alertmanager(text, str(tmp_path / "am.yml"), "acme")
    assert config.receivers["a/webhook/0"].url == "http://h/beside"


@pytest.mark.parametrize("kind", ["jira", "victorops"])
def test_what_is_not_delivered_is_said_and_left_out(kind: str) -> None:
    text = f"receivers:\n- name: a\n  {kind}_configs:\n  - {{key: {SECRET}}}\n  - {{key: x}}\n"
    config, not_taken = load(text)
    assert config.integrations == {"a": ()}
    assert [
        line.partition(": not delivered by tocsin yet: nobody hears")[0] for line in not_taken
    ] == [
        f"am.yml:5: receivers[0].{kind}_configs[0]",
        f"am.yml:6: receivers[0].{kind}_configs[1]",
    ]
    assert errors(text, strict=True) == not_taken


@pytest.mark.parametrize(
    ("kind", "entry", "reason"),
    [
        ("webhook", "{url: 'https://h/{{ .GroupLabels.x }}'}", "its address is a template"),
        ("webhook", "{url: http://h/, http_config: {oauth2: {client_id: x}}}", "OAuth"),
        (
            "webhook",
            "{url: http://h/, http_config: {authorization: {credentials_ref: x}}}",
            "secret",
        ),
        ("slack", f"{{app_token: {SECRET}}}", "token of an app needs a channel"),
        (
            "slack",
            f"{{app_token: {SECRET}, channel: '{{{{ .x }}}}'}}",
            "a channel that is no templ",
        ),
        (
            "slack",
            f"{{app_token: {SECRET}, app_url: 'https://h/', channel: x}}",
            "chat.postMessage",
        ),
        (
            "slack",
            f"{{api_url: 'https://slack.com/api/chat.postMessage', channel: {SECRET}}}",
            "token",
        ),
        ("slack", f"{{api_url: 'https://h/', http_config: {{bearer_token: {SECRET}}}}}", "token"),
    ],
)
def test_an_integration_that_cannot_be_called_is_left_out(
    kind: str, entry: str, reason: str
) -> None:
    config, not_taken = load(f"receivers:\n- name: a\n  {kind}_configs:\n  - {entry}")
    assert config.receivers == {}
    assert len(not_taken) == 1
    assert not_taken[0].startswith(f"am.yml:5: receivers[0].{kind}_configs[0]: not delivered by")
    assert reason in not_taken[0]
    assert SECRET not in not_taken[0]


@pytest.mark.parametrize(
    ("kind", "entry", "field"),
    [
        ("webhook", "{url: http://h/, payload: {a: b}}", "payload"),
        ("webhook", "{url: http://h/, timeout: 1m}", "timeout"),
        (
            "webhook",
            "{url: http://h/, http_config: {tls_config: {ca_file: x}}}",
            "http_config.tls_config",
        ),
        (
            "webhook",
            f"{{url: http://h/, http_config: {{proxy_url: {SECRET}}}}}",
            "http_config.proxy_url",
        ),
        (
            "webhook",
            "{url: http://h/, http_config: {http_headers: {Webhook-Id: {values: [x]}}}}",
            "http_config.http_headers.Webhook-Id",
        ),
        ("slack", "{api_url: https://h/, title: x}", "title"),
        ("slack", "{api_url: https://h/, channel: '{{ .x }}'}", "channel"),
    ],
)
def test_what_is_not_taken_is_said_and_the_rest_delivered(
    kind: str, entry: str, field: str
) -> None:
    made, not_taken = receiver(entry, kind)
    assert (made.timeout_s, made.channel) == (10, "")
    assert len(not_taken) == 1
    assert f"receivers[0].{kind}_configs[0].{field}: not taken: " in not_taken[0]
    assert SECRET not in not_taken[0]


def test_templates_and_tracing_and_labels_are_said_not_to_be_taken() -> None:
    _, not_taken = load_alertmanager(
        "templates: [x.tmpl, y.tmpl]\ntracing: {endpoint: x}\n"
        "route: {receiver: a, labels: {x: y}}\nreceivers: [{name: a, labels: {x: y}}]",
        "am.yml",
        "acme",
    )
    assert [each.path for each in not_taken] == [
        "templates[0]",
        "templates[1]",
        "tracing",
        "route.labels",
        "receivers[0].labels",
    ]
    assert not any(each.is_undelivered for each in not_taken)
