"""A mailbox behind a mail server: which messages it takes, and what people see together.

RFC 5322 (messages), RFC 2046 (their parts); developers.google.com/gmail/api/guides/threads and
RFC 5322, 3.6.4, for what belongs to one conversation.
"""

from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage

from cli.vendors.mailserver import Mail, MailServer
from cli.vendors.received import Received, Vendor

# Gmail shows what is above it only to who asks for it.
PAGE_LIMIT_BYTES = 102 * 1024
# RFC 5322, 2.1.1, without the line end.
LINE_LIMIT = 998
# RFC 5322, 3.6: there must be these, and what may be there only once. MIME asks for its version.
_WANTED = ("Date", "From", "Message-ID", "MIME-Version", "Subject", "To")
_ONCE = {*map(str.lower, _WANTED), "sender", "reply-to", "cc", "in-reply-to", "references"}


class Mailbox(Vendor):
    """What came by a mail server, which refuses what is no proper message of two parts."""

    def __init__(self, server: MailServer) -> None:
        super().__init__()
        server.check = lambda content: list(faults(content))
        server.on_mail = self._take

    def _take(self, mail: Mail) -> None:
        message = parsed(mail.content)
        name = str(message["Message-ID"] or "")
        with self.lock:
            self.keep(
                Received(
                    key=name,
                    text="\n".join((str(message["Subject"]), plain_text(message))),
                    is_over=str(message["Subject"]).startswith("[RESOLVED"),
                    thread=conversation(message),
                    faults=mail.faults,
                )
            )


def parsed(content: bytes) -> EmailMessage:
    """Return a message as it is read."""
    message = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage), "that policy makes no other"
    return message


def conversation(message: EmailMessage) -> str:
    """Return the name of the message that opened what a message belongs to; its own if none."""
    references = str(message["References"] or message["In-Reply-To"] or message["Message-ID"] or "")
    return references.split(maxsplit=1)[0] if references.strip() else ""


def plain_text(message: EmailMessage) -> str:
    """Return what a message says without its page; "" if that is all that it has."""
    part = message.get_body(("plain",))
    return "" if part is None else str(part.get_content())


def faults(content: bytes) -> Iterator[str]:
    """Yield in which ways a message is not as the RFCs ask, or loses something on its way."""
    if max(map(len, content.split(b"\r\n"))) > LINE_LIMIT:
        yield "a line is too long"
    if not content.isascii():
        yield "not ASCII"
    message = parsed(content)
    yield from (type(each).__name__ for part in message.walk() for each in part.defects)
    names = [name.lower() for name in message]
    yield from (f"no {name}" for name in _WANTED if name.lower() not in names)
    yield from (f"{name} twice" for name in sorted(_ONCE) if names.count(name) > 1)
    if message.get_content_type() != "multipart/alternative":
        yield f"{message.get_content_type()}, not a text and a page"
        return
    yield from _part_faults(message)


def _part_faults(message: EmailMessage) -> Iterator[str]:
    kinds = [part.get_content_type() for part in message.iter_parts()]
    # RFC 2046, 5.1.4: the plainest first.
    if kinds != ["text/plain", "text/html"]:
        yield f"parts {', '.join(kinds)}"
        return
    plain, page = (part.get_content() for part in message.iter_parts())
    if not plain.strip() or not page.strip():
        yield "an empty part"
    if len(page.encode()) > PAGE_LIMIT_BYTES:
        yield "the page is too large"
