"""Receivers of every kind of an Alertmanager's file, imported: what tocsin.yaml says of them."""

import pytest

from tests.unit.configuration.test_importing import applied
from tocsin.configuration.alertmanager import load_alertmanager
from tocsin.configuration.display import displayed
from tocsin.configuration.importing import import_alertmanager
from tocsin.domain.channels import Apprise, Email, Opsgenie, PagerDuty, SlackApp, Teams
from tocsin.domain.config import Receiver
from tocsin.domain.secret import Secret

SECRET = "s3cr3t"
# As somebody has it who is called by several services. No value is real.
FILE = f"""
global:
  smtp_smarthost: smtp.example.com:465
  smtp_from: Alertmanager <alertmanager@example.com>
  smtp_auth_username: alertmanager
  smtp_auth_password: {SECRET}-mail
  pagerduty_url: https://events.eu.pagerduty.com/v2/enqueue
  opsgenie_api_url: https://api.atlassian.com/jsm/ops/integration/
  opsgenie_api_key_file: /run/secrets/opsgenie
  telegram_bot_token: 123456789:{SECRET}
route:
  receiver: mail
  routes:
    - {{matchers: [severity=critical], receiver: pager, continue: true}}
    - {{matchers: [severity=critical], receiver: chats}}
receivers:
  - name: mail
    email_configs:
      - to: oncall@example.com, ann@example.com
        send_resolved: true
  - name: pager
    pagerduty_configs: [{{routing_key: {SECRET}-pagerduty}}]
    opsgenie_configs: [{{responders: [{{type: team, name: Database}}]}}]
    sns_configs: [{{topic_arn: 'arn:aws:sns:eu-central-1:123456789012:alerts'}}]
    pushover_configs: [{{user_key: {SECRET}u, token: {SECRET}t}}]
  - name: chats
    slack_configs: [{{app_token: xoxb-{SECRET}, channel: '#ops'}}]
    msteamsv2_configs: [{{webhook_url: 'https://h.example/{SECRET}'}}]
    telegram_configs: [{{chat_id: -1001}}, {{chat_id_file: /run/chat}}]
    discord_configs: [{{webhook_url: 'https://discord.com/api/webhooks/1/{SECRET}?thread_id=2'}}]
    webex_configs:
      - {{room_id: Y2lz, http_config: {{authorization: {{credentials: {SECRET}}}}}}}
    mattermost_configs:
      - {{webhook_url: 'https://chat.example.com/hooks/{SECRET}', channel: ops}}
      - webhook_url_file: /run/secrets/mattermost
    wechat_configs:
      - {{corp_id: ww1, api_secret: {SECRET}, agent_id: '7', to_user: 'ann|bob', to_party: '2'}}
    rocketchat_configs:
      - {{token_id_file: /run/id, token: {SECRET}, channel: '#ops', api_url: 'https://r.example/'}}
"""
KEPT = [
    ("mail-password", "the password of receiver mail at smtp.example.com"),
    ("pager-pagerduty-0-routing-key", "the routing key of receiver pager-pagerduty-0"),
    ("pager-opsgenie-0-api-key", "the API key of receiver pager-opsgenie-0"),
    (
        "pager-pushover-0-url",
        "the URL of receiver pager-pushover-0, "
        "pover://USER_KEY@TOKEN?priority=emergency&interval=60&expire=3600",
    ),
    ("chats-slack-0-token", "the bot token of receiver chats-slack-0"),
    ("chats-telegram-0-url", "the URL of receiver chats-telegram-0, tgram://BOT_TOKEN/-1001"),
    ("chats-telegram-1-url", "the URL of receiver chats-telegram-1, tgram://BOT_TOKEN/CHAT_ID"),
    (
        "chats-discord-0-url",
        "the URL of receiver chats-discord-0, discord://WEBHOOK_ID/WEBHOOK_TOKEN?thread=2",
    ),
    (
        "chats-webex-0-url",
        "the URL of receiver chats-webex-0, webex://TOKEN_OF_THE_BOT/Y2lz?mode=bot",
    ),
    ("chats-msteamsv2-0-url", "the address of receiver chats-msteamsv2-0"),
    (
        "chats-mattermost-0-url",
        "the URL of receiver chats-mattermost-0, "
        "mmosts://chat.example.com/KEY_OF_THE_WEBHOOK?channel=ops",
    ),
    (
        "chats-mattermost-1-url",
        "the URL of receiver chats-mattermost-1, mmosts://HOST/KEY_OF_THE_WEBHOOK",
    ),
    (
        "chats-wechat-0-url",
        "the URL of receiver chats-wechat-0, wechat://CORP_ID:SECRET@7/%40ann/%40bob/%232",
    ),
    (
        "chats-rocketchat-0-url",
        "the URL of receiver chats-rocketchat-0, "
        "rockets://TOKEN_ID:TOKEN@r.example/%23ops?mode=token&avatar=no",
    ),
]


def without_secrets(receiver: Receiver) -> tuple[object, ...]:
    """Return what of a receiver is the same in both files."""
    settings = receiver.settings
    shown = {
        name: getattr(settings, name)
        for name in settings.__struct_fields__
        if not isinstance(getattr(settings, name), Secret)
    }
    if isinstance(settings, Email) and settings.smtp:
        shown["smtp"] = (settings.smtp.host, settings.smtp.port, settings.smtp.tls)
    return receiver.kind, receiver.send_resolved, shown


def test_each_kind_is_the_one_that_the_file_has() -> None:
    found = applied(FILE).receivers
    held = {"/run/secrets/opsgenie": "x", "/run/chat": "5"}
    held["/run/secrets/mattermost"] = "https://chat.example.com/hooks/x"
    held["/run/id"] = "u"
    config, _ = load_alertmanager(FILE, "am.yml", "acme", read_file=held.__getitem__)
    assert [without_secrets(each) for each in found.values()] == [
        without_secrets(each) for each in config.receivers.values()
    ]


def test_what_is_in_force_is_shown_without_secrets() -> None:
    file = "https://chat.example.com/hooks/" + SECRET
    config, _ = load_alertmanager(FILE, "am.yml", "acme", read_file=lambda name: held(name, file))
    shown = displayed(config)["receivers"]
    assert [each["name"] for each in shown] == list(config.receivers)
    assert SECRET not in repr(shown)


def held(name: str, otherwise: str) -> str:
    return "5" if name == "/run/chat" else otherwise


def test_no_secret_is_in_it_and_each_has_a_name_to_be_kept_under() -> None:
    imported = import_alertmanager(FILE, "am.yml", "acme")
    assert SECRET not in repr(imported)
    assert (imported.variables, imported.problems) == ((), ())
    assert [(one.name, one.meaning) for one in imported.secrets] == KEPT
    for name, meaning in KEPT:
        assert f"#   tocsin/acme/{name}: {meaning}\n" in imported.text
    assert "# aws secretsmanager create-secret --name NAME --secret-string VALUE\n" in imported.text
    secrets = {
        "mail": lambda made: made.settings.smtp.password,
        "pager-pagerduty-0": lambda made: made.settings.routing_key,
        "pager-opsgenie-0": lambda made: made.settings.api_key,
        "chats-slack-0": lambda made: made.settings.token,
    }
    for name, receiver in applied(FILE).receivers.items():
        if isinstance(receiver.settings, Email | PagerDuty | Opsgenie | SlackApp):
            kept = secrets[name](receiver)
        elif isinstance(receiver.settings, Teams | Apprise):
            kept = receiver.settings.url
        else:
            continue
        assert kept.name.removeprefix("tocsin/acme/") in dict(KEPT)


def test_the_topic_that_the_stack_must_allow_is_said() -> None:
    notes = import_alertmanager(FILE, "am.yml", "acme").notes
    assert notes == (
        "receiver pager-sns-0 needs the topic in the stack's parameter NotifyTargetArns",
    )


@pytest.mark.parametrize(
    ("kind", "entries"),
    [
        ("webhook", "[{url: <secret>}, {url: <secret>}]"),
        ("pagerduty", "[{routing_key: <secret>}, {routing_key: <secret>}]"),
        ("pushover", "[{user_key: <secret>, token: <secret>}, {user_key: <secret>, token: x}]"),
        ("discord", "[{webhook_url: <secret>}, {webhook_url: <secret>}]"),
    ],
)
def test_two_secrets_that_are_masked_are_not_one(kind: str, entries: str) -> None:
    text = f"route: {{receiver: a}}\nreceivers: [{{name: a, {kind}_configs: {entries}}}]"
    imported = import_alertmanager(text, "am.yml", "acme")
    assert imported.not_taken == ()
    assert len({one.name for one in (*imported.variables, *imported.secrets)}) == 2


def test_equal_secrets_are_kept_once() -> None:
    text = (
        "global: {opsgenie_api_key: x}\nroute: {receiver: a}\n"
        "receivers: [{name: a, opsgenie_configs: [{}]}, {name: b, opsgenie_configs: [{}]}]"
    )
    imported = import_alertmanager(text, "am.yml", "acme")
    assert [one.name for one in imported.secrets] == ["a-api-key"]
    assert imported.text.count("secret: a-api-key") == 2
