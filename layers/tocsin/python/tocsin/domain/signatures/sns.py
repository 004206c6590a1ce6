"""Amazon SNS: messages that are signed with AWS's key and say where its certificate is.

Only what is pure is here: what a message says, which text is signed, and which addresses are
AWS's. Who signs is decided by the topic: anybody with an AWS account can have SNS sign, so a
right signature is worth nothing without the topic being one that the tenant named.
Source: docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html.
"""

import re
from base64 import b64decode
from datetime import datetime

import msgspec

from tocsin.domain.errors import InvalidSignature
from tocsin.domain.signatures.proof import Proof

_HOST = r"https://sns\.[a-z0-9-]{3,32}\.amazonaws\.com(?:\.cn)?"
# A query would do: SNS itself can be made to answer one with a stranger's text.
_CERTIFICATE = re.compile(_HOST + r"/SimpleNotificationService-[0-9A-Za-z]{1,64}\.pem")
_CONFIRMATION = re.compile(_HOST + r"/\?Action=ConfirmSubscription&[0-9A-Za-z&=:._%-]{1,1024}")

_NOTIFICATION = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
_HANDSHAKE = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")


class SnsMessage(msgspec.Struct, frozen=True, rename="pascal"):
    """The envelope of one SNS message; times are text in ISO 8601."""

    type: str
    message_id: str
    topic_arn: str
    message: str
    timestamp: str
    signature_version: str
    signature: str
    certificate_url: str = msgspec.field(name="SigningCertURL")
    subject: str | None = None
    subscribe_url: str | None = msgspec.field(name="SubscribeURL", default=None)
    token: str | None = None


_decoder = msgspec.json.Decoder(SnsMessage)


def read(body: bytes) -> SnsMessage:
    """Read a message. Raises InvalidSignature for what has not the fields of a signed one."""
    try:
        return _decoder.decode(body)
    except msgspec.MsgspecError:
        raise InvalidSignature from None


def is_signed(body: bytes) -> bool:
    """Return whether a body looks like a signed message; raw message delivery signs nothing."""
    return b'"Signature"' in body


def signed_text(message: SnsMessage) -> bytes:
    """Return the text under the signature: each field's name and value on a line of its own."""
    names = _NOTIFICATION if message.type == "Notification" else _HANDSHAKE
    values = {
        "Message": message.message,
        "MessageId": message.message_id,
        "Subject": message.subject,
        "SubscribeURL": message.subscribe_url,
        "Timestamp": message.timestamp,
        "Token": message.token,
        "TopicArn": message.topic_arn,
        "Type": message.type,
    }
    lines = [f"{name}\n{values[name]}\n" for name in names if values[name] is not None]
    return "".join(lines).encode()


def signature_bytes(message: SnsMessage) -> bytes:
    """Return the signature itself. Raises InvalidSignature if it is no base64."""
    try:
        return b64decode(message.signature, validate=True)
    except ValueError:
        raise InvalidSignature from None


def certificate_url(message: SnsMessage) -> str:
    """Return where the certificate is. Raises InvalidSignature unless AWS keeps it there."""
    if _CERTIFICATE.fullmatch(message.certificate_url) is None:
        raise InvalidSignature
    return message.certificate_url


def confirmation_url(message: SnsMessage) -> str | None:
    """Return the link that confirms this subscription; None if it does not lead to SNS."""
    if message.type != "SubscriptionConfirmation":
        return None
    link = message.subscribe_url or ""
    return link if _CONFIRMATION.fullmatch(link) else None


def proof_of(message: SnsMessage) -> Proof:
    """Return what the signature of a message proves, once it is known to be right."""
    try:
        signed_at = datetime.fromisoformat(message.timestamp)
    except ValueError:
        raise InvalidSignature from None
    if signed_at.tzinfo is None:
        raise InvalidSignature
    return Proof(id=message.message_id, signed_at_s=signed_at.timestamp())
