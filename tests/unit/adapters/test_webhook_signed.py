"""What a webhook of tocsin's own format says, and how requests are signed."""

from base64 import b64decode
from pathlib import Path

import orjson
import pytest
from jsonschema import Draft202012Validator
from msgspec.structs import replace

from cli.vendors.localserver import Answer, local_server
from tests.builders import T0, receiver
from tests.channels import tools
from tests.notifications import DOWN, EVIL, FOUND, UP, WORST, notification
from tocsin.adapters.receivers import ChannelReceivers, ownbody, webhook
from tocsin.domain.channels import Webhook
from tocsin.domain.config import Signature
from tocsin.domain.errors import ConfigurationError, InvalidSignature, Retryable, Unsendable
from tocsin.domain.group import Thread
from tocsin.domain.secret import Secret
from tocsin.domain.signatures.standard import sign, verify

SCHEMA = Path(__file__).parents[3] / "docs" / "notification.schema.json"
URL = "https://tocsin.example/acme"
# The example of the specification's libraries.
KNOWN = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_" + "QUFB" * 8
SECRETS = (Secret(name="tocsin/acme/new"), Secret(parameter="/tocsin/acme/old"))
KEPT = {"tocsin/acme/new": f"{KNOWN}\n", "/tocsin/acme/old": OTHER}


def body(*alerts, **fields):
    value = orjson.loads(ownbody.render(notification(*alerts, **fields), URL))
    Draft202012Validator(orjson.loads(SCHEMA.read_bytes())).validate(value)
    return value


def test_the_body_says_what_why_and_what_opened_it():
    known = replace(DOWN, enrichment=FOUND, value=0.5, ends_at_s=T0 + 300)
    sent = body(known, UP, thread=Thread("toc_0", "r-1"), new=1, truncated=2)
    alerts = sent.pop("alerts")
    assert sent == {
        "version": "1",
        "type": "notification.firing",
        "id": "toc_1",
        "tenant": "acme",
        "receiver": "oncall",
        "reason": "first notification",
        "group": {
            "key": '{}:{alertname="Down", team="db"}',
            "labels": {"alertname": "Down", "team": "db"},
        },
        "thread": {"id": "toc_0", "receipt": "r-1"},
        "title": "[FIRING:1] Down (team=db)",
        "text": "",
        "severity": "critical",
        "firing": 1,
        "resolved": 1,
        "not_shown": 2,
        "url": URL,
    }
    first, second = alerts
    assert (first["is_new"], second["is_new"]) == (True, False)
    assert first["starts_at"] == "2025-11-22T05:40:00.000Z"
    assert (first["ends_at"], second["ends_at"]) == (None, "2025-11-22T05:41:00.000Z")
    assert first["labels"] == DOWN.labels
    assert first["annotations"] == DOWN.annotations
    assert first["value"] == 0.5
    assert first["enrichment"]["owner"]["team"] == "payments"
    assert second["enrichment"] is None


def test_types_tell_what_fires_from_what_is_over_and_what_is_only_known():
    assert body(DOWN)["thread"] is None
    assert body(UP)["type"] == "notification.resolved"
    assert body(DOWN, reason="enrichment added")["type"] == "notification.update"


@pytest.mark.parametrize("each", [EVIL, *WORST], ids=lambda each: repr(each.name[0]))
def test_nothing_is_left_out_whatever_it_says(each):
    (shown,) = body(each)["alerts"]
    assert shown["labels"] == each.labels


@pytest.fixture
def server():
    with local_server() as running:
        yield running


def send(server, settings, kept=None, url=None, **fields):
    told = notification(
        DOWN, receiver=receiver(url=server.url if url is None else url, settings=settings), **fields
    )
    given = tools(KEPT if kept is None else kept, external_url=URL)
    return ChannelReceivers(given).send(told)


def proof(request, *secrets):
    signature = Signature(provider="tocsin", scheme="standard")
    return verify(signature, request.headers, request.body, [each.encode() for each in secrets])


def test_every_secret_signs_so_that_one_can_be_replaced(server):
    send(server, Webhook(secrets=SECRETS))
    (request,) = server.requests
    for secret in (KNOWN, OTHER):
        found = proof(request, secret)
        assert (found.id, found.signed_at_s) == ("toc_1", T0)
    with pytest.raises(InvalidSignature):
        proof(request, "whsec_" + "QkJC" * 8)
    changed = replace(request, body=request.body + b" ")
    with pytest.raises(InvalidSignature):
        proof(changed, KNOWN)
    assert [len(b64decode(each.removeprefix("v1,")))
            for each in request.headers["webhook-signature"].split(" ")] == [32, 32]  # fmt: skip


def test_a_signature_is_that_of_the_specifications_own_libraries():
    # standard-webhooks/libraries: the vector that they all test with.
    said = sign(
        [KNOWN.encode()], "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", b'{"test": 2432232314}'
    )
    assert said == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_retry_is_signed_anew_and_says_the_same(server):
    server.answers = [Answer(status=500)]
    settings = Webhook(secrets=SECRETS[:1], body="tocsin")
    with pytest.raises(Retryable):
        send(server, settings)
    send(server, settings, attempt=2)
    first, second = server.requests
    assert first.body == second.body
    assert orjson.loads(first.body)["version"] == "1"
    assert first.headers["webhook-id"] == second.headers["webhook-id"] == "toc_1"


def test_without_secrets_nothing_is_signed_and_the_body_is_alertmanagers(server):
    send(server, None)
    send(server, Webhook(url=Secret(name="tocsin/acme/url")), {"tocsin/acme/url": server.url}, "")
    for request in server.requests:
        assert "webhook-signature" not in request.headers
        assert orjson.loads(request.body)["version"] == "4"
        assert request.path == "/hook/secret"


@pytest.mark.parametrize("secret", ["whsec_%%%", "", "whsec_"])
def test_a_secret_of_another_form_sends_nothing(server, secret):
    with pytest.raises(
        Unsendable, match="receiver oncall: a secret of Standard Webhooks"
    ) as raised:
        send(server, Webhook(secrets=SECRETS), {**KEPT, "tocsin/acme/new": secret})
    assert KNOWN not in str(raised.value)
    assert server.requests == []
    with pytest.raises(ConfigurationError):
        sign([secret.encode()], "a", "1", b"")


def test_a_configured_header_is_no_signature():
    told = notification(DOWN, receiver=receiver(headers={"Webhook-Signature": "v1,x", "X-A": "b"}))
    sent = {name.lower(): value for name, value in webhook.headers(told, T0).items()}
    assert "webhook-signature" not in sent
    assert sent["x-a"] == "b"
