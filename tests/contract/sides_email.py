"""Mail: a mail server on loopback that speaks SMTP, and a stub of SES's API.

Both show what people have in their mailbox. SES gives each message a Message-ID of its own:
docs.aws.amazon.com/ses/latest/dg/header-fields.html.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from email.message import EmailMessage
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any

from botocore.exceptions import ClientError, ReadTimeoutError
from msgspec.structs import replace

from cli.vendors import mailbox
from cli.vendors.mailserver import MailServer, mail_server
from tests.builders import receiver
from tests.channels import tools
from tests.contract.seen import Seen
from tocsin.domain.channels import Email, Smtp
from tocsin.domain.secret import Secret

TO, SENDER = ("ann@example.com", "bob@example.com"), "tocsin@example.com"
PASSWORD = "hunter2hush"
_NO_ANSWER_S = 0.2
_HEADERS = {
    "Auto-Submitted",
    "Content-Type",
    "Date",
    "From",
    "Importance",
    "In-Reply-To",
    "MIME-Version",
    "Message-ID",
    "References",
    "Subject",
    "To",
    "X-Auto-Response-Suppress",
    "X-Priority",
    "X-Tocsin-Receiver",
    "X-Tocsin-Severity",
    "X-Tocsin-State",
    "X-Tocsin-Tenant",
}
_TAGS = {"a", "body", "br", "div", "head", "html", "meta", "span", "table", "td", "title", "tr"}
_KNOWN_LINK = re.compile(r"https://(x|tocsin)\.example(/|$)")


class _Live(HTMLParser):
    """Finds what does more in a page than being read."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        if tag not in _TAGS or any(name.startswith("on") for name in names):
            self.found.append(tag)
        if not _KNOWN_LINK.match(names.get("href") or "https://x.example/"):
            self.found.append(str(names["href"]))


class MailSide:
    """What both ways share: a mailbox."""

    # A mail that was sent cannot be changed.
    follows = "answers"
    deduplicates = False
    says_when = False
    secrets: Sequence[str] = (PASSWORD,)

    def messages(self) -> Sequence[bytes]:
        """Return what lies in the mailbox, oldest first."""
        raise NotImplementedError

    def offered(self) -> Sequence[bytes]:
        """Return what came, taken or not."""
        raise NotImplementedError

    def calls(self) -> Sequence[object]:
        return [re.sub(rb"\r\nDate: [^\r]*", b"", each) for each in self.offered()]

    def seen(self) -> Sequence[Seen]:
        return [_seen(mailbox.parsed(each)) for each in self.messages()]

    def faults(self) -> Iterator[str]:
        for content in self.offered():
            yield from mailbox.faults(content)
            message = mailbox.parsed(content)
            if len(set(message)) != len(message.keys()) or {*message} > _HEADERS:
                yield f"headers {message.keys()}"

    def live(self) -> Iterator[str]:
        for content in self.messages():
            yield from _Live(mailbox.parsed(content).get_body(["html"]).get_content()).found


def _seen(message: EmailMessage) -> Seen:
    plain = message.get_body(["plain"]).get_content()
    return Seen(
        id=message["Message-ID"],
        text=f"{message['Subject']}\n{plain}",
        is_over=message["Subject"].startswith("[RESOLVED"),
        under=message["In-Reply-To"] or "",
    )


class SmtpSide(MailSide):
    def __init__(self, server: MailServer) -> None:
        server.extensions, server.logins = ["AUTH PLAIN"], {"tocsin": PASSWORD}
        smtp = Smtp(
            host="127.0.0.1",
            port=server.port,
            tls="none",
            username="tocsin",
            password=Secret(name="tocsin/acme/mail"),
        )
        settings = Email(to=TO, sender=SENDER, smtp=smtp)
        self.receiver = receiver(kind="email", url="", settings=settings)
        self.tools = tools({"tocsin/acme/mail": PASSWORD})
        self._server = server
        # It refuses what is no proper message.
        mailbox.Mailbox(server)

    def refuse(self) -> None:
        self._server.replies["."] = [f"554 5.7.1 no, {PASSWORD}"]

    def throttle(self, _retry_after_s: int) -> None:
        self._server.replies["MAIL"] = ["421 4.7.0 later"]

    def fail(self) -> None:
        self._server.replies["."] = ["451 4.3.0 down"]

    def hang(self) -> None:
        self._server.replies["MAIL"] = ["hangs"]
        self.receiver = replace(self.receiver, timeout_s=_NO_ANSWER_S)

    def lose_answer(self) -> None:
        self._server.replies["."] = ["lost"]

    def messages(self) -> Sequence[bytes]:
        return [each.content for each in self._server.taken]

    def offered(self) -> Sequence[bytes]:
        return [each.content for each in self._server.offered]


@contextmanager
def smtp_side() -> Iterator[SmtpSide]:
    with mail_server() as server:
        yield SmtpSide(server)


def _refused(code: str, status: int) -> ClientError:
    response = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(response, "SendEmail")  # type: ignore[arg-type]


class SesSide(MailSide):
    """SES's API as far as it sends mail."""

    meta = SimpleNamespace(region_name="eu-central-1")

    def __init__(self) -> None:
        settings = Email(to=TO, sender=SENDER, configuration_set="alerts")
        self.receiver = receiver(kind="email", url="", settings=settings)
        self.tools = tools(aws={"sesv2": self})
        self._error: Exception | None = None
        self._loses = False
        self._calls: list[dict[str, Any]] = []
        self._mailbox: list[bytes] = []

    def send_email(self, **request: Any) -> dict[str, str]:
        self._calls.append(request)
        error, self._error = self._error, None
        if error is not None:
            raise error
        name = f"0107-{len(self._mailbox):04}-000000"
        raw = request["Content"]["Raw"]["Data"]
        own = f"Message-ID: <{name}@eu-central-1.amazonses.com>".encode()
        self._mailbox.append(re.sub(rb"Message-ID: [^\r]*", own, raw, count=1))
        loses, self._loses = self._loses, False
        if loses:
            raise ReadTimeoutError(endpoint_url="https://x.example")
        return {"MessageId": name}

    def refuse(self) -> None:
        self._error = _refused("MessageRejected", 400)

    def throttle(self, _retry_after_s: int) -> None:
        self._error = _refused("TooManyRequestsException", 429)

    def fail(self) -> None:
        self._error = _refused("InternalServiceErrorException", 500)

    def hang(self) -> None:
        self._error = ReadTimeoutError(endpoint_url="https://x.example")

    def lose_answer(self) -> None:
        self._loses = True

    def messages(self) -> Sequence[bytes]:
        return self._mailbox

    def offered(self) -> Sequence[bytes]:
        return [each["Content"]["Raw"]["Data"] for each in self._calls]


@contextmanager
def ses_side() -> Iterator[SesSide]:
    yield SesSide()
