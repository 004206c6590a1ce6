"""Presses of buttons in Slack: who pressed stands in the timeline.

A request is believed where both hold: the token of the button was made here, and the request is
signed with the signing secret of the app that this very receiver posts as. Slack waits three
seconds for the answer, and sends nothing again. What a press did is said in Slack, if there is time
for that: it is done by then, whether that arrives or not.
https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
"""

import re
from collections.abc import Callable
from urllib.parse import parse_qs

import msgspec

from tocsin.domain.actionlink import BUTTON, InvalidLink
from tocsin.domain.channels import SlackApp
from tocsin.domain.config import Receiver, Signature
from tocsin.domain.errors import InvalidInput, InvalidSignature, TooLarge
from tocsin.domain.plaintext import cut, one_line
from tocsin.domain.signatures.proof import check_fresh
from tocsin.domain.signatures.slack import verify
from tocsin.pipeline.pressing import About
from tocsin.runtime.actions.ports import ActionPorts, shown_receiver
from tocsin.runtime.gateway import HttpRequest

PATH = "/v1/slack/actions"
BODY_LIMIT_BYTES = 256 * 1024
# From when a request came on: until when its answer may read, and something be said about it.
WAITS_S = 2.0
SAYS_UNTIL_S = 2.7
_REPLY_S = 1.0
_LEAST_REPLY_S = 0.25
_MOMENT = re.compile(r"[0-9]{1,20}\.[0-9]{1,10}")
_NAME_LIMIT = 60
_FIELDS_LIMIT = 10
# As old as a request may be: docs.slack.dev/authentication/verifying-requests-from-slack
_SIGNATURE = Signature(provider="slack", scheme="slack", tolerance_s=300.0)


class _User(msgspec.Struct, frozen=True):
    id: str
    username: str = ""
    name: str = ""


class _Pressed(msgspec.Struct, frozen=True):
    action_id: str = ""
    value: str = ""


class _Container(msgspec.Struct, frozen=True):
    message_ts: str | None = None
    thread_ts: str | None = None


class _Payload(msgspec.Struct, frozen=True):
    type: str
    user: _User
    actions: tuple[_Pressed, ...] = ()
    container: _Container = _Container()
    response_url: str | None = None

    @property
    def thread(self) -> str:
        """The thread that a press belongs to: that of the message, or the one that it opens."""
        found = self.container.thread_ts or self.container.message_ts or ""
        return found if _MOMENT.fullmatch(found) else ""


_decoder = msgspec.json.Decoder(_Payload)


def press(
    request: HttpRequest,
    ports: ActionPorts,
    now_s: float,
    has_time: Callable[[], bool],
    left_s: Callable[[], float],
) -> None:
    """Do what the button is for that somebody pressed, once, and say so in Slack.

    `left_s` returns how long saying so may take. Raises InvalidInput: 400 for what is no press of
    a button of ours, 401 for what Slack did not sign for this receiver, what
    `ActionPorts.admitted` raises, and what `Presses.press` does, unless Slack was told that.
    """
    payload = _read(request)
    token = next((each.value for each in payload.actions if each.action_id.startswith(BUTTON)), "")
    if payload.type != "block_actions" or not token:
        raise InvalidInput("this takes presses of tocsin's buttons alone", status=400)
    link, receiver = ports.admitted(token, now_s)
    _check(request, receiver, ports, now_s)
    text = f"button of receiver {shown_receiver(receiver)}"
    by, said = _by(payload.user), _Saying(payload, receiver, ports, left_s)
    try:
        about = ports.presses.press(link, by, text, now_s, has_time)
    except InvalidInput as error:
        if not said.refused(error):
            raise
        return
    said.done(about)


class _Saying:
    """Says in Slack what a press came to, if there is time for it."""

    def __init__(
        self,
        payload: _Payload,
        receiver: Receiver,
        ports: ActionPorts,
        left_s: Callable[[], float],
    ) -> None:
        self._payload = payload
        self._language = receiver.language
        self._ports = ports
        self._left_s = left_s

    def done(self, about: About) -> bool:
        """Say what was done; tell whether that arrived."""
        if not self._has_time():
            return False
        # Imported here, when what was asked for is done: it brings the way out.
        from tocsin.runtime.actions.slackreply import done

        by, thread = _called(self._payload.user), self._payload.thread
        return self._say(done(about, by, thread, self._language))

    def refused(self, error: InvalidInput) -> bool:
        """Say why nothing was done; tell whether that arrived."""
        if not self._has_time():
            return False
        from tocsin.runtime.actions.slackreply import refused

        return self._say(refused(error, self._language))

    def _has_time(self) -> bool:
        return bool(self._payload.response_url) and self._left_s() >= _LEAST_REPLY_S

    def _say(self, body: bytes) -> bool:
        if not self._has_time():
            return False
        url = self._payload.response_url or ""
        return self._ports.reply(url, body, min(self._left_s(), _REPLY_S))


def _read(request: HttpRequest) -> _Payload:
    if len(request.raw_body) > BODY_LIMIT_BYTES:
        raise TooLarge(f"a body may have {BODY_LIMIT_BYTES} bytes")
    try:
        fields = parse_qs(request.raw_body.decode(), max_num_fields=_FIELDS_LIMIT)
        return _decoder.decode(fields["payload"][0])
    # What cannot be read is a ValueError to both.
    except (ValueError, KeyError, RecursionError):
        raise InvalidInput("the body has no payload of Slack's", status=400) from None


def _check(request: HttpRequest, receiver: Receiver, ports: ActionPorts, now_s: float) -> None:
    app = receiver.settings
    if not isinstance(app, SlackApp) or not app.signing_secret:
        message = "this receiver has no buttons"
        raise InvalidLink(message, status=403, code="switched_off")
    secret = ports.secret(app.signing_secret).strip()
    # An empty secret would let anybody sign.
    if not secret:
        raise InvalidSignature
    proof = verify(_SIGNATURE, request.headers, request.raw_body, [secret.encode()])
    check_fresh(proof, _SIGNATURE.tolerance_s, now_s)


def _by(user: _User) -> str:
    """Return who pressed: the name that they have now, and the id, which nobody can change."""
    return f"{_name(user)} (Slack {cut(one_line(user.id), _NAME_LIMIT)})".strip()


def _called(user: _User) -> str:
    """Return who pressed as people in Slack call each other; it calls nobody."""
    name = _name(user)
    return f"@{name}" if name else cut(one_line(user.id), _NAME_LIMIT)


def _name(user: _User) -> str:
    return cut(one_line(user.username or user.name), _NAME_LIMIT)
