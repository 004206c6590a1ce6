"""`tocsin alert` in front of an API that a test makes up."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cli.commands.alert import command
from cli.localcloud.http import Answer
from cli.onealert.client import AlertApi

NAME = "f" * 32
ALERT: dict[str, Any] = {
    "tenant": "acme",
    "fingerprint": NAME,
    "alertmanager_fingerprint": "0123456789abcdef",
    "state": "acknowledged",
    "status": "firing",
    "episode": 17,
    "name": "DiskFull",
    "severity": "critical",
    "labels": {"alertname": "DiskFull", "host": "db-1"},
    "annotations": {"summary": "99 % \x1b[31m[red]full[/red]"},
    "provider": "prometheus",
    "url": "https://prometheus.example/graph",
    "value": None,
    "starts_at": "2025-11-22T06:30:00.000Z",
    "ends_at": None,
    "holds_until": None,
    "assignee": "bob",
    "handling": {
        "acknowledged_by": "ann",
        "snoozed_by": "",
        "snoozed_until": None,
        "resolved_by": "",
        "actions": [],
    },
    "silenced_by": ["silence-1"],
    "inhibited_by": "",
    "groups": [
        {
            "key": '{}:{alertname="DiskFull"}',
            "receiver": "oncall",
            "integration": "oncall",
            "episode": 17,
            "status": "firing",
            "told": {
                "step": "firing",
                "episode": 17,
                "outcome": "delivered",
                "at": "2025-11-22T06:30:01.000Z",
            },
            "muted": ["acknowledged by ann", "silenced by silence-1"],
        },
        {
            "key": "{}:{}",
            "receiver": "chat",
            "integration": "chat",
            "episode": 17,
            "status": "firing",
            "told": None,
            "muted": [],
            "waiting": {"for": "receiver", "until": "2025-11-22T07:00:00.000Z"},
        },
    ],
}
FOUND: dict[str, Any] = {
    "alert": ALERT,
    "timeline": {
        "from": "2025-11-22T06:25:00.000Z",
        "is_cut": False,
        "entries": [
            {"at": "2025-11-22T06:30:00.000Z", "what": "accepted", "provider": "prometheus"},
            {
                "at": "2025-11-22T06:31:00.000Z",
                "what": "duplicate",
                "count": 7,
                "last_at": "2025-11-22T06:37:00.000Z",
            },
            {
                "at": "2025-11-22T06:40:00.000Z",
                "what": "acknowledge",
                "by": "ann",
                "text": "on it\nsoon",
            },
            {
                "at": "2025-11-22T06:41:00.000Z",
                "what": "failed",
                "step": "firing",
                "receiver": "chat",
                "attempt": 2,
                "reason": "HTTP 503",
            },
        ],
    },
}


class Api:
    """Answers what it was told to, the last one again and again, and keeps what it was sent."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.sent: list[tuple[str, str, dict[str, Any], dict[str, str]]] = []
        self.pauses: list[float] = []

    def send(
        self, method: str, url: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> Answer:
        self.sent.append((method, url, json.loads(body or b"{}"), dict(headers or {})))
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def run(self, *arguments: str, key: str = "toc_key") -> Result:
        made = AlertApi("https://api.example/prod/", key, self.send, self.pauses.append)
        options = ["--url", "https://api.example/prod/", *(["--key", key] if key else [])]
        return CliRunner(mix_stderr=False).invoke(command, [*arguments, *options], obj=made)


def ok(body: Any = FOUND, status: int = 200) -> Answer:
    return Answer(status, json.dumps(body))


def refused(status: int, code: str, message: str = "no", path: str = "") -> Answer:
    return ok({"error": {"code": code, "message": message, "path": path}}, status)


@pytest.fixture(autouse=True)
def nothing_of_the_shell(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("TOCSIN_URL", "TOCSIN_API_KEY", "TOCSIN_LOCAL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "200")
    return


def test_an_alert_is_shown_with_its_story() -> None:
    api = Api(ok())
    result = api.run("show", NAME)
    assert result.exit_code == 0, result.output
    text = result.stdout
    first = text.splitlines()[0]
    assert first == "acknowledged  critical  DiskFull  assigned to bob  acknowledged by ann"
    for wanted in (
        "host: db-1",
        '{}:{alertname="DiskFull"}',
        "firing, delivered",
        "nothing yet",
        "acknowledged by ann; silenced by silence-1",
        "7 times, last 2025-11-22 06:37:00Z",
        "on it soon",
        "attempt 2  HTTP 503",
        "failed firing",
    ):
        assert wanted in text
    ((method, url, _, headers),) = api.sent
    assert (method, url) == ("GET", f"https://api.example/prod/v1/alerts/{NAME}")
    assert headers == {"x-api-key": "toc_key"}


def test_what_senders_write_moves_no_cursor_and_sets_no_colour() -> None:
    text = Api(ok()).run("show", NAME).stdout
    assert "\x1b" not in text
    assert "[red]full[/red]" in text


def test_a_story_that_was_cut_says_so() -> None:
    cut = {**FOUND, "timeline": {**FOUND["timeline"], "is_cut": True}}
    assert "what was before is not shown" in Api(ok(cut)).run("show", NAME).stdout


@pytest.mark.parametrize("arguments", [("show", NAME), ("ack", NAME)])
def test_json_is_what_the_api_says(arguments: tuple[str, ...]) -> None:
    result = Api(ok()).run(*arguments, "--json")
    assert json.loads(result.stdout) == FOUND


@pytest.mark.parametrize(
    ("arguments", "action", "body"),
    [
        (("ack", NAME), "acknowledge", {}),
        (("ack", NAME, "--text", "on it"), "acknowledge", {"text": "on it"}),
        (("unack", NAME), "unacknowledge", {}),
        (("assign", NAME, "bob"), "assign", {"assignee": "bob"}),
        (("assign", NAME, ""), "assign", {"assignee": ""}),
        (("comment", NAME, "hm"), "comment", {"text": "hm"}),
        (("resolve", NAME), "resolve", {}),
        (("snooze", NAME, "--for", "1h"), "snooze", {"for": "1h"}),
        (("snooze", NAME, "--until", "2099-01-01T00:00:00Z"), "snooze", None),
    ],
)
def test_an_action_is_about_the_episode_that_is_there(
    arguments: tuple[str, ...], action: str, body: dict[str, Any] | None
) -> None:
    api = Api(ok(), ok({"id": "a1", "alert": ALERT}, 202))
    result = api.run(*arguments, "--by", "ann")
    assert result.exit_code == 0, result.output
    assert "a1" in result.stdout
    method, url, sent, headers = api.sent[-1]
    assert (method, url) == ("POST", f"https://api.example/prod/v1/alerts/{NAME}/{action}")
    wanted = {"until": "2099-01-01T00:00:00Z"} if body is None else body
    assert sent == {**wanted, "by": "ann", "episode": 17}
    assert headers["content-type"] == "application/json"


def test_with_a_key_its_name_stands_for_who_does_not_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: "cid")
    for key, by in (("toc_key", None), ("", "cid")):
        api = Api(ok(), ok({"id": "a1", "alert": ALERT}, 202))
        assert api.run("ack", NAME, key=key).exit_code == 0
        assert api.sent[-1][2].get("by") == by


def test_what_passes_is_tried_again_under_one_name() -> None:
    api = Api(ok(), Answer(0, "TimeoutError"), refused(503, "unavailable"), ok({"id": "a1"}, 202))
    result = api.run("ack", NAME)
    assert result.exit_code == 0, result.output
    keys = {headers["idempotency-key"] for method, _, _, headers in api.sent if method == "POST"}
    assert len(keys) == 1
    assert api.pauses == [1.0, 2.0]


def test_a_key_that_may_not_look_may_act() -> None:
    api = Api(refused(403, "forbidden"), ok({"id": "a1"}, 202))
    assert api.run("ack", NAME).exit_code == 0
    assert "episode" not in api.sent[-1][2]


def test_the_alert_of_another_tenant_is_left_alone() -> None:
    api = Api(ok())
    result = api.run("resolve", NAME, "--tenant", "beta")
    assert result.exit_code == 1
    assert "belongs to tenant acme" in result.stderr
    assert [method for method, *_ in api.sent] == ["GET"]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (refused(404, "unknown_alert", "there is no alert"), "there is no alert"),
        (refused(409, "over", "the alert is over: ann resolved it"), "ann resolved it"),
        (refused(422, "invalid_input", "a snooze lasts", "for"), "a snooze lasts (for)"),
        (refused(401, "unauthorized", "no valid API key"), "TOCSIN_API_KEY"),
        (refused(403, "forbidden", "this key has not the scope read"), "scope silence"),
        (Answer(0, "ConnectionRefusedError"), "does not answer"),
        (Answer(404, "<html>"), "check the URL"),
        (Answer(404, "[]"), "check the URL"),
    ],
)
def test_what_is_refused_is_one_line(answer: Answer, words: str) -> None:
    result = Api(answer).run("show", NAME)
    assert result.exit_code == 1
    assert words in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_without_an_address_it_says_how_to_give_one() -> None:
    result = CliRunner(mix_stderr=False).invoke(command, ["show", NAME])
    assert result.exit_code == 2
    assert "TOCSIN_URL" in result.stderr
    result = CliRunner(mix_stderr=False).invoke(command, ["show", NAME, "--url", "api.example"])
    assert "https://" in result.stderr


def test_local_takes_the_address_and_the_key_of_the_local_cloud(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = {
        "base_url": "http://127.0.0.1:1",
        "api_keys": {"acme": "toc_acme", "beta": "toc_beta"},
        "api_key": "toc_acme",
    }
    file = tmp_path / "cloud.json"
    file.write_text(json.dumps(facts))
    monkeypatch.setattr("cli.onealert.where.LOCAL_FACTS", file)
    made: list[tuple[str, str]] = []

    class Seen(AlertApi):
        def __init__(self, base_url: str, key: str) -> None:
            made.append((base_url, key))
            super().__init__(base_url, key, Api(ok()).send)

    monkeypatch.setattr("cli.commands.alert.AlertApi", Seen)
    run = CliRunner(mix_stderr=False).invoke
    assert run(command, ["show", NAME, "--local"]).exit_code == 0
    assert run(command, ["show", NAME, "--local", "--tenant", "beta"]).exit_code == 1
    assert made == [("http://127.0.0.1:1", "toc_acme"), ("http://127.0.0.1:1", "toc_beta")]
    assert "there is no tenant" in run(command, ["show", NAME, "--local", "--tenant", "x"]).stderr
