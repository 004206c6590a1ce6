"""Mail through a mail server, as a receiver."""

import pytest
from msgspec.structs import replace

from cli.vendors.mailserver import mail_server
from tests.builders import T0, receiver
from tests.channels import tools
from tests.unit.adapters.mailed import ANN, BOB, SENDER, notification, read, rich_alerts, texts
from tocsin.adapters.http import Http
from tocsin.adapters.receivers import ChannelReceivers, email
from tocsin.domain.channels import Email, Smtp
from tocsin.domain.errors import PartlyTaken, Permanent, Retryable, Throttled, Unsendable
from tocsin.domain.secret import Secret

PASSWORD = Secret(name="tocsin/acme/mail")


@pytest.fixture
def server():
    with mail_server() as running:
        yield running


def mailing(server, timeout_s=5.0, **fields):
    smtp = Smtp(**{"host": "127.0.0.1", "port": server.port, "tls": "none", **fields})
    settings = Email(to=(ANN, BOB), sender=SENDER, smtp=smtp)
    made = receiver(kind="email", url="", settings=settings, timeout_s=timeout_s)
    return notification(*rich_alerts(), receiver=made)


def test_people_get_what_was_rendered(server):
    sent = mailing(server)
    assert ChannelReceivers(tools()).send(sent) == "2.0.0 Ok: queued as 4F1A"
    (mail,) = server.taken
    assert mail.content == email.render(sent, "", T0)
    assert (mail.sender, mail.to) == (SENDER, [ANN, BOB])
    assert "DiskAlmostFull" in texts(read(mail.content))[1]


def test_the_password_is_looked_up_and_never_said(server):
    server.extensions, server.logins = ["AUTH PLAIN"], {"tocsin": "right"}
    sent = mailing(server, username="tocsin", password=PASSWORD)
    receipt = ChannelReceivers(tools({"tocsin/acme/mail": "right"})).send(sent)
    assert server.taken[0].login == "tocsin"
    with pytest.raises(Retryable, match="receiver oncall: SMTP 535") as raised:
        ChannelReceivers(tools({"tocsin/acme/mail": "wrong"})).send(sent)
    assert "wrong" not in repr(raised.value)
    assert "right" not in receipt


def test_a_login_that_is_refused_asks_for_the_password_anew(server):
    server.extensions, server.logins = ["AUTH PLAIN"], {"tocsin": "new"}
    sent = mailing(server, username="tocsin", password=PASSWORD)
    kept = {"value": "old"}

    def has_changed(secret):
        assert secret == PASSWORD
        kept["value"] = "new"
        return True

    told = ChannelReceivers(tools(secret=lambda _: kept["value"], has_changed=has_changed))
    with pytest.raises(Retryable, match="SMTP 535"):
        told.send(sent)
    assert told.send(sent)
    assert [each.login for each in server.taken] == ["tocsin"]


def test_no_keeper_is_asked_where_a_server_fails_otherwise(server):
    server.replies = {"MAIL": ["451 4.3.0 later"]}
    asked = []
    told = ChannelReceivers(tools(has_changed=asked.append))
    with pytest.raises(Retryable):
        told.send(mailing(server))
    assert asked == []


def test_a_password_that_is_not_there_is_said_by_its_name(server):
    sent = mailing(server, username="tocsin", password=PASSWORD)
    with pytest.raises(Permanent, match="tocsin/acme/mail"):
        ChannelReceivers(tools()).send(sent)
    assert server.lines == []


def test_the_receipt_names_who_did_not_get_it(server):
    server.replies = {f"RCPT {BOB}": ["550 5.1.1 <bob@example.com> unknown"]}
    receipt = ChannelReceivers(tools()).send(mailing(server))
    assert receipt == f"2.0.0 Ok: queued as 4F1A; refused {BOB}: 550 5.1.1"
    assert [mail.to for mail in server.taken] == [[ANN]]


@pytest.mark.parametrize(
    ("reply", "kind"),
    [("421 4.7.0 x", Throttled), ("451 4.3.0 x", Retryable), ("550 5.7.1 x", Permanent)],
)
def test_errors_name_the_receiver(server, reply, kind):
    server.replies = {".": [reply]}
    with pytest.raises((Retryable, Permanent), match="receiver oncall: SMTP") as raised:
        ChannelReceivers(tools()).send(mailing(server))
    assert type(raised.value) is kind


def test_only_public_servers_are_called(server):
    with pytest.raises(Unsendable, match="receiver oncall: the address is not public"):
        ChannelReceivers(tools(http=Http())).send(mailing(server))


def test_what_a_server_says_is_no_thread(server):
    server.replies = {".": ["250 <x@evil.example>"]}
    receipt = ChannelReceivers(tools()).send(mailing(server))
    follows = notification(key="toc_2", thread=("toc_1", f"{receipt}\r\nBcc: eve@example.com"))
    assert read(email.render(follows, "", T0))["In-Reply-To"] == f"<toc_1@{SENDER.split('@')[1]}>"


class TestForNow:
    def test_who_is_refused_for_now_is_said_with_who_has_it(self, server):
        server.replies = {f"RCPT {BOB}": ["451 4.7.1 greylisted, try http://x.example"]}
        with pytest.raises(PartlyTaken) as raised:
            ChannelReceivers(tools()).send(mailing(server))
        assert raised.value.taken == (ANN,)
        assert raised.value.reason == f"receiver oncall: SMTP refuses for now {BOB}: 451 4.7.1"
        assert raised.value.retry_after_s == 60.0
        assert [mail.to for mail in server.taken] == [[ANN]]

    def test_the_next_try_is_for_the_others_and_the_same_message(self, server):
        sent = mailing(server)
        server.replies = {f"RCPT {BOB}": ["450 4.2.1 later"]}
        with pytest.raises(PartlyTaken):
            ChannelReceivers(tools()).send(sent)
        assert ChannelReceivers(tools()).send(replace(sent, taken=(ANN,)))
        first, second = server.taken
        assert (first.to, second.to) == ([ANN], [BOB])
        assert first.content == second.content

    @pytest.mark.parametrize("reply", ["450 4.2.1 later", "451 4.7.1 later", "452 4.2.2 full"])
    def test_again_that_says_nothing_of_the_server(self, server, reply):
        server.replies = {f"RCPT {BOB}": [reply]}
        with pytest.raises(PartlyTaken) as raised:
            ChannelReceivers(tools()).send(replace(mailing(server), taken=(ANN,)))
        assert (raised.value.taken, raised.value.retry_after_s) == ((), 300.0)
        assert server.offered == []

    def test_a_server_that_ends_is_left_alone(self, server):
        server.replies = {f"RCPT {BOB}": ["421 4.3.2 closing"]}
        with pytest.raises(Throttled):
            ChannelReceivers(tools()).send(replace(mailing(server), taken=(ANN,)))

    def test_who_is_then_refused_for_good_is_missing_in_the_receipt(self, server):
        server.replies = {f"RCPT {BOB}": ["550 5.1.1 unknown"]}
        receipt = ChannelReceivers(tools()).send(replace(mailing(server), taken=(ANN,)))
        assert receipt == f"refused {BOB}: 550 5.1.1"
        assert server.offered == []

    def test_whoever_is_no_recipient_any_more_is_not_waited_for(self, server):
        assert ChannelReceivers(tools()).send(replace(mailing(server), taken=(ANN, BOB))) == ""
        assert server.lines == []
