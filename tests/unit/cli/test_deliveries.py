"""`tocsin deliveries` in front of an API that a test makes up."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from click.testing import CliRunner, Result

from cli.commands.deliveries import command
from cli.localcloud.http import Answer
from cli.onealert.client import AlertApi

KEY = f"toc_{'a' * 32}"
AT = "2025-11-22T06:30:01.000Z"
TIMES: dict[str, Any] = {"accepted_at": AT, "due_at": AT, "began_at": AT}
STEP = {
    "fingerprint": "f" * 32, "episode": 1, "step": "firing", "is_update": False, "sources": ["s:0"]
}  # fmt: skip
TRY: dict[str, Any] = {
    "id": "1", "at": AT, "outcome": "delivered", "attempt": 1, "reason": "", "receipt": "",
    "took_s": 0.25, **TIMES,
}  # fmt: skip
ABOUT: dict[str, Any] = {
    "key": KEY, "receiver": "oncall", "integration": "oncall", "is_digest": False,
    "steps": [STEP], "steps_total": 1, "firing": 1, "resolved": 0,
}  # fmt: skip
ROW: dict[str, Any] = {**ABOUT, **TRY}
STORY: dict[str, Any] = {
    "tenant": "acme",
    "notification": {
        **ABOUT, **TIMES, "outcome": "delivered", "receipt": "171.42",
        "accepted_to_attempt_s": 1.25, "due_to_attempt_s": 0.5, "steps_total": 3,
    },
    "tries": [
        {**TRY, "outcome": "failed", "reason": "HTTP 503 \x1b[31mred"},
        {**TRY, "attempt": 2, "receipt": "171.42"},
    ],
    "from": AT,
    "is_cut": False,
}  # fmt: skip


class Api:
    """Answers what it was told to, one after the other, and keeps what it was asked."""

    def __init__(self, *answers: Any) -> None:
        self._answers = list(answers)
        self.asked: list[tuple[str, dict[str, list[str]]]] = []

    def send(
        self, method: str, url: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> Answer:
        parts = urlsplit(url)
        self.asked.append((parts.path, parse_qs(parts.query)))
        answer = self._answers.pop(0)
        return answer if isinstance(answer, Answer) else Answer(200, json.dumps(answer))

    def run(self, *arguments: str) -> Result:
        made = AlertApi("https://api.example/prod", "toc_key", self.send, lambda _: None)
        options = ["--url", "https://api.example/prod", "--key", "toc_key"]
        return CliRunner(mix_stderr=False).invoke(command, [*arguments, *options], obj=made)


def page(*found: dict[str, Any], following: str | None = None) -> dict[str, Any]:
    return {"tenant": "acme", "deliveries": list(found), "next": following, "from": AT}


@pytest.fixture(autouse=True)
def nothing_of_the_shell(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("TOCSIN_URL", "TOCSIN_API_KEY", "TOCSIN_LOCAL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "240")
    return


def test_tries_are_listed_as_rows() -> None:
    digested = {
        **ROW,
        "key": None,
        "attempt": 0,
        "outcome": "digested",
        "reason": "told in the digest",
    }
    api = Api(page({**ROW, "is_digest": True, "receipt": "r-1"}, digested))
    result = api.run("list", "--receiver", "oncall", "--since", "2h", "--notification", KEY)
    assert result.exit_code == 0, result.output
    first, second = result.stdout.splitlines()[1:]
    for wanted in ("2025-11-22 06:30:01Z", "delivered", "oncall (digest)", "1 firing", KEY, "r-1"):
        assert wanted in first
    assert "digested" in second
    assert "told in the digest" in second
    (asked,) = api.asked
    assert asked[0] == "/prod/v1/deliveries"
    assert asked[1] == {"receiver": ["oncall"], "since": ["2h"], "key": [KEY], "limit": ["50"]}


def test_a_key_is_never_in_two_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    row = {**ROW, "receiver": "a-long-name-of-a-receiver-on-call", "reason": "no answer " * 20}
    listed = Api(page({**row, "outcome": "dead-lettered"})).run("list").stdout.splitlines()
    assert "2025-11-22 06:30:01Z" in listed[1]
    assert KEY in listed[1]
    assert "f" * 32 in Api(STORY).run("show", KEY).stdout


def test_pages_are_turned_until_there_is_enough() -> None:
    api = Api(page(ROW, following="5.a"), page(following="4."), page(ROW, ROW, following="3.c"))
    result = api.run("list", "--limit", "2", "--json")
    assert result.exit_code == 0, result.output
    assert [json.loads(line)["key"] for line in result.stdout.splitlines()] == [KEY, KEY]
    assert [asked.get("cursor") for _, asked in api.asked] == [None, ["5.a"], ["4."]]


def test_nothing_is_said_to_be_nothing() -> None:
    result = Api(page()).run("list")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "no deliveries" in result.stderr


def test_a_notification_is_shown_with_its_tries_and_waits() -> None:
    api = Api(STORY)
    result = api.run("show", KEY)
    assert result.exit_code == 0, result.output
    for wanted in (
        f"delivered  {KEY}", "receiver: oncall", "the receiver calls it: 171.42",
        "1.25 s before the first try", "0.5 s before the first try", "HTTP 503", "and 2 more",
    ):  # fmt: skip
        assert wanted in result.stdout, wanted
    assert "\x1b" not in result.stdout
    assert api.asked == [(f"/prod/v1/deliveries/{KEY}", {})]


def test_another_tenants_key_is_an_error() -> None:
    result = Api(page(ROW)).run("list", "--tenant", "globex")
    assert result.exit_code == 1
    assert "belongs to tenant acme, not globex" in result.stderr


def test_what_is_refused_is_said() -> None:
    error = {"error": {"code": "unknown_notification", "message": "there is none", "path": ""}}
    result = Api(Answer(404, json.dumps(error))).run("show", "../../v1/alerts")
    assert (result.exit_code, "there is none" in result.stderr) == (1, True)
