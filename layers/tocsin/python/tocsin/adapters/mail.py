"""Handing a message to a mail server.

Sources: RFC 5321, 4.2 (reply codes), RFC 3207 (STARTTLS), RFC 4954 (AUTH), RFC 4616 (PLAIN),
RFC 3463 (enhanced status codes), and, for Amazon's servers,
docs.aws.amazon.com/ses/latest/dg/manage-sending-quotas-errors.html.
"""

import re
from base64 import b64encode
from collections.abc import Callable
from time import monotonic

import msgspec

from tocsin.adapters.mailsession import Reply, Session, opened
from tocsin.domain.channels import Smtp
from tocsin.domain.errors import Permanent, Retryable, Throttled, TocsinError, Unsendable

# Where a server stands before it has seen anything of the message.
_BEFORE = ("connection", "EHLO", "STARTTLS", "AUTH")
_FEWER = {421, 450}
# RFC 5321, 3.8: the server ends the connection.
_ENDS = 421
# SES says so where its rate or quota is used up; to AUTH it means that nobody is let in now.
_FEWER_OR_NO_LOGIN = 454

# How the reason ends where a login was refused.
NO_LOGIN = " to AUTH"

_STATUS = re.compile(rb"\s*([245]\.\d{1,3}\.\d{1,3})\b")


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """A message, from whom and to whom; the addresses are ASCII.

    `is_rest`: others have it already, so that it says nothing of the server if these are refused.
    """

    sender: str
    to: tuple[str, ...]
    content: bytes
    is_rest: bool = False


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """What the server said to the message, and the recipients that it refused, with its codes."""

    said: str
    refused: dict[str, str]

    @property
    def later(self) -> tuple[str, ...]:
        """Who may be taken later. Source: RFC 5321, 4.2.1 (4yz)."""
        return tuple(at for at, code in self.refused.items() if code.startswith("4"))


def submit(
    server: Smtp,
    password: str,
    envelope: Envelope,
    address_of: Callable[[str, int], str],
    timeout_s: float,
) -> Taken:
    """Hand a message to a mail server; who is refused is left out as long as anybody is not.

    Of a message that others have, all may be refused: then nothing is handed over.

    `address_of` returns the address of a host, or raises as `Http.address_of` does. The whole
    takes `timeout_s`, without the look-up of the name.

    Raises:
        Throttled: The server asks for fewer messages: 421, 450, or 454 but to AUTH.
        Retryable: There was no answer in time, or 4yz. Also whatever goes wrong before the
            message, which says nothing of it: no TLS, no login, no service.
        Permanent: 5yz to the sender, to all recipients or to the message.
        Unsendable: The address must not be called, or cannot be written.

    The reasons never repeat what the server said, but for its codes.
    """
    deadline_s = monotonic() + timeout_s
    # RFC 5321, 4.1.4: a name that is its own. Relays ask for one of the sender's domain.
    name = envelope.sender.rpartition("@")[2]
    try:
        address = _guarded(address_of, server)
        with opened(address, server.port, name, deadline_s) as session:
            _greet(session, server)
            if server.username:
                _log_in(session, server.username, password)
            return _send(session, envelope)
    # Among them TimeoutError, SSLError and all that smtplib raises.
    except OSError as error:
        raise Retryable(f"no answer: {_kind(error)}") from None
    except ValueError:
        raise Unsendable("a host or an address cannot be written") from None


def _guarded(address_of: Callable[[str, int], str], server: Smtp) -> str:
    try:
        return address_of(server.host, server.port)
    except Permanent as error:
        raise Unsendable(error.reason) from None


def _greet(session: Session, server: Smtp) -> None:
    if server.tls == "tls":
        session.encrypt(server.host)
    _expect(220, session.getreply(), "connection")
    _expect(250, session.ehlo(), "EHLO")
    if server.tls == "starttls":
        # Whoever sits between the two can leave it out: then nothing is sent.
        if not session.has_extn("starttls"):
            raise Retryable("the mail server offers no STARTTLS")
        _expect(220, session.docmd("STARTTLS"), "STARTTLS")
        session.encrypt(server.host)
        _expect(250, session.ehlo(), "EHLO")


def _log_in(session: Session, username: str, password: str) -> None:
    """Log in with PLAIN or LOGIN. smtplib's own way takes ASCII only, and quotes what is not."""
    offered = session.esmtp_features.get("auth", "").upper().split()
    if "PLAIN" in offered:
        whole = "\0".join(("", username, password))
        reply = session.docmd("AUTH", f"PLAIN {_base64(whole)}")
    elif "LOGIN" in offered:
        _expect(334, session.docmd("AUTH", "LOGIN"), "AUTH")
        _expect(334, session.docmd(_base64(username)), "AUTH")
        reply = session.docmd(_base64(password))
    else:
        raise Retryable("the mail server offers no login with a password")
    _expect(235, reply, "AUTH")


def _send(session: Session, envelope: Envelope) -> Taken:
    _expect(250, session.mail(envelope.sender), "MAIL")
    replies = {at: session.rcpt(at) for at in envelope.to}
    refused = {at: reply for at, reply in replies.items() if reply[0] not in (250, 251)}
    codes = {at: _code(each) for at, each in refused.items()}
    if len(refused) == len(replies):
        if envelope.is_rest and _ENDS not in {reply[0] for reply in refused.values()}:
            return Taken(said="", refused=codes)
        # If any of them may be taken later, trying again helps.
        raise _error(min(refused.values(), key=lambda reply: reply[0]), "RCPT")
    try:
        reply = session.deliver(envelope.content)
    except OSError as error:
        reason = f"no answer to the message, which may have arrived: {_kind(error)}"
        raise Retryable(reason) from None
    _expect(250, reply, "DATA")
    return Taken(said=reply[1].decode("ascii", "replace"), refused=codes)


def _expect(code: int, reply: Reply, to: str) -> None:
    if reply[0] != code:
        raise _error(reply, to)


def _error(reply: Reply, to: str) -> TocsinError:
    """Return what a reply means that is not the one hoped for."""
    code, reason = reply[0], f"SMTP {_code(reply)} to {to}"
    if code in _FEWER or (code == _FEWER_OR_NO_LOGIN and to != "AUTH"):
        return Throttled(reason)
    if to not in _BEFORE and 500 <= code < 600:
        return Permanent(reason)
    return Retryable(reason)


def _code(reply: Reply) -> str:
    """Return the code of a reply, and its enhanced status code if it has one."""
    found = _STATUS.match(reply[1])
    return f"{reply[0]} {found[1].decode()}" if found else str(reply[0])


def _base64(text: str) -> str:
    return b64encode(text.encode()).decode()


def _kind(error: OSError) -> str:
    """Return what went wrong; smtplib hides it behind an error of its own."""
    cause = error.__context__
    return type(cause if isinstance(cause, OSError) else error).__name__
