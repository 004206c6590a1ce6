"""Handing a message to a mail server on loopback."""

from socket import gaierror
from time import monotonic

import pytest

from cli.vendors.mailserver import mail_server
from tests.unit.adapters.certificates import server_context
from tocsin.adapters.http import Http
from tocsin.adapters.mail import Envelope, submit
from tocsin.domain.channels import Smtp
from tocsin.domain.errors import Permanent, Retryable, Throttled, Unsendable

HTTP = Http(allow_loopback=True)
TO = ("ann@example.com", "bob@example.com")
CONTENT = b"Subject: x\r\n\r\nhello\r\n.dot\r\n"


@pytest.fixture
def server():
    with mail_server() as running:
        yield running


def hand_over(server, password="", to=TO, content=CONTENT, timeout_s=5.0, **fields):
    smtp = Smtp(**{"host": "127.0.0.1", "port": server.port, "tls": "none", **fields})
    envelope = Envelope(sender="tocsin@example.com", to=to, content=content)
    return submit(smtp, password, envelope, HTTP.address_of, timeout_s)


def test_a_message_arrives_as_it_was_written(server):
    taken = hand_over(server)
    (mail,) = server.taken
    assert (mail.sender, mail.to, mail.content) == ("tocsin@example.com", list(TO), CONTENT)
    assert (taken.said, taken.refused) == ("2.0.0 Ok: queued as 4F1A", {})
    assert server.lines[0] == "ehlo example.com"
    assert server.lines[-1] == "QUIT"


@pytest.mark.parametrize("tls", ["starttls", "tls"])
@pytest.mark.parametrize("way", ["PLAIN", "LOGIN"])
def test_a_login_is_encrypted(server, monkeypatch, tmp_path, tls, way):
    server.context = server_context(monkeypatch, tmp_path)
    server.is_tls_from_the_start = tls == "tls"
    server.extensions, server.logins = [f"AUTH {way}"], {"tocsin": "pässword"}
    hand_over(server, "pässword", tls=tls, username="tocsin")
    (mail,) = server.taken
    assert (mail.login, mail.is_encrypted) == ("tocsin", True)


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_a_certificate_that_nobody_trusts_is_sent_nothing(server, monkeypatch, tmp_path, tls):
    with monkeypatch.context() as trusting:
        server.context = server_context(trusting, tmp_path)
    server.is_tls_from_the_start = tls == "tls"
    with pytest.raises(Retryable, match="no answer: SSLCertVerificationError"):
        hand_over(server, "hush", tls=tls, username="tocsin")
    assert not [line for line in server.lines if "AUTH" in line or "MAIL" in line]
    assert server.taken == []


def test_a_certificate_of_another_host_is_sent_nothing(server, monkeypatch, tmp_path):
    server.context = server_context(monkeypatch, tmp_path)
    with pytest.raises(Retryable, match="SSLCertVerificationError"):
        hand_over(server, host="localhost", tls="starttls")
    assert server.taken == []


def test_where_encryption_is_not_offered_nothing_is_sent(server):
    server.extensions, server.logins = ["AUTH PLAIN"], {"tocsin": "hush"}
    with pytest.raises(Retryable, match="offers no STARTTLS"):
        hand_over(server, "hush", tls="starttls", username="tocsin")
    assert server.lines == ["ehlo example.com"]


def test_what_was_read_ahead_of_encryption_does_not_count(server, monkeypatch, tmp_path):
    server.context = server_context(monkeypatch, tmp_path)
    server.replies = {"STARTTLS": ["220 go on\r\n250-injected\r\n250 AUTH PLAIN"]}
    server.logins = {"tocsin": "hush"}
    with pytest.raises(Retryable, match="no login with a password"):
        hand_over(server, "hush", tls="starttls", username="tocsin")


@pytest.mark.parametrize(
    ("command", "reply", "error", "reason"),
    [
        ("CONNECT", "421 4.3.2 busy", Throttled, "SMTP 421 4.3.2 to connection"),
        ("CONNECT", "554 5.7.1 no service", Retryable, "SMTP 554 5.7.1 to connection"),
        ("CONNECT", "what", Retryable, "SMTP -1 to connection"),
        ("EHLO", "502 no", Retryable, "SMTP 502 to EHLO"),
        ("MAIL", "454 Throttling failure: Maximum sending rate exceeded", Throttled, "454 to MAIL"),
        ("MAIL", "553 5.1.8 no such sender", Permanent, "SMTP 553 5.1.8 to MAIL"),
        ("MAIL", "451 4.3.0 later", Retryable, "SMTP 451 4.3.0 to MAIL"),
        ("RCPT", "450 4.2.1 too many", Throttled, "SMTP 450 4.2.1 to RCPT"),
        ("RCPT", "550 5.1.1 unknown", Permanent, "SMTP 550 5.1.1 to RCPT"),
        ("DATA", "554 5.5.1 no", Permanent, "SMTP 554 5.5.1 to DATA"),
        (".", "552 5.3.4 too big", Permanent, "SMTP 552 5.3.4 to DATA"),
        (".", "421 4.7.0 later", Throttled, "SMTP 421 4.7.0 to DATA"),
        (".", "452 4.3.1 disk full", Retryable, "SMTP 452 4.3.1 to DATA"),
    ],
)
def test_what_a_server_replies(server, command, reply, error, reason):
    server.replies = {command: [reply, reply]}
    with pytest.raises((Retryable, Permanent)) as raised:
        hand_over(server)
    assert type(raised.value) is error
    assert reason in raised.value.reason
    assert server.taken == []


@pytest.mark.parametrize("reply", ["535 5.7.8 wrong", "454 4.7.0 temporary"])
def test_a_login_that_is_refused_says_nothing_of_the_message(server, reply):
    # A password that was changed counts within five minutes.
    server.extensions, server.replies = ["AUTH PLAIN"], {"AUTH": [reply]}
    with pytest.raises(Retryable) as raised:
        hand_over(server, "hush", username="tocsin")
    assert type(raised.value) is Retryable
    assert "hush" not in repr(raised.value)


def test_who_is_refused_is_said_and_the_others_get_it(server):
    server.replies = {"RCPT bob@example.com": ["550 5.1.1 unknown"]}
    taken = hand_over(server)
    assert taken.refused == {"bob@example.com": "550 5.1.1"}
    assert [mail.to for mail in server.taken] == [["ann@example.com"]]


def test_if_one_of_the_refused_may_be_taken_later_it_is_tried_again(server):
    server.replies = {
        "RCPT ann@example.com": ["550 5.1.1 unknown"],
        "RCPT bob@example.com": ["451 4.7.1 greylisted"],
    }
    with pytest.raises(Retryable, match="SMTP 451"):
        hand_over(server)


@pytest.mark.parametrize("command", ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA"])
def test_a_connection_that_breaks(server, command):
    server.replies = {command: ["lost"]}
    with pytest.raises(Retryable, match="no answer"):
        hand_over(server)


def test_a_connection_that_breaks_after_the_message_leaves_it_open_what_became_of_it(server):
    server.replies = {".": ["lost"]}
    with pytest.raises(Retryable, match="which may have arrived"):
        hand_over(server)
    assert len(server.taken) == 1


@pytest.mark.parametrize("reply", ["hangs", "drips", "endless"])
@pytest.mark.parametrize("command", ["CONNECT", "MAIL", "."])
def test_the_whole_session_has_one_time(server, command, reply):
    server.replies = {command: [reply]}
    began_s = monotonic()
    with pytest.raises(Retryable, match="no answer"):
        hand_over(server, timeout_s=0.3)
    assert monotonic() - began_s < 2.0


def test_a_reply_without_end_is_not_read_to_its_end(server):
    server.replies = {"MAIL": ["endless"]}
    began_s = monotonic()
    with pytest.raises(Retryable, match="no answer: OSError"):
        hand_over(server, timeout_s=60.0)
    assert monotonic() - began_s < 30.0


@pytest.mark.parametrize("reply", ["lost", "hangs", "421 too late"])
def test_a_goodbye_that_does_not_come_changes_nothing_and_takes_no_time(server, monkeypatch, reply):
    monkeypatch.setattr("tocsin.adapters.mailsession._GOODBYE_S", 0.1)
    server.replies = {"QUIT": [reply]}
    began_s = monotonic()
    assert hand_over(server).said == "2.0.0 Ok: queued as 4F1A"
    assert monotonic() - began_s < 3.0


def test_nobody_listens(server):
    with pytest.raises(Retryable, match="no answer: ConnectionRefusedError"):
        hand_over(server, port=9)


def test_a_host_without_an_address_may_have_one_later(server, monkeypatch):
    def unknown(*_args, **_fields):
        raise gaierror

    monkeypatch.setattr("socket.getaddrinfo", unknown)
    with pytest.raises(Retryable, match="no answer: gaierror"):
        hand_over(server, host="mail.example")


def test_what_is_no_host_is_not_called(server):
    with pytest.raises(Unsendable, match="the host cannot be used"):
        hand_over(server, host=f"{'x' * 64}.example")


@pytest.mark.parametrize(
    "host", ["10.0.0.1", "169.254.169.254", "100.64.0.1", "fec0::1", "::ffff:10.0.0.1", "0.0.0.0"]
)
def test_addresses_that_are_not_public_are_not_called(server, host):
    with pytest.raises(Unsendable, match="not public"):
        hand_over(server, host=host)


def test_without_leave_loopback_is_not_called_either(server):
    smtp = Smtp(host="127.0.0.1", port=server.port, tls="none")
    envelope = Envelope(sender="tocsin@example.com", to=TO, content=CONTENT)
    with pytest.raises(Unsendable, match="not public"):
        submit(smtp, "", envelope, Http().address_of, 1.0)
    assert server.lines == []
    submit(smtp, "", envelope, Http(allow_private=True).address_of, 5.0)
    assert len(server.taken) == 1


def test_an_address_that_cannot_be_written_is_not_sent_to(server):
    with pytest.raises(Unsendable, match="cannot be written"):
        hand_over(server, to=("änn@example.com",))
    assert server.taken == []


def test_an_address_is_never_two_commands(server):
    hand_over(server, to=("ann@example.com>\r\nRCPT TO:<eve@example.com",))
    assert [mail.to for mail in server.taken] == [["ann@example.com"]]
