"""Topics, queues, event buses and functions as receivers, on moto under the strict rules."""

import json

import pytest
from msgspec.structs import replace

from tests.builders import T0, alert, receiver
from tests.channels import tools
from tests.contract.sides_awstargets import (
    REGION,
    SIDES,
    ConfirmedSide,
    EventBridgeSide,
    SnsSide,
    SqsSide,
    clients_of_moto,
)
from tocsin.adapters import aws
from tocsin.adapters.receivers import ChannelReceivers, sns
from tocsin.adapters.receivers.awstarget import LIMIT_BYTES
from tocsin.domain.actionlink import MessageAction
from tocsin.domain.channels import AwsTarget
from tocsin.domain.errors import Permanent, Retryable, Throttled, Unsendable
from tocsin.domain.group import GroupKey
from tocsin.ports import Notification

HOSTILE = 'x"\\ <!channel> \u202e </script> \ufffe\uffff \x00 \U0001f525'


@pytest.fixture
def clients():
    with clients_of_moto() as made:
        yield made


@pytest.fixture(params=SIDES, ids=lambda side: side.kind)
def side(request, clients):
    return request.param(clients)


@pytest.fixture(params=[SnsSide, SqsSide], ids=lambda side: side.kind)
def fifo(request, clients):
    return request.param(clients, "alerts.fifo")


@pytest.fixture
def receivers(clients):
    return ChannelReceivers(replace(tools(external_url="https://t.example"), aws=clients))


def notification(side, *alerts, key="toc_1", arn="", **fields):
    return Notification(
        key=key,
        receiver=receiver(kind=side.kind, url="", settings=AwsTarget(arn=arn or side.arn)),
        group=GroupKey("acme", "oncall", (("alertname", "HighLatency"),)),
        alerts=alerts or (alert(starts_at_s=T0),),
        **{"attempt": 1, **fields},
    )


def refused(receivers, told, kind):
    with pytest.raises(kind) as raised:
        receivers.send(told)
    assert type(raised.value) is kind
    return raised.value


def test_the_first_notification_arrives_once_and_has_a_receipt(side, receivers):
    assert receivers.send(notification(side))
    (body,) = side.arrived()
    assert (body["idempotencyKey"], body["status"]) == ("toc_1", "firing")
    assert body["externalURL"] == "https://t.example"
    assert [each["labels"]["alertname"] for each in body["alerts"]] == ["HighLatency"]


def test_a_fifo_drops_what_comes_again_and_keeps_a_group_in_order(fifo, receivers):
    receivers.send(notification(fifo))
    receivers.send(notification(fifo, attempt=2))
    receivers.send(notification(fifo, key="toc_2"))
    assert [body["idempotencyKey"] for body in fifo.arrived()] == ["toc_1", "toc_2"]
    assert {request["MessageGroupId"] for request in fifo.requests} == {notification(fifo).group.id}


# SQS calls a busy key as its old protocol did: the awsQueryError of KmsThrottled.
@pytest.mark.parametrize(
    "code",
    ["Throttling", "TooManyRequestsException", "KMSThrottling", "KMS.ThrottlingException"],
)
def test_throttling_asks_for_fewer_calls(side, receivers, code):
    side.fail_with(code, 429, retry_after="7")
    error = refused(receivers, notification(side), Throttled)
    assert error.retry_after_s == 7
    assert side.arrived() == []


@pytest.mark.parametrize(
    ("code", "status", "said"),
    [
        ("AccessDeniedException", 403, "NotifyTargetArns"),
        ("AuthorizationError", 403, "NotifyTargetArns"),
        ("NotFound", 404, "it is not there"),
        ("KMSAccessDenied", 400, "the key's policy"),
        ("KMSDisabledException", 502, "the key's policy"),
        ("KMS.OptInRequired", 403, "the key's policy"),
        ("KmsInvalidKeyUsage", 400, "the key's policy"),
        ("AWS.SimpleQueueService.UnsupportedOperation", 400, "does not take this"),
        ("ValidationException", 400, "does not take this"),
    ],
)
def test_a_refusal_is_permanent_and_says_why(side, receivers, code, status, said):
    side.fail_with(code, status)
    error = refused(receivers, notification(side), Permanent)
    assert code in error.reason
    assert said in error.reason
    assert "123456789012" not in error.reason


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("InternalError", 500),
        ("ServiceUnavailable", 503),
        ("ExpiredToken", 403),
        ("KMS.InternalException", 400),
        ("Odd", 400),
    ],
)
def test_what_may_pass_is_tried_again(side, receivers, code, status):
    side.fail_with(code, status)
    refused(receivers, notification(side), Retryable)
    assert side.arrived() == []
    assert receivers.send(notification(side, attempt=2))


def test_a_target_that_is_gone_is_a_refusal(side, receivers):
    if isinstance(side, ConfirmedSide):
        # moto takes these wherever they go.
        side.fail_with("ResourceNotFoundException", 404)
    gone = side.arn.replace("alerts", "gone")
    assert "it is not there" in refused(receivers, notification(side, arn=gone), Permanent).reason


def test_of_what_is_too_long_the_first_alerts_arrive_and_the_rest_is_counted(side, receivers):
    many = [
        alert(labels={"instance": str(number)}, annotations={"summary": "é" * 1500})
        for number in range(200)
    ]
    over = replace(many[0], status="resolved")
    receivers.send(notification(side, over, *many[1:], new=1, truncated=3))
    (body,) = side.arrived()
    kept = len(body["alerts"])
    assert 20 < kept < 200
    assert body["truncatedAlerts"] == 200 - kept + 3
    assert "0" in {each["labels"]["instance"] for each in body["alerts"]}
    # What was left out fires, too.
    assert body["status"] == "firing"


def test_of_one_alert_that_is_too_long_the_texts_are_cut(side, receivers):
    texts = {f"text{number}": "\U0001f525" * 16_000 for number in range(100)}
    receivers.send(notification(side, alert(annotations={"summary": "it burns", **texts})))
    (body,) = side.arrived()
    assert body["alerts"][0]["annotations"]["summary"] == "it burns"
    assert body["alerts"][0]["annotations"]["text1"].endswith("…")


def test_hostile_texts_arrive_as_they_are(side, receivers):
    told = notification(side, alert(HOSTILE, annotations={"summary": HOSTILE}))
    receivers.send(replace(told, group=GroupKey("acme", "oncall", (("alertname", HOSTILE),))))
    (body,) = side.arrived()
    assert body["alerts"][0]["annotations"]["summary"] == HOSTILE
    assert body["groupLabels"] == {"alertname": HOSTILE}


def test_an_event_that_was_not_taken_is_no_success(clients, receivers):
    side = EventBridgeSide(clients)
    codes = {"ThrottlingException": Throttled, "InternalFailure": Retryable}
    codes |= {"NotAuthorizedForSourceException": Permanent, "MalformedDetail": Permanent}
    for code, kind in codes.items():

        def failed(parsed, code=code, **_):
            parsed["FailedEntryCount"] = 1
            parsed["Entries"] = [{"ErrorCode": code, "ErrorMessage": "no"}]

        side.client.meta.events.register(side.event("after-call"), failed)
        assert code in refused(receivers, notification(side), kind).reason
        side.client.meta.events.unregister(side.event("after-call"), failed)


def test_no_receiver_is_a_queue_of_tocsin_itself(clients):
    side = SqsSide(clients)
    own = replace(tools(), aws=clients, own_queue_urls=frozenset({side.url}))
    refused(ChannelReceivers(own), notification(side), Unsendable)
    assert side.arrived() == []


def test_a_region_that_is_none_is_unsendable(side):
    one = aws.single_attempt_client
    without = replace(tools(), aws=lambda service, region: one(service, 5, region))
    arn = side.arn.replace(REGION, "no such region")
    refused(ChannelReceivers(without), notification(side, arn=arn), Unsendable)


def test_a_topic_and_a_queue_have_attributes_to_filter_by(clients, receivers):
    for kind in (SnsSide, SqsSide):
        side = kind(clients, "filtered")
        receivers.send(notification(side, alert(severity="critical")))
        (message,) = side.messages()
        found = {
            name: each.get("StringValue") or each.get("Value")
            for name, each in message["MessageAttributes"].items()
        }
        assert found == {
            "idempotency_key": "toc_1",
            "receiver": "oncall",
            "severity": "critical",
            "status": "firing",
            "tenant": "acme",
        }


def test_mail_and_sms_of_a_topic_are_for_people(clients, receivers):
    side = SnsSide(clients)
    told = notification(side, alert("Añil", labels={"host": "db-1"}, starts_at_s=T0))
    receivers.send(replace(told, group=GroupKey("acme", "oncall", (("host", "db-1"),))))
    (request,) = side.requests
    said = json.loads(request["Message"])
    assert request["Subject"] == "[FIRING:1] Anil (host=db-1)"
    assert said["email"].startswith("[FIRING:1] Añil (host=db-1)\n\nAñil: warning, firing\n")
    assert said["email"].endswith("https://t.example")
    assert said["sms"] == "[FIRING:1] Añil (host=db-1)"
    assert json.loads(said["default"])["idempotencyKey"] == "toc_1"


def test_mail_of_a_topic_has_links_and_what_programs_and_phones_get_has_none(clients, receivers):
    side = SnsSide(clients)
    url = "https://t.example/v1/actions/token"
    link = MessageAction(name="acknowledge", title="Acknowledge", url=url, token="token")
    receivers.send(replace(notification(side, alert("A")), actions=(link,)))
    (request,) = side.requests
    said = json.loads(request["Message"])
    assert said["email"].endswith(f"Acknowledge: {url}")
    assert "v1/actions" not in said["default"] + said["sms"]


# docs.aws.amazon.com/sns/latest/api/API_Publish.html: ASCII that begins with a letter, a digit or
# punctuation. The accent alone is a blank and a mark to Unicode.
@pytest.mark.parametrize(
    ("title", "subject"), [("\xb4Down", "Down"), ("\u0301", "?"), ("\xb4", "?"), ("Ok ", "Ok")]
)
def test_no_title_makes_a_subject_that_sns_refuses(title, subject):
    assert sns.subject(title) == subject


def test_a_message_with_its_attributes_is_within_the_limit(clients, receivers):
    side = SnsSide(clients)
    many = [alert(annotations={"summary": f'"{number}' * 900}) for number in range(300)]
    receivers.send(notification(side, *many))
    (request,) = side.requests
    size_bytes = len(request["Message"].encode()) + sum(
        len(name) + len(each["DataType"]) + len(each["StringValue"])
        for name, each in request["MessageAttributes"].items()
    )
    assert LIMIT_BYTES * 0.9 < size_bytes <= LIMIT_BYTES
