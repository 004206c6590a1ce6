"""Integrations that are told through the library apprise: it reads the URL that is made of them."""

import json
from urllib.parse import urlsplit

import pytest
from msgspec.structs import replace

from tests.unit.adapters.test_apprise import Answers, notification, tools
from tests.unit.configuration.alertmanager.test_receivers import SECRET, errors, load, receiver
from tocsin.adapters.receivers import ChannelReceivers
from tocsin.domain.channels import Apprise
from tocsin.domain.errors import Retryable

DISCORD = "https://discord.com/api/webhooks/123456789012345678"
BOT = "123456789:abcdefg_hij-klmnop"
PUSHOVER = "user_key: uuuuuuuuuuuuuuuuuuuuuuuuuuuuuu, token: tttttttttttttttttttttttttttttt"


def asked(
    entry: str, kind: str, head: str = "", reason: str = ""
) -> tuple[str, dict[str, object], list[str]]:
    """Return the address that is asked, what is said there, and what is not taken."""
    made, not_taken = receiver(entry, kind, head)
    assert made.kind == "apprise"
    assert isinstance(made.settings, Apprise)
    http = Answers()
    told = notification("", **({"reason": reason} if reason else {}))
    ended = [replace(each, status="resolved", ends_at_s=each.starts_at_s) for each in told.alerts]
    told = replace(told, receiver=made, alerts=tuple(ended) if reason else told.alerts)
    ChannelReceivers(tools({}, http=http, external_url="https://t.example")).send(told)
    ((_method, url, said),) = http.asked
    data = said["data"]
    return url, data if isinstance(data, dict) else json.loads(data), not_taken


def test_discord_is_told_by_its_webhook() -> None:
    url, said, not_taken = asked(f"{{webhook_url: '{DISCORD}/aBc_d-e', title: x}}", "discord")
    assert url == f"{DISCORD}/aBc_d-e"
    assert "it burns" in json.dumps(said)
    assert ".discord_configs[0].title: not taken: tocsin writes its own text" in not_taken[0]


def test_a_thread_of_discord_is_kept() -> None:
    url, _, _ = asked(f"{{webhook_url: '{DISCORD}/aBc?thread_id=77'}}", "discord")
    assert urlsplit(url).path.endswith("/aBc")


def test_telegram_is_told_in_its_chat() -> None:
    head = f"global: {{telegram_bot_token: '{BOT}'}}"
    entry = "{chat_id: -1001234567, message_thread_id: 5, disable_notifications: true}"
    url, said, not_taken = asked(entry, "telegram", head)
    assert url == f"https://api.telegram.org/bot{BOT}/sendMessage"
    assert (said["chat_id"], said["message_thread_id"]) == (-1001234567, 5)
    assert (said["disable_notification"], not_taken) == (True, [])


def test_telegram_is_told_by_the_bot_and_in_the_chat_of_files() -> None:
    held = {"bot": f"{BOT}\n", "chat": "-42\n"}
    config, _ = load(
        "receivers:\n- name: a\n  telegram_configs: [{bot_token_file: bot, chat_id_file: chat}]",
        read_file=held.__getitem__,
    )
    assert config.receivers["a/telegram/0"].settings.endpoint.count(f"tgram://{BOT}/-42") == 1


def test_pushover_is_an_emergency_until_it_ends() -> None:
    url, said, _ = asked(f"{{{PUSHOVER}, device: phone, sound: siren}}", "pushover")
    assert url == "https://api.pushover.net/1/messages.json"
    assert (said["user"], said["token"]) == ("u" * 30, "t" * 30)
    assert (said["device"], said["sound"]) == ("phone", "siren")
    assert [int(str(said[each])) for each in ("priority", "retry", "expire")] == [2, 60, 3600]
    _, said, _ = asked(f"{{{PUSHOVER}}}", "pushover", reason="all alerts resolved")
    assert int(str(said["priority"])) == 0
    assert "retry" not in said


@pytest.mark.parametrize(
    ("said", "priority", "fields"),
    [
        ("priority: -1", -1, []),
        ("priority: 1", 1, []),
        ("priority: '{{ if eq .Status \"firing\" }}1{{ else }}0{{ end }}'", 1, ["priority"]),
        ("retry: 10s, expire: 4h", 2, ["expire", "retry"]),
    ],
)
def test_a_priority_of_pushover_is_kept_or_said(
    said: str, priority: int, fields: list[str]
) -> None:
    _, told, not_taken = asked(f"{{{PUSHOVER}, {said}}}", "pushover")
    assert int(str(told["priority"])) == priority
    assert sorted(line.split(": ")[1].rpartition(".")[2] for line in not_taken) == fields


def test_webex_is_told_in_its_room_with_the_token_of_its_bot() -> None:
    token = "NmFjNzIxY-TUxN2Q0_ABCdef-PF84_1eb65fdf"
    entry = (
        f"{{room_id: Y2lzY29zcGFyazovL3, http_config: {{authorization: {{credentials: {token}}}}}}}"
    )
    made, _ = receiver(entry, "webex")
    http = Answers()
    ChannelReceivers(tools({}, http=http)).send(replace(notification(""), receiver=made))
    ((_method, url, said),) = http.asked
    assert url == "https://webexapis.com/v1/messages"
    assert said["headers"]["Authorization"] == f"Bearer {token}"
    assert json.loads(said["data"])["roomId"] == "Y2lzY29zcGFyazovL3"


ROCKET = "token_id: aobEdbYhXfu5hkeqG, token: 9HqLlyZOugoStsXCUfD_0YdwnNnunAJF8V47U3QHXSq"


def test_rocketchat_is_told_with_a_token_in_its_channel() -> None:
    url, said, not_taken = asked(
        f"{{{ROCKET}, channel: '#ops', send_resolved: true, emoji: x}}",
        "rocketchat",
        "global: {rocketchat_api_url: 'https://chat.example.com:8443/'}",
    )
    assert url == "https://chat.example.com:8443/api/v1/chat.postMessage"
    assert said["channel"] == "#ops"
    assert "avatar" not in said
    assert ".emoji: not taken: tocsin has its own looks" in not_taken[0]
    head = f"global: {{{', '.join(f'rocketchat_{each}' for each in ROCKET.split(', '))}}}"
    url, said, _ = asked("{channel: '@ann.b', send_resolved: true}", "rocketchat", head)
    assert url == "https://open.rocket.chat/api/v1/chat.postMessage"
    assert said["channel"] == "@ann.b"


def test_rocketchat_is_not_told_of_ends_unless_it_says_so() -> None:
    made, _ = receiver(f"{{{ROCKET}, channel: ops}}", "rocketchat")
    assert not made.send_resolved


def test_what_rocketchat_denies_with_http_200_is_not_delivered() -> None:
    made, _ = receiver(f"{{{ROCKET}, channel: '#ops'}}", "rocketchat")
    http = Answers(body=b'{"success": false, "error": "[invalid-channel]"}')
    with pytest.raises(Retryable, match="no confirmation"):
        ChannelReceivers(tools({}, http=http)).send(replace(notification(""), receiver=made))


def test_mattermost_is_told_by_its_webhook_in_its_channel() -> None:
    hook = "https://chat.example.com:8443/sub/hooks/3ccdd113474722377935511fc85d3dd4"
    url, said, not_taken = asked(
        "{channel: '#town-square', username: x}",
        "mattermost",
        f"global: {{mattermost_webhook_url: '{hook}'}}",
    )
    assert url == hook
    assert said["channel"] == "town-square"
    assert ".username: not taken: tocsin has its own looks" in not_taken[0]
    _, said, not_taken = asked(f"{{webhook_url: '{hook}', channel: '@ann'}}", "mattermost")
    assert "channel" not in said
    assert ".channel: not taken: it is the name of no channel" in not_taken[0]


@pytest.mark.parametrize(
    ("kind", "entry", "reason"),
    [
        ("discord", f"{{webhook_url: 'https://h.example/{SECRET}'}}", "none of a webhook of Disc"),
        ("mattermost", f"{{webhook_url: 'https://h.example/{SECRET}'}}", "none of an incoming web"),
        ("telegram", f"{{bot_token: {SECRET}, chat_id: 1}}", "none of a bot of Telegram"),
        (
            "telegram",
            f"{{bot_token: '{BOT}', chat_id: 1, api_url: 'https://h.example'}}",
            "asks https://api.telegram.org alone",
        ),
        ("pushover", f"{{{PUSHOVER}, device: 'a,b'}}", "device is not the name of one device"),
        ("rocketchat", f"{{{ROCKET}, channel: '{{{{ .x }}}}'}}", "channel is not one channel"),
        ("rocketchat", f"{{{ROCKET}}}", "channel is not one channel"),
        (
            "rocketchat",
            f"{{{ROCKET}, channel: a, api_url: 'https://h.example/sub/'}}",
            "no Rocket.Chat below a path",
        ),
        (
            "webex",
            f"{{room_id: x, http_config: {{authorization: {{type: X, credentials: {SECRET}}}}}}}",
            "no token of the type Bearer",
        ),
        (
            "webex",
            "{room_id: '{{ .x }}', http_config: {authorization: {credentials: x}}}",
            "its room is a template",
        ),
        (
            "webex",
            f"{{room_id: x, api_url: 'https://h.example/', http_config:"
            f" {{authorization: {{credentials: {SECRET}}}}}}}",
            "asks https://webexapis.com/v1/messages alone",
        ),
    ],
)
def test_what_the_library_cannot_be_told_is_left_out(kind: str, entry: str, reason: str) -> None:
    config, (said,) = load(f"receivers:\n- name: a\n  {kind}_configs:\n  - {entry}")
    assert config.receivers == {}
    assert said.startswith(f"am.yml:5: receivers[0].{kind}_configs[0]: not delivered by tocsin")
    assert reason in said
    assert SECRET not in said


@pytest.mark.parametrize(
    ("kind", "entry", "problem"),
    [
        ("discord", "{}", "discord_configs[0]: needs one of webhook_url and webhook_url_file"),
        ("mattermost", "{}", "mattermost_configs[0]: needs webhook_url, or mattermost_webhook_url"),
        ("pushover", "{token: x}", "pushover_configs[0]: needs one of user_key and user_key_file"),
        ("telegram", "{bot_token: x}", "telegram_configs[0]: needs one of chat_id and"),
        ("telegram", "{chat_id: 1}", "telegram_configs[0]: needs bot_token, or telegram_bot_token"),
        ("telegram", "{bot_token: x, chat_id: x}", "telegram_configs[0].chat_id: must be a whole"),
        (
            "telegram",
            f"{{bot_token: '{BOT}', chat_id_file: f}}",
            "telegram_configs[0].chat_id_file: the file holds no number of a chat",
        ),
        ("webex", "{room_id: x}", "webex_configs[0]: needs the token of a bot as authorization"),
        (
            "webex",
            "{room_id: x, http_config: {authorization: {credentials: <secret>}}}",
            "webex_configs[0].http_config.authorization.credentials: is <secret>",
        ),
    ],
)
def test_a_wrong_service_is_refused(kind: str, entry: str, problem: str) -> None:
    (found,) = errors(f"receivers:\n- name: a\n  {kind}_configs:\n  - {entry}")
    assert found.startswith(f"am.yml:5: receivers[0].{problem}")
