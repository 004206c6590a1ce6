"""A workspace of Slack as its Web API shows it: chat.postMessage and chat.update.

docs.slack.dev/reference/methods; what the documentation forbids is refused, and kept in `faults`.
"""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import msgspec

from cli.vendors import slackschema
from cli.vendors.localserver import Answer, Request
from cli.vendors.received import Received, Vendor, digest

# Made up, for who has no other.
TOKEN = "xoxb-17653672481-19874698323"  # noqa: S105 - it opens nothing
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


class Workspace(Vendor):
    """What was posted, newest last. Words in `says` are the next answers instead of doing it."""

    def __init__(self, token: str = TOKEN) -> None:
        super().__init__()
        self._token = token
        self.messages: list[Posted] = []
        self.says: list[str] = []
        self.methods: list[str] = []
        self.faults: list[str] = []

    def answer(self, request: Request) -> Answer:
        """Do what a request asks for, and answer as Slack does: with 200, whatever came of it."""
        method = urlsplit(request.path).path.rpartition("/")[2]
        arguments = slackschema.message(request.body)
        with self.lock:
            self.methods.append(method)
            found = tuple(_faults(method, request, arguments))
            self.faults += found
            done = self._done(method, request, arguments, found)
            if not isinstance(done, Posted):
                found = found or (done,)
            self.keep(_read(request, arguments, done, found))
        return _answer(done) if isinstance(done, Posted) else refused(done)

    def delete(self, ts: str) -> None:
        """Delete a message, as its channel's people may."""
        self.messages = [each for each in self.messages if each.ts != ts]

    def _done(
        self, method: str, request: Request, arguments: dict[str, Any], found: tuple[str, ...]
    ) -> "Posted | str":
        """Return what was posted or changed, or the word for why not."""
        if self.says:
            return self.says.pop(0)
        if request.headers.get("authorization") != f"Bearer {self._token}":
            return "invalid_auth"
        if not arguments:
            return "invalid_json"
        if found:
            return _word(method, arguments)
        return self._update(arguments) if method == "chat.update" else self._post(arguments)

    def _post(self, arguments: dict[str, Any]) -> "Posted | str":
        channel = CHANNELS.get(arguments["channel"], arguments["channel"])
        if channel not in CHANNELS.values():
            return "channel_not_found"
        ts = f"1503435956.{len(self.methods):06}"
        thread_ts = arguments.get("thread_ts", "")
        if not any(each.ts == thread_ts for each in self.messages):
            thread_ts = ""
        posted = Posted(channel, ts, arguments, thread_ts, arguments.get("reply_broadcast", False))
        self.messages.append(posted)
        return posted

    def _update(self, arguments: dict[str, Any]) -> "Posted | str":
        for each in self.messages:
            if (each.channel, each.ts) == (arguments["channel"], arguments["ts"]):
                each.arguments = arguments
                return each
        return "message_not_found"


def _word(method: str, arguments: dict[str, Any]) -> str:
    """Return the word for what is not as documented."""
    if method not in _ARGUMENTS:
        return "unknown_method"
    is_shown = slackschema.refused_for(arguments, _ARGUMENTS[method])
    return "invalid_blocks" if is_shown else "invalid_arguments"


def _read(
    request: Request, arguments: dict[str, Any], done: Posted | str, faults: tuple[str, ...]
) -> Received:
    is_done = isinstance(done, Posted)
    return Received(
        # Slack knows no key; what is the same came twice.
        key=digest(request.path.encode(), request.body),
        text=slackschema.text(arguments) if is_done else str(done),
        is_over=is_done and slackschema.is_over(arguments),
        thread=done.thread_ts or done.ts if isinstance(done, Posted) else "",
        faults=faults,
    )


def refused(word: str) -> Answer:
    """Return how Slack says no."""
    return Answer(body=msgspec.json.encode({"ok": False, "error": word}))


def _answer(posted: Posted) -> Answer:
    said = {"ok": True, "channel": posted.channel, "ts": posted.ts, "message": {"text": "..."}}
    return Answer(body=msgspec.json.encode(said))


def _faults(method: str, request: Request, arguments: dict[str, Any]) -> Iterator[str]:
    if method not in _ARGUMENTS:
        yield f"unknown_method {method}"
        return
    if request.headers.get("content-type", "").partition(";")[0] != "application/json":
        yield "invalid_post_type"
    yield from slackschema.refused_for(arguments, _ARGUMENTS[method])
    if not isinstance(arguments.get("channel"), str):
        yield "no channel"
        return
    stamps = [arguments[name] for name in ("ts", "thread_ts") if name in arguments]
    if not all(isinstance(each, str) and _TS.fullmatch(each) for each in stamps):
        yield f"timestamps {stamps}"
    if method == "chat.update" and "ts" not in arguments:
        yield "no ts"
    if method == "chat.update" and not re.fullmatch("[CDG][A-Z0-9]+", arguments["channel"]):
        yield "chat.update wants a channel's id"
    if "reply_broadcast" in arguments and "thread_ts" not in arguments:
        yield "reply_broadcast without thread_ts"
