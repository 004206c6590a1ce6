"""A mail server with a mailbox refuses what is no proper message of a text and a page."""

import pytest

from cli.vendors.mailbox import Mailbox, faults, parsed
from cli.vendors.mailserver import mail_server
from tests.builders import T0, alert, receiver
from tests.channels import tools
from tests.unit.adapters.mailed import ANN, SENDER, notification
from tocsin.adapters.mail import Envelope, submit
from tocsin.adapters.receivers import ChannelReceivers, email
from tocsin.domain.channels import Email, Smtp
from tocsin.domain.errors import Permanent

DOWN, UP = alert("Down", starts_at_s=T0), alert("Down", status="resolved", starts_at_s=T0)
GOOD = email.render(notification(DOWN), "", T0)


@pytest.fixture
def server():
    with mail_server() as running:
        yield running


@pytest.fixture
def mailbox(server):
    return Mailbox(server)


def smtp(server):
    return Smtp(host="127.0.0.1", port=server.port, tls="none")


def offer(server, content):
    envelope = Envelope(sender=SENDER, to=(ANN,), content=content)
    return submit(smtp(server), "", envelope, lambda host, _port: host, 5.0)


def test_a_conversation_is_read_as_one(server, mailbox):
    settings = Email(to=(ANN,), sender=SENDER, smtp=smtp(server))
    mails = receiver(kind="email", url="", settings=settings)
    receipt = ""
    for key, alerts in (("toc_1", (DOWN,)), ("toc_2", (DOWN, DOWN)), ("toc_3", (UP,))):
        thread = ("toc_1", receipt) if receipt else None
        sent = notification(*alerts, key=key, thread=thread, receiver=mails)
        receipt = ChannelReceivers(tools()).send(sent) or receipt
    received = mailbox.received
    assert [each.faults for each in received] == [(), (), ()]
    assert [each.is_over for each in received] == [False, False, True]
    assert len({each.thread for each in received}) == 1
    assert len({each.key for each in received}) == 3
    assert "Down" in received[0].text


def without(name):
    lines = GOOD.split(b"\r\n")
    return b"\r\n".join(line for line in lines if not line.startswith(name))


BROKEN = {
    "no Message-ID": (without(b"Message-ID:"), "no Message-ID"),
    "no Date": (without(b"Date:"), "no Date"),
    "two subjects": (b"Subject: again\r\n" + GOOD, "subject twice"),
    "no text": (GOOD.replace(b"text/plain", b"text/richtext"), "parts text/richtext, text/html"),
    "no page": (GOOD.replace(b"text/html", b"text/enriched"), "text/enriched"),
    "one part": (GOOD.replace(b"multipart/alternative", b"text/plain"), "not a text and a page"),
    "no end": (GOOD.rpartition(b"--\r\n")[0], "CloseBoundaryNotFoundDefect"),
    "a long line": (b"X-Long: " + b"x" * 1000 + b"\r\n" + GOOD, "a line is too long"),
    "a large page": (GOOD.replace(b"</body>", b"x=\r\n" * 105_000 + b"</body>"), "too large"),
}


@pytest.mark.parametrize(("content", "fault"), BROKEN.values(), ids=list(BROKEN))
def test_what_is_broken_is_refused_with_554(server, mailbox, content, fault):
    with pytest.raises(Permanent, match=r"SMTP 554 5\.6\.0 to DATA"):
        offer(server, content)
    (received,) = mailbox.received
    assert any(fault in each for each in received.faults)
    assert server.taken == []


def test_what_is_not_ascii_is_a_fault():
    assert "not ASCII" in list(faults(GOOD.replace(b"Down", "Dôwn".encode())))


def test_what_is_sound_is_taken(server, mailbox):
    offer(server, GOOD)
    assert [each.content for each in server.taken] == [GOOD]
    assert mailbox.received[0].key == parsed(GOOD)["Message-ID"]
