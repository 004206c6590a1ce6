"""A workspace of Slack as its Web API shows it: chat.postMessage and chat.update.

docs.slack.dev/reference/methods; what the documentation forbids is kept in `faults`.
"""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import msgspec

from tests.contract import slackschema
from tests.contract.localserver import Answer, Request

TOKEN = "xoxb-17653672481-19874698323"
CHANNELS = {"#ops": "C123ABC456", "#db": "C987ZYX654"}

_BODY = {"text", "blocks", "attachments"}
_ARGUMENTS = {
    "chat.postMessage": _BODY
    | {
        "channel",
        "thread_ts",
        "reply_broadcast",
        "parse",
        "link_names",
        "unfurl_links",
        "unfurl_media",
    },
    "chat.update": _BODY | {"channel", "ts", "parse", "link_names"},
}
_TS = re.compile(r"[0-9]{10}\.[0-9]{6}")


class Posted(msgspec.Struct):
    """A message; `thread_ts` is that of the message that it answers."""

    channel: str
    ts: str
    arguments: dict[str, Any]
    thread_ts: str = ""
    is_broadcast: bool = False


class Workspace:
    """What was posted, newest last. Words in `says` are the next answers instead of doing it."""

    def __init__(self) -> None:
        self.messages: list[Posted] = []
        self.says: list[str] = []
        self.methods: list[str] = []
        self.faults: list[str] = []

    def answer(self, request: Request) -> Answer:
        """Do what a request asks for, and answer as Slack does: with 200, whatever came of it."""
        method = urlsplit(request.path).path.rpartition("/")[2]
        self.methods.append(method)
        arguments = msgspec.json.decode(request.body)
        self.faults += _faults(method, request, arguments)
        if self.says:
            return refused(self.says.pop(0))
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return refused("invalid_auth")
        return self._update(arguments) if method == "chat.update" else self._post(arguments)

    def delete(self, ts: str) -> None:
        """Delete a message, as its channel's people may."""
        self.messages = [each for each in self.messages if each.ts != ts]

    def _post(self, arguments: dict[str, Any]) -> Answer:
        channel = CHANNELS.get(arguments["channel"], arguments["channel"])
        if channel not in CHANNELS.values():
            return refused("channel_not_found")
        ts = f"1503435956.{len(self.methods):06}"
        thread_ts = arguments.get("thread_ts", "")
        if not any(each.ts == thread_ts for each in self.messages):
            thread_ts = ""
        posted = Posted(channel, ts, arguments, thread_ts, arguments.get("reply_broadcast", False))
        self.messages.append(posted)
        return _done(posted)

    def _update(self, arguments: dict[str, Any]) -> Answer:
        for each in self.messages:
            if (each.channel, each.ts) == (arguments["channel"], arguments["ts"]):
                each.arguments = arguments
                return _done(each)
        return refused("message_not_found")


def refused(word: str) -> Answer:
    """Return how Slack says no."""
    return Answer(body=msgspec.json.encode({"ok": False, "error": word}))


def _done(posted: Posted) -> Answer:
    said = {"ok": True, "channel": posted.channel, "ts": posted.ts, "message": {"text": "..."}}
    return Answer(body=msgspec.json.encode(said))


def _faults(method: str, request: Request, arguments: dict[str, Any]) -> Iterator[str]:
    if method not in _ARGUMENTS:
        yield f"unknown_method {method}"
        return
    if request.headers["content-type"].partition(";")[0] != "application/json":
        yield "invalid_post_type"
    yield from slackschema.faults(arguments, _ARGUMENTS[method])
    if not arguments.get("channel"):
        yield "no channel"
    stamps = [arguments[name] for name in ("ts", "thread_ts") if name in arguments]
    if not all(isinstance(each, str) and _TS.fullmatch(each) for each in stamps):
        yield f"timestamps {stamps}"
    if method == "chat.update" and not re.fullmatch("[CDG][A-Z0-9]+", arguments["channel"]):
        yield "chat.update wants a channel's id"
    if "reply_broadcast" in arguments and "thread_ts" not in arguments:
        yield "reply_broadcast without thread_ts"
