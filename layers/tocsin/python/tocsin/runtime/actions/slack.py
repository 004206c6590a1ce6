"""Presses of buttons in Slack: who pressed stands in the timeline.

A request is believed where both hold: the token of the button was made here, and the request is
signed with the signing secret of the app that this very receiver posts as. Slack waits three
seconds for the answer, and sends nothing again.
https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
"""

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
from tocsin.runtime.actions.ports import ActionPorts, shown_receiver
from tocsin.runtime.gateway import HttpRequest

PATH = "/v1/slack/actions"
BODY_LIMIT_BYTES = 256 * 1024
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


class _Payload(msgspec.Struct, frozen=True):
    type: str
    user: _User
    actions: tuple[_Pressed, ...] = ()


_decoder = msgspec.json.Decoder(_Payload)


def press(
    request: HttpRequest, ports: ActionPorts, now_s: float, has_time: Callable[[], bool]
) -> None:
    """Do what the button is for that somebody pressed, once.

    Raises InvalidInput: 400 for what is no press of a button of ours, 401 for what Slack did not
    sign for this receiver, and whatever `Presses.press` and `ActionPorts.admitted` raise.
    """
    payload = _read(request)
    token = next((each.value for each in payload.actions if each.action_id.startswith(BUTTON)), "")
    if payload.type != "block_actions" or not token:
        raise InvalidInput("this takes presses of tocsin's buttons alone", status=400)
    link, receiver = ports.admitted(token, now_s)
    _check(request, receiver, ports, now_s)
    text = f"button of receiver {shown_receiver(receiver)}"
    ports.presses.press(link, _by(payload.user), text, now_s, has_time)


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
    name = cut(one_line(user.username or user.name), _NAME_LIMIT)
    return f"{name} (Slack {cut(one_line(user.id), _NAME_LIMIT)})".strip()
