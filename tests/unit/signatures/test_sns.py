"""Messages of SNS: what is signed, by whom, and where links may lead."""

from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.builders import T0
from tests.unit.signatures import awssns
from tests.unit.signatures.awssns import CERTIFICATE_URL, CONFIRMATION_URL, HOST, Web
from tocsin.adapters.http import HttpAnswer
from tocsin.adapters.sns import AwsSns
from tocsin.domain.errors import InvalidSignature, Retryable
from tocsin.domain.signatures import sns

DAY_S = 86_400.0


@pytest.fixture
def web() -> Web:
    return Web()


def read(message: dict[str, Any]) -> sns.SnsMessage:
    return sns.read(msgspec.json.encode(message))


def check(web: Web, message: dict[str, Any], now_s: float = T0) -> None:
    AwsSns(web, lambda: now_s).check(read(message))


def refused(web: Web, message: dict[str, Any], now_s: float = T0) -> None:
    with pytest.raises(InvalidSignature):
        check(web, message, now_s)


def test_the_text_under_the_signature_is_the_documented_one() -> None:
    # The example of the developer guide, "Verifying the signatures of Amazon SNS messages".
    message = awssns.message(
        Message="test message body",
        MessageId="4d4dc071-ddbf-465d-bba8-08f81c89da64",
        Subject="My subject",
        Timestamp="2019-01-31T04:37:04.321Z",
        TopicArn="arn:aws:sns:us-east-2:123456789012:s4-MySNSTopic-1G1WEFCOXTC0P",
    )
    assert sns.signed_text(read(message)).decode() == (
        "Message\ntest message body\n"
        "MessageId\n4d4dc071-ddbf-465d-bba8-08f81c89da64\n"
        "Subject\nMy subject\n"
        "Timestamp\n2019-01-31T04:37:04.321Z\n"
        "TopicArn\narn:aws:sns:us-east-2:123456789012:s4-MySNSTopic-1G1WEFCOXTC0P\n"
        "Type\nNotification\n"
    )


def test_without_a_subject_there_is_no_line_for_it() -> None:
    assert b"Subject" not in sns.signed_text(read(awssns.message()))


@pytest.mark.parametrize("version", ["1", "2"])
@pytest.mark.parametrize(
    "kind", ["Notification", "SubscriptionConfirmation", "UnsubscribeConfirmation"]
)
def test_what_aws_signed_is_right(web: Web, version: str, kind: str) -> None:
    check(web, awssns.message(kind, version, Subject="x"))


@pytest.mark.parametrize(
    "field", ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"]
)
def test_one_other_letter_is_refused(web: Web, field: str) -> None:
    signed = awssns.message(Subject="subject")
    refused(web, {**signed, field: signed[field] + "x"})


@pytest.mark.parametrize("field", ["Token", "SubscribeURL"])
def test_a_handshake_signs_its_link_and_its_token(web: Web, field: str) -> None:
    signed = awssns.message("SubscriptionConfirmation")
    refused(web, {**signed, field: signed[field] + "x"})


def test_the_algorithm_is_that_of_the_version_and_there_are_no_others(web: Web) -> None:
    refused(web, {**awssns.message(version="2"), "SignatureVersion": "1"})
    refused(web, {**awssns.message(), "SignatureVersion": "3"})


@pytest.mark.parametrize("signature", ["", "AAAA", "%%%", "é"])
def test_no_other_signature_is_right(web: Web, signature: str) -> None:
    refused(web, {**awssns.message(), "Signature": signature})


@pytest.mark.parametrize(
    "url",
    [
        CERTIFICATE_URL.replace("https:", "http:"),
        CERTIFICATE_URL.replace("sns.eu-central-1.amazonaws.com", "sns.example.com"),
        CERTIFICATE_URL.replace(".amazonaws.com", ".amazonaws.com.evil.example"),
        CERTIFICATE_URL.replace("https://", "https://evil.example/"),
        CERTIFICATE_URL.replace("https://", "https://user@"),
        CERTIFICATE_URL.replace("https://", "https://evil.example\\@"),
        CERTIFICATE_URL.replace("sns.", "sns-bucket.s3."),
        CERTIFICATE_URL.replace(".com/", ".com:8443/"),
        f"{HOST}/?Action=GetTopicAttributes&x=.pem",
        f"{HOST}/../SimpleNotificationService-0.pem",
        CERTIFICATE_URL + "\n",
        CERTIFICATE_URL + "?x",
        CERTIFICATE_URL.removesuffix(".pem"),
        "",
    ],
)
def test_a_certificate_from_anywhere_else_is_not_even_read(web: Web, url: str) -> None:
    refused(web, {**awssns.message(), "SigningCertURL": url})
    assert web.asked == []


def test_china_has_hosts_of_its_own() -> None:
    url = "https://sns.cn-north-1.amazonaws.com.cn/SimpleNotificationService-0.pem"
    assert sns.certificate_url(read({**awssns.message(), "SigningCertURL": url})) == url


@pytest.mark.parametrize(
    "pem",
    [
        awssns.certificate(name="evil.example"),
        awssns.certificate(name="sns.amazonaws.com.evil.example"),
        awssns.certificate(from_s=T0 + 60),
        awssns.certificate(from_s=T0 - 2 * DAY_S, days=1),
        awssns.certificate(key=rsa.generate_private_key(public_exponent=65537, key_size=1024)),
        awssns.certificate(key=rsa.generate_private_key(public_exponent=65537, key_size=2048)),
        awssns.certificate(key=awssns.ELLIPTIC),
        awssns.certificate()[:300],
        b"<html>",
        b"",
    ],
    ids=[
        "name",
        "long name",
        "not yet",
        "no more",
        "short",
        "another key",
        "elliptic",
        "cut",
        "html",
        "empty",
    ],
)
def test_a_certificate_that_is_not_that_of_sns_today_is_refused(web: Web, pem: bytes) -> None:
    web.answers[CERTIFICATE_URL] = HttpAnswer(200, {}, pem)
    refused(web, awssns.message())


def test_a_certificate_is_read_once_a_day(web: Web) -> None:
    now_s = T0
    authority = AwsSns(web, lambda: now_s)
    for _ in range(3):
        authority.check(read(awssns.message()))
    assert len(web.asked) == 1
    now_s += DAY_S
    authority.check(read(awssns.message()))
    assert len(web.asked) == 2


def test_a_certificate_that_is_kept_still_ends_when_it_ends(web: Web) -> None:
    web.answers[CERTIFICATE_URL] = HttpAnswer(200, {}, awssns.certificate(from_s=T0 - 10, days=1))
    now_s = T0
    authority = AwsSns(web, lambda: now_s)
    authority.check(read(awssns.message()))
    now_s += DAY_S - 5
    with pytest.raises(InvalidSignature):
        authority.check(read(awssns.message()))
    assert len(web.asked) == 1


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_certificate_that_cannot_be_read_now_is_no_verdict(web: Web, status: int) -> None:
    web.answers[CERTIFICATE_URL] = HttpAnswer(status, {}, b"")
    with pytest.raises(Retryable):
        check(web, awssns.message())


@pytest.mark.parametrize("status", [302, 403, 404])
def test_a_certificate_that_is_not_there_is_a_verdict(web: Web, status: int) -> None:
    web.answers[CERTIFICATE_URL] = HttpAnswer(status, {}, b"")
    refused(web, awssns.message())


@pytest.mark.parametrize(
    "link",
    [
        CONFIRMATION_URL.replace("https:", "http:"),
        CONFIRMATION_URL.replace("sns.eu-central-1.amazonaws.com", "evil.example"),
        CONFIRMATION_URL.replace("https://", "https://evil.example/?"),
        CONFIRMATION_URL.replace("ConfirmSubscription", "Unsubscribe"),
        CONFIRMATION_URL.replace("/?", "/x?"),
        CONFIRMATION_URL + "#x",
        CONFIRMATION_URL + "\r\nHost: evil.example",
        None,
    ],
)
def test_only_a_link_that_confirms_at_sns_is_opened(link: str | None) -> None:
    message = read({**awssns.message("SubscriptionConfirmation"), "SubscribeURL": link})
    assert sns.confirmation_url(message) is None


def test_the_link_of_a_confirmation_is_the_one_to_open(web: Web) -> None:
    assert sns.confirmation_url(read(awssns.message())) is None
    link = sns.confirmation_url(read(awssns.message("SubscriptionConfirmation")))
    assert link == CONFIRMATION_URL
    AwsSns(web, lambda: T0).confirm(link)
    assert web.asked == [CONFIRMATION_URL]


def test_a_confirmation_that_sns_does_not_take_is_tried_again(web: Web) -> None:
    web.answers[CONFIRMATION_URL] = HttpAnswer(500, {}, b"")
    with pytest.raises(Retryable):
        AwsSns(web, lambda: T0).confirm(CONFIRMATION_URL)


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'{"Type": 5}', b'"Signature"', b"\xff"])
def test_what_is_no_message_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidSignature):
        sns.read(body)


@pytest.mark.parametrize("time", ["", "yesterday", "2019-01-31T04:37:04"])
def test_a_time_that_is_none_is_refused(time: str) -> None:
    with pytest.raises(InvalidSignature):
        sns.proof_of(read({**awssns.message(), "Timestamp": time}))


def test_a_message_is_named_by_its_id_and_signed_at_its_time() -> None:
    proof = sns.proof_of(read(awssns.message()))
    assert proof.id == "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324"
    assert proof.signed_at_s == T0
