"""A Slack app: by the Web API, what belongs together is one thread.

https://docs.slack.dev/reference/methods/chat.postMessage and .../chat.update; the limits are in
https://docs.slack.dev/apis/web-api/rate-limits: one message a second and channel, 50 changes a
minute and workspace.
"""

import re
from typing import Any

import msgspec
from msgspec.structs import replace

from tocsin.adapters.http import HttpAnswer
from tocsin.adapters.receivers import slackblocks
from tocsin.adapters.receivers.message import Message, message_of
from tocsin.adapters.receivers.posting import Request, Tools, post, retry_after_s, written
from tocsin.adapters.receivers.slackwords import BUSY, FIXED, FORM, GONE, REFUSALS
from tocsin.domain.channels import SlackApp
from tocsin.domain.config import Receiver
from tocsin.domain.decision import ENRICHED
from tocsin.domain.errors import Permanent, Retryable, Throttled
from tocsin.domain.group import Thread
from tocsin.ports import Notification

_API = "https://slack.com/api"
# An answer shows the message, and what it answers too, perhaps in six bytes a character.
_ANSWER_LIMIT_BYTES = 1024 * 1024
# How an answer begins of which not all came.
_DONE = re.compile(
    rb'\s*\{\s*"ok"\s*:\s*true\s*,'
    rb'(?:\s*"channel"\s*:\s*"([A-Z0-9]{1,32})"\s*,\s*"ts"\s*:\s*"([0-9.]{1,32})")?'
)
_WORD = re.compile(r"[a-z0-9_]{1,64}")
# What a scope is called, as in "missing_scope".
_SCOPES = re.compile(r"[a-z0-9_:.,-]{1,200}")


class Call(msgspec.Struct, frozen=True):
    """A method of the Web API and its arguments.

    `elsewhere` are the words after which the same is to be said by the next call; the last call has
    none of them. `otherwise` are those after which it is to be said in plain text.
    """

    method: str
    arguments: dict[str, Any]
    elsewhere: frozenset[str] = frozenset()
    otherwise: frozenset[str] = FORM


class _Said(msgspec.Struct, frozen=True):
    ok: bool
    error: str = ""
    channel: str = ""
    ts: str = ""
    needed: str = ""


def send(notification: Notification, app: SlackApp, tools: Tools) -> str:
    """Say it where it belongs, and return a receipt that names the message and its channel.

    Raises as `posting.post` does. What is not there any more is said anew in the channel; a call
    that did nothing does not make two of what is said.
    """
    receiver = notification.receiver
    token = tools.secret(app.token).strip()
    planned = written(receiver, lambda: calls(notification, app, tools.external_url))
    until_s = tools.clock() + receiver.timeout_s
    while True:
        call = planned[0]
        left_s = until_s - tools.clock()
        if left_s <= 0.0:
            raise Retryable(f"receiver {receiver.name}: no time left for {call.method}")
        said = _call(call, replace(receiver, timeout_s=left_s), app, token, tools)
        if said.ok:
            return f"{said.channel}/{said.ts}/{app.channel}" if said.ts else ""
        if said.error in call.elsewhere:
            planned = planned[1:]
        else:
            bare = written(
                receiver, lambda: calls(notification, app, tools.external_url, is_bare=True)
            )
            planned = bare[-len(planned) :]


def calls(
    notification: Notification, app: SlackApp, external_url: str, *, is_bare: bool = False
) -> tuple[Call, ...]:
    """Return what to call: the first, and each further one where the one before it cannot be.

    The end changes the first message, so that the channel shows that it is over, and saying it
    twice changes nothing; unless `on_resolve` wants an answer instead. What Slack does not take in
    blocks it is told in plain text, `is_bare`, in the same places; that changes no message, which
    would keep its blocks.
    """
    message = message_of(notification, slackblocks.SHOWN_ALERTS, external_url)
    otherwise: frozenset[str] = frozenset() if is_bare else FORM
    body = (
        slackblocks.bare(message)
        if is_bare
        else slackblocks.body(message, has_buttons=bool(app.signing_secret))
    )
    new = {"channel": app.channel, **body, **_AS_WRITTEN}
    anew = Call("chat.postMessage", new, otherwise=otherwise)
    place = _place(notification.thread, app)
    if place is None:
        return (anew,)
    channel, ts = place
    is_changed = message.is_over and app.on_resolve == "update"
    # Whoever reads the channel cannot see the end in the first message: they are told.
    is_shown = is_changed or _is_for_all(notification, message)
    answered = _answer(channel, ts, body, is_shown=is_shown)
    answer = Call("chat.postMessage", answered, GONE, otherwise)
    if is_bare or not is_changed:
        return (answer, anew)
    change = {"channel": channel, "ts": ts, **body, "parse": "none", "link_names": False}
    return (Call("chat.update", change, FIXED | GONE), answer, anew)


# Nothing in it becomes a link, a mention or a preview by itself.
_AS_WRITTEN = {
    "parse": "none",
    "link_names": False,
    "unfurl_links": False,
    "unfurl_media": False,
}


def _answer(channel: str, ts: str, body: dict[str, Any], *, is_shown: bool) -> dict[str, Any]:
    arguments = {"channel": channel, "thread_ts": ts, **body, **_AS_WRITTEN}
    if is_shown:
        arguments["reply_broadcast"] = True
    return arguments


def _is_for_all(notification: Notification, message: Message) -> bool:
    """Tell whether the channel should see it, too: something new fires, or still fires."""
    if message.state == "resolved" or notification.reason == ENRICHED:
        return False
    news = notification.news
    return not news or any(alert.status == "firing" for alert in news)


def _place(thread: Thread | None, app: SlackApp) -> tuple[str, str] | None:
    """Return the channel and the timestamp of the first message, as Slack calls them.

    None if there is none, or none in the channel that is configured by now.
    """
    if thread is None:
        return None
    channel, _, rest = thread.receipt.partition("/")
    ts, _, configured = rest.partition("/")
    return (channel, ts) if channel and ts and configured == app.channel else None


def _call(call: Call, receiver: Receiver, app: SlackApp, token: str, tools: Tools) -> _Said:
    """Call a method; return what was said, if it was done or is to be said in another way."""
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Authorization": f"Bearer {token}",
    }

    def write() -> Request:
        url = f"{app.api_url or _API}/{call.method}"
        return Request(url, msgspec.json.encode(call.arguments), headers)

    answer = post(receiver, tools, write, limit_bytes=_ANSWER_LIMIT_BYTES)
    said = _said(answer)
    if said is None:
        # Whether it was done is not known.
        raise Retryable(f"receiver {receiver.name}: the answer is none of Slack's")
    if not said.ok and said.error not in call.elsewhere | call.otherwise:
        raise _error(said, answer, receiver, tools.clock())
    return said


def _said(answer: HttpAnswer) -> _Said | None:
    """Return what Slack said; None if it said nothing. Of what is done, a part is enough."""
    try:
        return msgspec.json.decode(answer.body, type=_Said)
    except msgspec.DecodeError:
        begun = _DONE.match(answer.body)
    if begun is None:
        return None
    channel, ts = (each.decode() for each in begun.groups(default=b""))
    return _Said(ok=True, channel=channel, ts=ts)


def _error(
    said: _Said, answer: HttpAnswer, receiver: Receiver, now_s: float
) -> Permanent | Retryable:
    word = said.error if _WORD.fullmatch(said.error) else "something that is no word"
    needed = f" ({said.needed})" if _SCOPES.fullmatch(said.needed) else ""
    reason = f"receiver {receiver.name} says {word}{needed}"
    wait_s = retry_after_s(answer.headers.get("retry-after", ""), now_s)
    if word in BUSY:
        return Throttled(reason, wait_s)
    return Permanent(reason) if word in REFUSALS else Retryable(reason, wait_s)
