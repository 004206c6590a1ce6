"""Integrations of an Alertmanager's file that are kinds of receivers here."""

import pytest

from tests.unit.configuration.alertmanager.test_receivers import SECRET, errors, load, receiver
from tocsin.domain.channels import (
    AwsTarget,
    Opsgenie,
    PagerDuty,
    Responder,
    SlackApp,
    Teams,
)
from tocsin.domain.secret import Secret

KEPT = Secret(value=SECRET)
MAIL = "global: {smtp_smarthost: 'mail.example.com:587', smtp_from: am@example.com}"
TO = "to: ann@example.com"


@pytest.mark.parametrize(
    ("kind", "entry", "tells_ends"),
    [
        ("email", f"{{{TO}}}", False),
        ("pagerduty", "{routing_key: x}", True),
        ("opsgenie", "{api_key: x}", True),
        ("pushover", "{user_key: x, token: x}", True),
        ("sns", "{topic_arn: 'arn:aws:sns:eu-central-1:123456789012:x'}", True),
        ("telegram", "{bot_token: '1:x', chat_id: 1}", True),
        ("discord", "{webhook_url: 'https://discord.com/api/webhooks/1/x'}", True),
        ("webex", "{room_id: x, http_config: {authorization: {credentials: x}}}", True),
        ("msteams", "{webhook_url: 'https://h/'}", True),
        ("msteamsv2", "{webhook_url: 'https://h/'}", True),
        ("mattermost", "{webhook_url: 'https://h/hooks/x'}", True),
        ("wechat", "{corp_id: x, api_secret: x, agent_id: '1', to_user: x}", False),
        ("rocketchat", "{token_id: x, token: x, channel: x}", False),
    ],
)
def test_ends_are_told_as_alertmanager_does_unless_said(
    kind: str, entry: str, tells_ends: bool
) -> None:
    made, not_taken = receiver(entry, kind, MAIL)
    assert (made.name, made.shown_as, not_taken) == (f"a/{kind}/0", "a", [])
    assert made.send_resolved is tells_ends
    assert made.max_alerts > 100_000
    said = f"{entry[:-1]}, send_resolved: {str(not tells_ends).lower()}}}"
    assert receiver(said, kind, MAIL)[0].send_resolved is not tells_ends


def test_pagerduty_has_its_key_its_address_and_its_time() -> None:
    made, not_taken = receiver(f"{{routing_key: {SECRET}}}", "pagerduty")
    url = "https://events.pagerduty.com/v2/enqueue"
    assert made.settings == PagerDuty(routing_key=KEPT, url=url)
    assert (made.kind, made.timeout_s, not_taken) == ("pagerduty", 10, [])
    head = "global: {pagerduty_url: 'https://g.example/v2'}"
    made, _ = receiver("{routing_key_file: f, timeout: 3s}", "pagerduty", head)
    assert made.settings == PagerDuty(routing_key=KEPT, url="https://g.example/v2")
    assert made.timeout_s == 3
    made, _ = receiver("{routing_key: x, url: 'https://own.example/'}", "pagerduty", head)
    assert isinstance(made.settings, PagerDuty)
    assert made.settings.url == "https://own.example/"


def test_opsgenie_has_its_key_its_address_and_its_responders() -> None:
    made, not_taken = receiver(
        "{responders: [{type: TEAM, name: Data}, {type: teams, name: 'a b, c,'},"
        " {type: user, username: ann@example.com}, {type: schedule, id: s1},"
        " {type: team, name: '{{ .CommonLabels.team }}'}]}",
        "opsgenie",
        f"global: {{opsgenie_api_key: {SECRET}, opsgenie_api_url: 'https://api.eu.opsgenie.com/'}}",
    )
    assert made.settings == Opsgenie(
        api_key=KEPT,
        url="https://api.eu.opsgenie.com",
        responders=(
            Responder(kind="team", name="Data"),
            Responder(kind="team", name="a b"),
            Responder(kind="team", name="c"),
            Responder(kind="user", name="ann@example.com"),
            Responder(kind="schedule", id="s1"),
        ),
    )
    assert len(not_taken) == 1
    assert "opsgenie_configs[0].responders[4]: not taken: it is a template" in not_taken[0]
    made, _ = receiver("{api_key_file: f}", "opsgenie")
    assert made.settings == Opsgenie(api_key=KEPT, url="https://api.opsgenie.com")


@pytest.mark.parametrize("kind", ["msteams", "msteamsv2"])
def test_teams_has_the_address_of_its_webhook(kind: str) -> None:
    made, not_taken = receiver(f"{{webhook_url: 'https://h/{SECRET}'}}", kind)
    assert (made.kind, not_taken) == ("teams", [])
    assert made.settings == Teams(url=Secret(value=f"https://h/{SECRET}"))
    made, _ = receiver("{webhook_url_file: u}", kind)
    assert made.settings == Teams(url=Secret(value="https://h/from-file"))


def test_sns_has_its_topic_and_no_credentials() -> None:
    arn = "arn:aws:sns:us-east-2:123456789012:My-Topic"
    sigv4 = f"sigv4: {{region: us-east-2, access_key: x, secret_key: {SECRET}}}"
    made, not_taken = receiver(f"{{topic_arn: '{arn}', {sigv4}}}", "sns")
    assert (made.kind, made.settings) == ("sns", AwsTarget(arn=arn))
    assert len(not_taken) == 1
    assert "sns_configs[0].sigv4: not taken: tocsin publishes as its stack does" in not_taken[0]
    assert SECRET not in repr(made) + not_taken[0]


@pytest.mark.parametrize(
    ("kind", "entry", "reason"),
    [
        ("email", "{to: '{{ .x }}'}", "an address is a template"),
        ("email", "{to: somebody}", "an address is none of ASCII"),
        ("email", f"{{{TO}, from: 'a@example.com, b@example.com'}}", "more than one address"),
        (
            "email",
            f"{{to: '{', '.join(f'a{n}@example.com' for n in range(21))}'}}",
            "more than 20 addresses",
        ),
        ("pagerduty", f"{{service_key: {SECRET}}}", "add an integration of the type Events API v2"),
        (
            "pagerduty",
            f"{{routing_key: {SECRET}, http_config: {{oauth2: {{client_id: x}}}}}}",
            "OAuth",
        ),
        ("opsgenie", "{api_key: x, http_config: {oauth2: {client_id: x}}}", "OAuth"),
        ("sns", "{phone_number: '+15551234567'}", "subscribe the target to one, as topic_arn"),
        ("sns", "{target_arn: x}", "subscribe the target to one, as topic_arn"),
        ("sns", "{topic_arn: '{{ .x }}'}", "topic_arn is not the ARN of one topic"),
        ("msteamsv2", "{webhook_url: 'https://h/{{ .x }}'}", "its address is a template"),
    ],
)
def test_what_cannot_be_told_is_left_out_with_the_way_around(
    kind: str, entry: str, reason: str
) -> None:
    config, not_taken = load(f"{MAIL}\nreceivers:\n- name: a\n  {kind}_configs:\n  - {entry}")
    assert config.receivers == {}
    assert len(not_taken) == 1
    assert not_taken[0].startswith(f"am.yml:6: receivers[0].{kind}_configs[0]: not delivered by")
    assert reason in not_taken[0]
    assert SECRET not in not_taken[0]


@pytest.mark.parametrize(
    ("kind", "entry", "problem"),
    [
        ("email", "{}", "email_configs[0].to: is required"),
        ("email", f"{{{TO}}}", "email_configs[0]: needs smarthost, or smtp_smarthost in global"),
        (
            "email",
            f"{{{TO}, smarthost: 'h:25'}}",
            "email_configs[0]: needs from, or smtp_from in global",
        ),
        ("email", f"{{{TO}, smarthost: h}}", "email_configs[0].smarthost: not a host and a port"),
        ("email", f"{{{TO}, smarthost: 'h:x'}}", "email_configs[0].smarthost: not a port"),
        (
            "email",
            f"{{{TO}, auth_password: x, auth_password_file: f}}",
            "email_configs[0]: has at most one of auth_password and auth_password_file",
        ),
        ("email", f"{{{TO}, http_config: {{}}}}", "email_configs[0].http_config: is not a known"),
        ("pagerduty", "{}", "pagerduty_configs[0]: needs routing_key or routing_key_file"),
        (
            "pagerduty",
            "{routing_key: x, routing_key_file: f}",
            "pagerduty_configs[0]: has at most one of routing_key and routing_key_file",
        ),
        (
            "pagerduty",
            "{routing_key_file: gone}",
            "pagerduty_configs[0].routing_key_file: the file cannot be read",
        ),
        ("pagerduty", "{routing_key: <secret>}", "pagerduty_configs[0].routing_key: is <secret>"),
        ("pagerduty", "{routing_key_file: blank}", "pagerduty_configs[0].routing_key_file: the fi"),
        (
            "opsgenie",
            "{}",
            "opsgenie_configs[0]: needs api_key, or opsgenie_api_key in global",
        ),
        (
            "opsgenie",
            "{api_key: x, responders: [{type: x, name: y}]}",
            "opsgenie_configs[0].responders[0]: its type is one of team, teams, user",
        ),
        (
            "opsgenie",
            "{api_key: x, responders: [{type: team}]}",
            "opsgenie_configs[0].responders[0]: needs one of id, name and username",
        ),
        ("msteams", "{}", "msteams_configs[0]: needs one of webhook_url and webhook_url_file"),
        (
            "msteamsv2",
            "{webhook_url_file: blank}",
            "msteamsv2_configs[0].webhook_url_file: not a URL",
        ),
        ("sns", "{}", "sns_configs[0]: needs one of topic_arn, target_arn and phone_number"),
        ("sns", "{topic: x}", "sns_configs[0]"),
    ],
)
def test_a_wrong_integration_is_refused(kind: str, entry: str, problem: str) -> None:
    def read_file(name: str) -> str:
        if name == "blank":
            return " \n"
        raise FileNotFoundError(name)

    found = errors(f"receivers:\n- name: a\n  {kind}_configs:\n  - {entry}", read_file=read_file)
    assert found[0].startswith(f"am.yml:5: receivers[0].{problem}")


def test_what_is_in_global_twice_is_refused() -> None:
    (found,) = errors(
        f"global: {{smtp_auth_password: {SECRET}, smtp_auth_password_file: f}}\n"
        "receivers: [{name: a}]"
    )
    assert found.endswith("has at most one of smtp_auth_password and smtp_auth_password_file")


def test_no_secret_of_an_integration_is_said() -> None:
    config, not_taken = load(
        f"global: {{smtp_smarthost: 'h:25', smtp_from: a@b.example, smtp_auth_password: {SECRET},"
        f" smtp_auth_username: u, slack_app_token: {SECRET}}}\n"
        "receivers:\n- name: a\n"
        f"  email_configs: [{{{TO}, headers: {{X: {SECRET}}}, auth_secret: {SECRET}}}]\n"
        f"  pagerduty_configs: [{{routing_key: {SECRET}, details: {{x: {SECRET}}}}}]\n"
        "  slack_configs: [{channel: '#a'}]\n"
    )
    assert len(not_taken) == 3
    assert SECRET not in repr(config.receivers) + "".join(not_taken)
    assert isinstance(config.receivers["a/slack/0"].settings, SlackApp)
