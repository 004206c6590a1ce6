"""Links by which who is told does something about it: signed, for one thing, for a while.

A token is base64url (RFC 4648, section 5, without padding) of a version, what the link says in
msgpack, and the first 16 bytes of HMAC-SHA256 over both (RFC 2104, section 5). Each tenant has a
key of its own, derived from the secret of the installation.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import blake2b, sha256
from math import ceil
from typing import Literal, get_args

import msgspec

from tocsin.domain.errors import InvalidInput
from tocsin.domain.group import GroupKey, Intent

LinkKind = Literal["acknowledge", "resolve", "silence"]
KINDS: tuple[LinkKind, ...] = get_args(LinkKind)
# How long a link may be used, from when its notification was written down. Less than a silence is
# remembered after its end, so that no link makes two of them.
LIFE_S = 3 * 86_400.0
SILENCE_S = 3600.0
# Far more than any token has, in characters.
TOKEN_LIMIT = 1024

# What the ids of buttons begin with that send a token back.
BUTTON = "tocsin_"

_VERSION = b"\x01"
_MAC_BYTES = 16
_PURPOSE = b"tocsin action links of "


class MessageAction(msgspec.Struct, frozen=True, kw_only=True):
    """What who is told can do: by opening `url`, or by whatever sends back `token`."""

    name: LinkKind
    title: str
    url: str
    token: str


class ActionLink(msgspec.Struct, frozen=True, array_like=True):
    """What a link is for: a group of a receiver, as a notification told of it.

    `group` is the end of the group's storage key. What a notification told fired before
    `told_at_ms` (epoch milliseconds). `nonce` names the link: equal in every attempt.
    """

    tenant: str
    receiver: str
    group: bytes
    kind: LinkKind
    told_at_ms: int
    expires_at_s: int
    nonce: bytes

    @property
    def id(self) -> str:
        """What the action of this link is called, however often it is asked for."""
        return self.nonce.hex()

    def names(self, key: GroupKey) -> bool:
        """Tell whether this is the group that the link is about."""
        known = (key.tenant, key.receiver) == (self.tenant, self.receiver)
        return known and _place(key) == self.group


_decoder = msgspec.msgpack.Decoder(ActionLink)


class InvalidLink(InvalidInput):
    """A link that nobody made, or that is too old."""

    status = 404
    code = "invalid_link"


def link_for(key: GroupKey, intent: Intent, kind: LinkKind) -> ActionLink:
    """Return the link of one kind for a notification: a pure function of what is written down."""
    named = msgspec.json.encode((key.id, intent.key, kind))
    return ActionLink(
        tenant=key.tenant,
        receiver=key.receiver,
        group=_place(key),
        kind=kind,
        told_at_ms=ceil(intent.created_at_s * 1000),
        expires_at_s=int(intent.created_at_s + LIFE_S),
        nonce=blake2b(named, digest_size=16).digest(),
    )


def token_of(link: ActionLink, secret: bytes) -> str:
    """Return the token of a link, signed with the key of its tenant."""
    said = _VERSION + msgspec.msgpack.encode(link)
    return urlsafe_b64encode(said + _mac(secret, link.tenant, said)).rstrip(b"=").decode()


def read_token(token: str, secret: bytes, now_s: float) -> ActionLink:
    """Return what a token says.

    Raises InvalidLink with status 404 for one that was not signed here, whatever is wrong with
    it, and 410 for one whose time is over. How long it takes says nothing about the signature.
    """
    data = _bytes(token)
    said, mac = data[:-_MAC_BYTES], data[-_MAC_BYTES:]
    if said[:1] != _VERSION:
        raise _forged()
    try:
        link = _decoder.decode(said[1:])
    # What is no UTF-8 is another error to it than what is no msgpack, and so is what is too deep.
    except (ValueError, RecursionError):
        raise _forged() from None
    if not hmac.compare_digest(mac, _mac(secret, link.tenant, said)):
        raise _forged()
    if now_s >= link.expires_at_s:
        raise InvalidLink("this link is too old to be used", status=410, code="expired_link")
    return link


def _bytes(token: str) -> bytes:
    if len(token) > TOKEN_LIMIT:
        raise _forged()
    try:
        data = token.encode("ascii")
        found = urlsafe_b64decode(data + b"=" * (-len(data) % 4))
    except ValueError:
        raise _forged() from None
    # What is decoded leniently must not be another name of the same link.
    if urlsafe_b64encode(found).rstrip(b"=") != data:
        raise _forged()
    return found


def _mac(secret: bytes, tenant: str, said: bytes) -> bytes:
    key = hmac.digest(secret, _PURPOSE + tenant.encode(errors="surrogatepass"), sha256)
    return hmac.digest(key, said, sha256)[:_MAC_BYTES]


def _place(key: GroupKey) -> bytes:
    return bytes.fromhex(key.id.rpartition("#")[2])


def _forged() -> InvalidLink:
    return InvalidLink("this link is not valid")
