"""The e-mail receiver: one message in plain text and HTML, through SES or a mail server.

What belongs together is found by `References`: the first message names a message that never was,
and all that follow name it, too, so that it holds even where a server gives its own Message-ID.
Sources: RFC 5322, 3.6.4 (identification), RFC 3834 (automatic messages), and
docs.microsoft.com, "X-Auto-Response-Suppress".
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from hashlib import blake2b
from itertools import accumulate, takewhile
from typing import cast

from tocsin.adapters.mail import Envelope
from tocsin.adapters.receivers.email import mime, ses, smtp
from tocsin.adapters.receivers.email.entries import doing, entries, notes
from tocsin.adapters.receivers.email.page import (
    PAGE_LIMIT_BYTES,
    note,
    render_page,
    row,
    written_row,
)
from tocsin.adapters.receivers.email.plain import head, render_plain
from tocsin.adapters.receivers.message import Message, message_of
from tocsin.adapters.receivers.posting import Tools, written
from tocsin.domain.channels import Email
from tocsin.domain.errors import PartlyTaken, Permanent, Retryable
from tocsin.domain.plaintext import cut, one_line
from tocsin.ports import Notification

SHOWN_ALERTS = 20
# In characters. A phone shows some 40 of a subject, a desktop some 100.
SUBJECT_LIMIT = 160
TITLE_LIMIT = 500
TEXT_LIMIT = 20_000
# What the frame around the alerts takes at most.
_FRAME_BYTES = 10_000

_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
_MESSAGE_ID = re.compile(r"<[A-Za-z0-9._-]{1,200}@[A-Za-z0-9.-]{1,200}>")


def send(notification: Notification, tools: Tools) -> str:
    """Send the message, and return its Message-ID at SES or what the mail server said.

    Who has it already gets it no more. Raises as `Receivers.send` does.
    """
    receiver = notification.receiver
    content = written(receiver, lambda: render(notification, tools.external_url, tools.clock()))
    settings = cast(Email, receiver.settings)
    to = tuple(at for at in settings.to if at not in notification.taken)
    if not to:
        # Whoever is missing is none of the recipients any more.
        return ""
    is_rest = bool(notification.taken)
    envelope = Envelope(sender=settings.sender, to=to, content=content, is_rest=is_rest)
    try:
        if settings.smtp is None:
            return ses.send(settings, envelope, tools)
        return smtp.send(settings.smtp, envelope, receiver.timeout_s, tools)
    except PartlyTaken as error:
        reason = f"receiver {receiver.name}: {error.reason}"
        raise PartlyTaken(reason, error.retry_after_s, taken=error.taken) from None
    except (Retryable, Permanent) as error:
        raise type(error)(f"receiver {receiver.name}: {error.reason}") from None


def render(notification: Notification, external_url: str, at_s: float) -> bytes:
    """Return the message; only its Date, `at_s`, is new in each attempt."""
    message = message_of(notification, SHOWN_ALERTS, external_url)
    title = _title(message, TITLE_LIMIT)
    said, shown = notes(message), () if message.text else entries(message)
    text = cut(message.text, TEXT_LIMIT)
    rows = [written_row(text)] if text else _fitting([row(entry) for entry in shown])
    left_out = 0 if text else message.more + len(shown) - len(rows)
    more = message.words.more.format(count=left_out) if left_out else ""
    foot = f"tocsin, tenant {notification.group.tenant}, receiver {notification.receiver.name}"
    return mime.message(
        _headers(notification, message, at_s),
        render_plain(
            head(title, said), text or shown[: len(rows)], more, message.url, foot, doing(message)
        ),
        render_page(message, title, [*map(note, said), *rows], more, foot),
        f"=_{_digest(notification.key)}",
    )


def _title(message: Message, limit: int) -> str:
    # Of a thousand long names only the beginning is worth the work.
    return cut(one_line(message.title[: 2 * limit]), limit)


def _fitting(rows: list[str]) -> list[str]:
    """Return the rows that all together have room, one at the least."""
    sizes = accumulate(len(each.encode()) for each in rows)
    count = sum(1 for _ in takewhile(lambda size: size <= PAGE_LIMIT_BYTES - _FRAME_BYTES, sizes))
    return rows[: max(count, 1)]


def _headers(
    notification: Notification, message: Message, at_s: float
) -> Iterator[tuple[str, str]]:
    settings = cast(Email, notification.receiver.settings)
    yield "From", mime.address(settings.sender_name, settings.sender)
    yield "To", ",\r\n ".join(settings.to)
    yield "Subject", mime.text(_title(message, SUBJECT_LIMIT), "Subject")
    yield "Date", format_datetime(datetime.fromtimestamp(at_s, UTC))
    yield from _identification(notification, settings.sender.rpartition("@")[2])
    yield "Auto-Submitted", "auto-generated"
    yield "X-Auto-Response-Suppress", "All"
    if message.state == "firing" and message.severity == "critical":
        yield "Importance", "high"
        yield "X-Priority", "1"
    yield "X-Tocsin-Tenant", notification.group.tenant
    yield "X-Tocsin-Receiver", mime.text(notification.receiver.name, "X-Tocsin-Receiver")
    yield "X-Tocsin-State", message.state
    yield "X-Tocsin-Severity", message.severity


def _identification(notification: Notification, domain: str) -> Iterator[tuple[str, str]]:
    thread = notification.thread
    first = _name(thread.key if thread else notification.key)
    root = f"<thread.{first}@{domain}>"
    yield "Message-ID", f"<{_name(notification.key)}@{domain}>"
    if thread is None:
        yield "References", root
        return
    # SES gave the first one a Message-ID of its own, and that is its receipt.
    is_known = _MESSAGE_ID.fullmatch(thread.receipt) is not None
    opening = thread.receipt if is_known else f"<{first}@{domain}>"
    yield "In-Reply-To", opening
    yield "References", f"{root}\r\n {opening}"


def _name(key: str) -> str:
    return key if _ID.fullmatch(key) else _digest(key)


def _digest(key: str) -> str:
    return blake2b(key.encode(errors="replace"), digest_size=16).hexdigest()
