"""CloudWatch alarms in each form that AWS sends them in."""

from typing import Any

import orjson
import pytest

from tests.unit.providers.samples import sample
from tocsin.domain.alert import Alert
from tocsin.domain.errors import InvalidAlert, InvalidPayload
from tocsin.providers.cloudwatch import confirmation_link, parse, subscription

NOW_S = 1_763_800_000.0
CHANGED_AT_S = 1_763_793_185.123


def alarm(**fields: Any) -> dict[str, Any]:
    return {
        "AlarmName": "cpu",
        "AWSAccountId": "111122223333",
        "AlarmArn": "arn:aws:cloudwatch:eu-central-1:111122223333:alarm:cpu",
        "NewStateValue": "ALARM",
        "OldStateValue": "OK",
        "StateChangeTime": "2025-11-22T06:33:05.123+0000",
        **fields,
    }


def read(payload: Any) -> Alert:
    (entry,) = parse(payload, NOW_S)
    assert isinstance(entry, Alert), entry
    return entry


def in_envelope(message: dict[str, Any], topic: str = "") -> dict[str, Any]:
    return {"Type": "Notification", "TopicArn": topic, "Message": orjson.dumps(message).decode()}


def test_an_alarm_and_its_ok_are_one_alert() -> None:
    firing, resolved = read(sample("cloudwatch.sns-alarm")), read(sample("cloudwatch.sns-ok"))
    assert (firing.status, resolved.status) == ("firing", "resolved")
    assert firing.labels == resolved.labels
    assert firing.severity == resolved.severity == "critical"
    assert (firing.starts_at_s, firing.observed_at_s) == (CHANGED_AT_S, CHANGED_AT_S)
    assert resolved.ends_at_s == resolved.observed_at_s == 1_763_793_665.007


def test_labels_separate_accounts_regions_alarms_and_dimensions() -> None:
    assert read(sample("cloudwatch.sns-alarm")).labels == {
        "alertname": "orders-db cpu",
        "account": "111122223333",
        "region": "eu-central-1",
        "namespace": "AWS/RDS",
        "metric": "CPUUtilization",
        "DBInstanceIdentifier": "orders-db",
    }


def test_every_way_in_gives_the_same_alert() -> None:
    through_sns = sample("cloudwatch.sns-alarm")
    expected = read(through_sns)
    assert read(orjson.loads(through_sns["Message"])) == expected
    assert read(sample("cloudwatch.eventbridge")) == expected
    assert read(in_envelope(sample("cloudwatch.eventbridge"))) == expected


def test_people_get_reason_description_value_and_a_link() -> None:
    alert = read(sample("cloudwatch.sns-alarm"))
    assert alert.annotations["summary"].startswith("Threshold Crossed")
    assert alert.annotations["description"].startswith("The orders database")
    assert alert.value == 93.25
    assert alert.url == (
        "https://eu-central-1.console.aws.amazon.com/cloudwatch/home"
        "?region=eu-central-1#alarmsV2:alarm/orders-db%20cpu"
    )


def test_a_lack_of_data_keeps_a_firing_alarm_firing() -> None:
    before = read(alarm())
    lost = read(alarm(NewStateValue="INSUFFICIENT_DATA", OldStateValue="ALARM"))
    assert lost.status == "firing"
    assert (lost.labels, lost.severity) == (before.labels, before.severity)
    assert lost.annotations["state"] == "INSUFFICIENT_DATA"
    assert lost.starts_at_s is None
    assert lost.holds_until_s is None


@pytest.mark.parametrize("previous", ["OK", "INSUFFICIENT_DATA", None])
def test_a_lack_of_data_opens_nothing(previous: str | None) -> None:
    payload = alarm(NewStateValue="INSUFFICIENT_DATA", OldStateValue=previous)
    assert parse(payload, NOW_S) == []
    assert parse(sample("cloudwatch.sns-insufficient-data"), NOW_S) == []


def test_contributors_to_one_alarm_are_separate_alerts() -> None:
    event = sample("cloudwatch.eventbridge-contributor")
    orders = read(event)
    assert orders.labels["TableName"] == "orders"
    assert orders.value == 4.0
    event["detail"]["alarmContributor"]["attributes"]["TableName"] = "carts"
    assert read(event).labels != orders.labels
    notification = alarm(
        AlarmName="table-throttled", AlarmContributorAttributes={"TableName": "orders"}
    )
    assert read(notification).labels == orders.labels


def test_an_expression_has_the_labels_that_its_metrics_share() -> None:
    metrics = [
        {"Id": "e1", "Expression": "m1/m2", "ReturnData": True},
        *(
            {
                "Id": f"m{n}",
                "MetricStat": {
                    "Metric": {
                        "Namespace": "AWS/EC2",
                        "MetricName": name,
                        "Dimensions": [{"name": "InstanceId", "value": "i-1"}],
                    }
                },
            }
            for n, name in enumerate(("NetworkIn", "NetworkOut"))
        ),
    ]
    labels = read(alarm(Trigger={"Metrics": metrics})).labels
    assert labels["InstanceId"] == "i-1"
    assert labels["namespace"] == "AWS/EC2"
    assert "metric" not in labels


def test_a_composite_alarm_has_no_metric() -> None:
    labels = read(alarm(AlarmRule="ALARM(a) OR ALARM(b)")).labels
    assert set(labels) == {"alertname", "account", "region"}


def test_a_dimension_cannot_take_the_place_of_the_account() -> None:
    trigger = {
        "Namespace": "Own",
        "MetricName": "m",
        "Dimensions": [{"name": "account", "value": "x"}],
    }
    assert read(alarm(Trigger=trigger)).labels["account"] == "111122223333"


@pytest.mark.parametrize(
    ("fields", "region"),
    [
        ({}, "eu-central-1"),
        ({"AlarmArn": None, "Region": "EU (Ireland)"}, "eu-west-1"),
        ({"AlarmArn": "nonsense", "Region": "EU (Ireland)"}, "EU (Ireland)"),
    ],
)
def test_the_region_is_a_code_where_an_arn_has_it(fields: dict[str, Any], region: str) -> None:
    topic = "arn:aws:sns:eu-west-1:111122223333:alarms"
    assert read(in_envelope(alarm(**fields), topic)).labels["region"] == region


@pytest.mark.parametrize(
    ("fields", "severity"),
    [
        ({}, "warning"),
        ({"AlarmDescription": "Busy. severity: critical"}, "critical"),
        ({"AlarmDescription": "Severity=HIGH, call Ann"}, "high"),
        ({"AlarmDescription": '{"team": "db", "severity": "P1"}'}, "critical"),
        ({"AlarmDescription": "of unknown severity"}, "warning"),
        ({"AlarmDescription": "severity:"}, "warning"),
        ({"AlarmTags": {"Severity": "critical"}}, "critical"),
        ({"AlarmTags": [{"Key": "severity", "Value": "info"}]}, "info"),
        ({"AlarmTags": {"severity": "low"}, "AlarmDescription": "severity: high"}, "low"),
    ],
)
def test_severity_is_what_tag_or_description_say(fields: dict[str, Any], severity: str) -> None:
    for state in ("ALARM", "OK"):
        assert read(alarm(NewStateValue=state, **fields)).severity == severity


def test_an_alarm_written_by_hand_without_a_state_fires() -> None:
    assert read({"Message": '{"AlarmName": "by hand"}'}).status == "firing"


@pytest.mark.parametrize("kind", ["SubscriptionConfirmation", "UnsubscribeConfirmation"])
def test_the_handshakes_of_sns_hold_no_alert(kind: str) -> None:
    payload = {**sample("cloudwatch.sns-subscription"), "Type": kind}
    assert parse(payload, NOW_S) == []


def test_the_topic_of_a_subscription_is_told_and_nothing_forged() -> None:
    payload = sample("cloudwatch.sns-subscription")
    assert subscription(payload) == "arn:aws:sns:eu-central-1:111122223333:alarms"
    assert subscription(sample("cloudwatch.sns-alarm")) is None
    for topic in (None, 7, "x", "arn:a\nb", "arn:" + "x" * 1000):
        assert subscription({**payload, "TopicArn": topic}) is None
    assert subscription([]) is None


@pytest.mark.parametrize(
    ("link", "is_kept"),
    [
        ("https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&Token=t", True),
        ("https://sns.cn-north-1.amazonaws.com.cn/?Action=ConfirmSubscription", True),
        ("http://sns.eu-central-1.amazonaws.com/", False),
        ("https://sns.eu-central-1.amazonaws.com.example.org/", False),
        ("https://example.org/sns.eu-central-1.amazonaws.com/", False),
        ("https://sns.eu-central-1.amazonaws.com@example.org/", False),
        ("https://sns.eu-central-1.amazonaws.com:8443/", False),
        ("https://s3.eu-central-1.amazonaws.com/", False),
        ("https://sns.a?b.amazonaws.com/", False),
        ("https://sns.eu-central-1.amazonaws.com/\n", False),
        ("sns", False),
        (None, False),
    ],
)
def test_only_a_link_of_sns_itself_confirms_a_subscription(link: Any, is_kept: bool) -> None:
    payload = {**sample("cloudwatch.sns-subscription"), "SubscribeURL": link}
    assert confirmation_link(payload) == (link if is_kept else None)
    assert confirmation_link({**payload, "Type": "Notification"}) is None


def test_a_changed_configuration_is_no_alert() -> None:
    event = sample("cloudwatch.eventbridge")
    event["detail-type"] = "CloudWatch Alarm Configuration Change"
    assert parse(event, NOW_S) == []


@pytest.mark.parametrize(
    ("payload", "path"),
    [
        (in_envelope(alarm(NewStateValue="RED")), "Message.NewStateValue"),
        (in_envelope(alarm(StateChangeTime="now")), "Message.StateChangeTime"),
        (in_envelope(alarm(AlarmName="")), "Message.AlarmName"),
        (alarm(AlarmName=7), "AlarmName"),
        ({**sample("cloudwatch.eventbridge"), "detail": None}, "detail"),
    ],
)
def test_an_alarm_that_cannot_be_read_is_named_by_its_path(payload: Any, path: str) -> None:
    (entry,) = parse(payload, NOW_S)
    assert isinstance(entry, InvalidAlert)
    assert entry.path == path


@pytest.mark.parametrize(
    "payload",
    [
        None,
        [],
        {},
        {"Type": "Notification", "Message": "Hello from SNS"},
        {"Type": "Notification", "Message": "[1]"},
        {"Message": 5},
        {"Message": '{"a": 1}'},
        {"detail-type": "EC2 Instance State-change Notification", "detail": {}},
    ],
)
def test_a_body_that_is_no_alarm_is_refused_by_name(payload: Any) -> None:
    with pytest.raises(InvalidPayload, match=r"^cloudwatch: "):
        parse(payload, NOW_S)
