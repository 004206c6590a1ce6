"""Signed requests through the real handler: accepted once, refused in one way, leaking nothing."""

import hmac
import json
from typing import Any

import pytest
from msgspec.structs import replace

from cli.localcloud.receiver import LocalReceiver
from tests.builders import T0
from tests.integration.payloads import member, webhook
from tests.integration.world import World
from tests.unit.signatures import awssns
from tocsin.adapters import aws
from tocsin.adapters.sns import AwsSns
from tocsin.adapters.sqs import SqsOutbox
from tocsin.domain.config import Signature, SigningSecret, TenantConfig
from tocsin.domain.errors import Retryable
from tocsin.pipeline.signed import SignedRequests
from tocsin.runtime import signedrequests

SECRET = "canary-of-a-signing-secret"
AM = "/v1/alerts/alertmanager"
PAYLOAD = json.dumps(webhook(member("db-1"))).encode()


def signature(**fields: Any) -> Signature:
    values = {
        "provider": "alertmanager",
        "scheme": "github",
        "secrets": (SigningSecret(name="tocsin/acme/github"),),
    }
    return Signature(**{**values, **fields})


def signed(body: bytes = PAYLOAD, secret: str = SECRET, delivery: str = "d-1") -> dict[str, str]:
    mac = hmac.new(secret.encode(), body, "sha256").hexdigest()
    return {"x-hub-signature-256": f"sha256={mac}", "x-github-delivery": delivery}


@pytest.fixture
def key(stack: World, acme: TenantConfig) -> str:
    secrets = aws.client("secretsmanager")
    secrets.create_secret(Name="tocsin/acme/github", SecretString=SECRET)
    return stack.add_tenant(replace(acme, signatures=(signature(),)))


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Everything that is said to the logger."""
    from tocsin.runtime import observability

    lines: list[Any] = []

    class Log:
        def warning(self, *what: Any, **more: Any) -> None:
            lines.append((what, more))

        info = error = warning

    monkeypatch.setattr(observability, "logger", Log)
    return lines


def error_of(answer: dict[str, Any]) -> tuple[int, dict[str, str]]:
    return answer["statusCode"], json.loads(answer["body"])["error"]


REFUSED = (401, {"code": "invalid_signature", "message": "no valid signature", "path": ""})


def test_a_signed_request_is_accepted_and_told(
    stack: World, key: str, people: LocalReceiver
) -> None:
    assert stack.post(AM, key, PAYLOAD, **signed())["statusCode"] == 202
    stack.drain()
    assert len(people.arrivals) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-hub-signature-256": ""},
        {"x-hub-signature-256": "sha256="},
        signed(secret="another"),
        signed(body=PAYLOAD + b" "),
        {"x-hub-signature-256": signed()["x-hub-signature-256"][:-1]},
        {"x-hub-signature-256": ", ".join([signed()["x-hub-signature-256"]] * 2)},
    ],
    ids=["none", "empty", "bare", "another secret", "another body", "cut off", "twice"],
)
def test_what_is_not_signed_right_is_refused_in_one_way(
    stack: World, key: str, headers: dict[str, str]
) -> None:
    assert error_of(stack.post(AM, key, PAYLOAD, **headers)) == REFUSED
    assert stack.pump("enrich") == 0


def test_a_forged_body_is_not_even_parsed(stack: World, key: str) -> None:
    assert error_of(stack.post(AM, key, b"{", **signed())) == REFUSED


def test_a_signature_is_no_key(stack: World, key: str) -> None:
    code, error = error_of(stack.post(AM, "", PAYLOAD, **signed()))
    assert (code, error["code"]) == (401, "unauthorized")


def test_other_providers_and_tenants_need_no_signature(
    stack: World, key: str, acme: TenantConfig
) -> None:
    assert stack.post("/v1/alerts", key, {"name": "Up"})["statusCode"] == 202
    other = stack.add_tenant(replace(acme, tenant="globex"))
    assert stack.post(AM, other, PAYLOAD)["statusCode"] == 202


def said(answer: dict[str, Any]) -> tuple[int, str]:
    """Return an answer without its headers, which count requests."""
    return answer["statusCode"], answer["body"]


def test_a_repeat_gets_the_same_answer_and_nothing_is_queued(
    stack: World, key: str, people: LocalReceiver
) -> None:
    first = stack.post(AM, key, PAYLOAD, **signed())
    stack.drain()
    assert said(stack.post(AM, key, PAYLOAD, **signed())) == said(first)
    assert stack.pump("enrich") == 0
    assert len(people.arrivals) == 1
    assert stack.balance(key)["accepted"] == 1


def test_an_id_that_was_used_for_another_body_is_a_409(stack: World, key: str) -> None:
    stack.post(AM, key, PAYLOAD, **signed())
    other = json.dumps(webhook(member("db-2"))).encode()
    code, error = error_of(stack.post(AM, key, other, **signed(other)))
    assert (code, error["code"]) == (409, "replayed")


def test_an_attempt_that_failed_at_the_queue_is_no_repeat(
    stack: World, key: str, people: LocalReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise Retryable("the queue is away")

    with monkeypatch.context() as patched:
        patched.setattr(SqsOutbox, "send", fail)
        assert stack.post(AM, key, PAYLOAD, **signed())["statusCode"] == 503
    assert stack.post(AM, key, PAYLOAD, **signed())["statusCode"] == 202
    stack.drain()
    assert len(people.arrivals) == 1


def test_a_request_that_was_queued_and_not_remembered_is_still_told_once(
    stack: World, key: str, people: LocalReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(SignedRequests, "remember", lambda *_: False)
        first = stack.post(AM, key, PAYLOAD, **signed())
        stack.drain()
        assert said(stack.post(AM, key, PAYLOAD, **signed())) == said(first)
    stack.drain()
    assert len(people.arrivals) == 1
    assert stack.balance(key)["accepted"] == 1


def test_a_memory_that_is_gone_costs_no_alert(
    stack: World, key: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SEEN_TABLE", "gone")
    assert stack.post(AM, key, PAYLOAD, **signed())["statusCode"] == 202
    assert '"replay_unchecked":[1.0]' in capsys.readouterr().out
    stack.strict.refusals.clear()


def test_a_secret_that_is_missing_is_a_503_and_the_log_says_which(
    stack: World, key: str, logged: list[Any]
) -> None:
    aws.client("secretsmanager").delete_secret(
        SecretId="tocsin/acme/github", ForceDeleteWithoutRecovery=True
    )
    answer = stack.post(AM, key, PAYLOAD, **signed())
    assert answer["statusCode"] == 503
    assert "tocsin" not in answer["body"]
    assert "tocsin/acme/github" in repr(logged)


def test_refusals_and_repeats_are_counted_and_no_metric_names_a_tenant(
    stack: World, key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    stack.post(AM, key, PAYLOAD, **signed(secret="another"))
    out = capsys.readouterr().out
    assert '"signature_refused":[1.0]' in out
    assert '"refused":[1.0]' in out
    stack.post(AM, key, PAYLOAD, **signed())
    capsys.readouterr()
    stack.post(AM, key, PAYLOAD, **signed())
    again = capsys.readouterr().out
    assert '"replayed":[1.0]' in again
    assert '"accepted"' not in again
    assert "acme" not in out + again


def test_the_secret_is_found_nowhere_and_no_key_either(
    stack: World, key: str, logged: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    answers = [
        stack.post(AM, key, PAYLOAD, **signed()),
        stack.post(AM, key, PAYLOAD, **signed(secret="another")),
        stack.post(AM, key, b"{", **signed(b"{", delivery="d-2")),
        stack.post(AM, key, webhook({"labels": 5}), **signed()),
    ]
    stack.drain()
    stored = [repr((answers, logged)), capsys.readouterr().out, *_everything_stored()]
    for canary in (SECRET, key, key.rsplit("_", 2)[1]):
        assert not [text for text in stored if canary in text]


def _everything_stored() -> list[str]:
    dynamodb, s3 = aws.client("dynamodb"), aws.client("s3")
    items = [
        repr(dynamodb.scan(TableName=table)["Items"])
        for table in dynamodb.list_tables()["TableNames"]
    ]
    objects = [
        repr((each["Key"], s3.get_object(Bucket="archive", Key=each["Key"])["Metadata"]))
        for each in s3.list_objects_v2(Bucket="archive").get("Contents", [])
    ]
    assert items
    assert objects
    return items + objects


class TestSns:
    """SNS with a certificate of its own making, at the addresses of AWS."""

    PATH = "/v1/alerts/cloudwatch"

    @pytest.fixture
    def web(self, monkeypatch: pytest.MonkeyPatch) -> awssns.Web:
        from tocsin.runtime import ingest

        web = awssns.Web()
        monkeypatch.setattr(ingest, "now_s", lambda: T0)
        monkeypatch.setattr(signedrequests, "_authority", lambda: AwsSns(web, lambda: T0))
        return web

    @pytest.fixture
    def key(self, stack: World, acme: TenantConfig) -> str:
        wanted = Signature(
            provider="cloudwatch", scheme="sns", topics=(awssns.TOPIC,), tolerance_s=3900.0
        )
        return stack.add_tenant(replace(acme, signatures=(wanted,)))

    def test_a_subscription_is_confirmed_and_its_alarms_are_accepted(
        self, stack: World, key: str, web: awssns.Web
    ) -> None:
        asked = awssns.message("SubscriptionConfirmation", MessageId="m-1")
        assert stack.post(f"/k/{key}{self.PATH}", "", asked)["statusCode"] == 202
        assert web.asked == [awssns.CERTIFICATE_URL, awssns.CONFIRMATION_URL]
        alarm = {
            "AlarmName": "DiskFull",
            "NewStateValue": "ALARM",
            "OldStateValue": "OK",
            "NewStateReason": "full",
            "StateChangeTime": "2025-11-22T05:40:00.000+0000",
            "AlarmArn": "arn:aws:cloudwatch:eu-central-1:123456789012:alarm:DiskFull",
        }
        message = awssns.message(Message=json.dumps(alarm), MessageId="m-2")
        answer = stack.post(f"/k/{key}{self.PATH}", "", message)
        assert (answer["statusCode"], json.loads(answer["body"])["accepted"]) == (202, 1)

    def test_a_forged_message_is_refused(self, stack: World, key: str, web: awssns.Web) -> None:
        forged = {**awssns.message(), "Message": '{"AlarmName": "x"}'}
        assert error_of(stack.post(self.PATH, key, forged)) == REFUSED

    def test_a_subscription_of_a_stranger_is_not_confirmed(
        self, stack: World, key: str, web: awssns.Web
    ) -> None:
        topic = awssns.TOPIC.replace("123456789012", "999999999999")
        asked = awssns.message("SubscriptionConfirmation", TopicArn=topic)
        assert error_of(stack.post(self.PATH, key, asked)) == REFUSED
        assert web.asked == []
