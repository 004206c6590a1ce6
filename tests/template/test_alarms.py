"""Alarms: what fails without a person looking is heard of outside tocsin."""

import json

import pytest

from tests.template.test_queues import QUEUES
from tests.template.transformed import Stack, target
from tocsin.domain.breaker import BreakerPolicy
from tocsin.domain.retry import RetryPolicy
from tocsin.pipeline.attempts import DUE
from tocsin.pipeline.safecall import BEHIND_S, SPREAD_S
from tocsin.ports.enrichment import FAILED_KEPT_S
from tocsin.runtime import observability
from tocsin.runtime.facets import Facet

TOPIC = "arn:aws:sns:eu-central-1:123456789012:on-call"


@pytest.mark.parametrize("queue", QUEUES)
def test_the_first_dead_letter_raises_an_alarm(stack: Stack, queue: str) -> None:
    alarm = stack[f"{queue}DeadLetterAlarm"]
    (dimension,) = alarm["Dimensions"]
    # NumberOfMessagesSent does not count what a redrive policy moved.
    assert alarm["MetricName"] == "ApproximateNumberOfMessagesVisible"
    assert target(dimension["Value"]) == f"{queue}DeadLetterQueue"
    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("GreaterThanThreshold", 0)


@pytest.mark.parametrize("queue", QUEUES)
def test_looking_at_letters_does_not_raise_the_alarm_again(stack: Stack, queue: str) -> None:
    # While a run of the letters function hides them, the alarm sees none; one point in so
    # many is enough for it to stay as it is.
    alarm = stack[f"{queue}DeadLetterAlarm"]
    hidden_points = 1 + stack["LettersFunction"]["Timeout"] // alarm["Period"]
    assert alarm["DatapointsToAlarm"] == 1
    assert alarm["EvaluationPeriods"] > hidden_points


@pytest.mark.parametrize("queue", QUEUES)
def test_a_message_that_waits_raises_an_alarm(stack: Stack, queue: str) -> None:
    alarm = stack[f"{queue}AgeAlarm"]
    (dimension,) = alarm["Dimensions"]
    assert alarm["MetricName"] == "ApproximateAgeOfOldestMessage"
    assert target(dimension["Value"]) == f"{queue}Queue"
    assert alarm["ComparisonOperator"] == "GreaterThanThreshold"
    # One redelivery is ordinary life; nothing may be lost before somebody hears of it.
    assert alarm["Threshold"] > stack[f"{queue}Queue"]["VisibilityTimeout"]
    assert alarm["Threshold"] < stack[f"{queue}Queue"]["MessageRetentionPeriod"]


@pytest.mark.parametrize("stage", ["Enrich", "Evaluate", "Notify"])
def test_critical_alerts_raise_it_sooner(stack: Stack, stage: str) -> None:
    assert stack[f"{stage}UrgentAgeAlarm"]["Threshold"] < stack[f"{stage}AgeAlarm"]["Threshold"]


def test_a_clock_that_stands_still_raises_an_alarm(stack: Stack) -> None:
    alarm = stack["TickMissedAlarm"]
    assert target(alarm["Dimensions"][0]["Value"]) == "TickFunction"
    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("LessThanThreshold", 1)
    assert alarm["TreatMissingData"] == "breaching"
    assert target(stack["TickErrorAlarm"]["Dimensions"][0]["Value"]) == "TickFunction"


def test_letters_that_nobody_archives_raise_an_alarm(stack: Stack) -> None:
    missed, failed = stack["LettersMissedAlarm"], stack["LettersErrorAlarm"]
    for alarm in (missed, failed):
        assert target(alarm["Dimensions"][0]["Value"]) == "LettersFunction"
        # In each such span it runs at least once.
        assert alarm["Period"] == 300
    assert (missed["MetricName"], missed["TreatMissingData"]) == ("Invocations", "breaching")
    assert (missed["ComparisonOperator"], missed["Threshold"]) == ("LessThanThreshold", 1)
    assert (failed["MetricName"], failed["Threshold"]) == ("Errors", 0)


def test_a_breaker_that_opens_raises_an_alarm_that_stays_while_it_opens_anew(stack: Stack) -> None:
    alarm = stack["NotifyBreakerAlarm"]
    assert (alarm["MetricName"], alarm["Statistic"]) == ("breaker_opened", "Sum")
    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("GreaterThanThreshold", 0)
    assert alarm["DatapointsToAlarm"] == 1
    # Jitter included; then whoever waited in line, and the turn of the clock that wakes them.
    policy = BreakerPolicy()
    open_s = policy.open_cap_s * (1 + policy.jitter)
    between_s = open_s + SPREAD_S + BEHIND_S + stack["TickMissedAlarm"]["Period"]
    assert alarm["EvaluationPeriods"] * alarm["Period"] > between_s


def test_notifications_that_wait_in_numbers_raise_an_alarm(stack: Stack) -> None:
    alarm = stack["NotifyDeferredAlarm"]
    assert (alarm["MetricName"], alarm["Statistic"]) == ("deferred", "Sum")
    # A receiver that is asked too often for a moment is ordinary life.
    assert alarm["Threshold"] > 0
    assert alarm["EvaluationPeriods"] > 1
    # It is heard of before the first of them is given up.
    assert alarm["EvaluationPeriods"] * alarm["Period"] < RetryPolicy().give_up_after_s


def test_critical_notifications_that_are_late_raise_an_alarm(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    alarm = stack["NotifyUrgentLateAlarm"]
    assert (alarm["MetricName"], alarm["ExtendedStatistic"]) == (DUE, "p99")
    # A receiver that answers late for a moment is ordinary life, and so is a turn of the clock.
    assert 1 < alarm["DatapointsToAlarm"] < alarm["EvaluationPeriods"]
    assert alarm["Threshold"] >= 1000 * stack["TickMissedAlarm"]["Period"]
    # It is heard of before the queue's own alarm, which sees only what is not even looked at.
    assert alarm["Threshold"] < 1000 * stack["NotifyUrgentAgeAlarm"]["Threshold"]
    variables = stack["NotifyFunction"]["Environment"]["Variables"]
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", variables["POWERTOOLS_SERVICE_NAME"])
    observability._metrics.cache_clear()
    try:
        waits = {"urgent": {DUE: [1.0]}}
        observability.flush_counts({}, facets=[Facet("priority", waits, "Milliseconds")])
    finally:
        observability._metrics.cache_clear()
    line = json.loads(capsys.readouterr().out)
    _, emitted = line["_aws"]["CloudWatchMetrics"]
    wanted = {each["Name"]: each["Value"] for each in alarm["Dimensions"]}
    assert [{key: line[key] for key in keys} for keys in emitted["Dimensions"]] == [wanted]


def test_senders_that_are_sent_away_minute_after_minute_raise_an_alarm(stack: Stack) -> None:
    alarm = stack["IngestUnavailableAlarm"]
    assert (alarm["MetricName"], alarm["Statistic"]) == ("unavailable", "Sum")
    assert (alarm["ComparisonOperator"], alarm["Period"]) == ("GreaterThanThreshold", 60)
    # A moment without a queue is ordinary life, and so is a minute between two bad ones.
    assert alarm["Threshold"] > 0
    assert 1 < alarm["DatapointsToAlarm"] < alarm["EvaluationPeriods"]
    # Senders such as Alertmanager give up on a notification after some minutes.
    assert alarm["EvaluationPeriods"] * alarm["Period"] <= 300


@pytest.mark.parametrize("stage", ["Enrich", "Investigate"])
def test_a_stage_that_goes_on_to_fail_raises_an_alarm(stack: Stack, stage: str) -> None:
    alarm = stack[f"{stage}StageFailedAlarm"]
    assert (alarm["MetricName"], alarm["Statistic"]) == ("enrichment_failed", "Sum")
    # A page that cannot be read for a moment is ordinary life.
    assert alarm["Threshold"] > 0
    assert alarm["EvaluationPeriods"] > 1
    # It is heard of long before what is kept apart is gone.
    assert alarm["EvaluationPeriods"] * alarm["Period"] < FAILED_KEPT_S / 100


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("EnrichStageFailedAlarm", "EnrichFunction"),
        ("InvestigateStageFailedAlarm", "InvestigateFunction"),
        ("NotifyBreakerAlarm", "NotifyFunction"),
        ("NotifyDeferredAlarm", "NotifyFunction"),
        ("IngestBrokenAlarm", "IngestFunction"),
        ("TickLateAlarm", "TickFunction"),
        ("IngestUnavailableAlarm", "IngestFunction"),
    ],
)
def test_an_alarm_on_a_metric_of_its_own_is_about_what_the_function_emits(
    stack: Stack,
    name: str,
    function: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    alarm = stack[name]
    variables = stack[function]["Environment"]["Variables"]
    assert alarm["Namespace"] == variables["POWERTOOLS_METRICS_NAMESPACE"]
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Tocsin/stack")
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", variables["POWERTOOLS_SERVICE_NAME"])
    observability._metrics.cache_clear()
    try:
        observability.flush_counts({alarm["MetricName"]: 1})
    finally:
        observability._metrics.cache_clear()
    line = json.loads(capsys.readouterr().out)
    (emitted,) = line["_aws"]["CloudWatchMetrics"]
    assert emitted["Namespace"] == "Tocsin/stack"
    # CloudWatch knows a metric by all of its dimensions, and by no fewer.
    wanted = {each["Name"]: each["Value"] for each in alarm["Dimensions"]}
    assert [{key: line[key] for key in keys} for keys in emitted["Dimensions"]] == [wanted]


def test_every_alarm_is_about_a_service_of_aws_or_these_metrics(stack: Stack) -> None:
    own = stack["NotifyFunction"]["Environment"]["Variables"]["POWERTOOLS_METRICS_NAMESPACE"]
    for name, alarm in stack.of_type("AWS::CloudWatch::Alarm").items():
        if "Metrics" in alarm:
            assert own["Fn::Sub"] in json.dumps(alarm["Metrics"]), name
        else:
            assert alarm["Namespace"] in (own, "AWS/SQS", "AWS/Lambda")


def test_alarms_reach_the_topic_if_there_is_one(stack: Stack) -> None:
    for alarm in stack.of_type("AWS::CloudWatch::Alarm").values():
        assert "AlarmActions" not in alarm
    for alarm in Stack(AlarmTopicArn=TOPIC).of_type("AWS::CloudWatch::Alarm").values():
        assert alarm["AlarmActions"] == [TOPIC]


def test_a_provider_above_its_threshold_raises_an_alarm_that_names_it() -> None:
    alarm = Stack(ProviderAlertsPerMinute="5")["ProviderTrafficAlarm"]
    (query,) = alarm["Metrics"]
    # One series a provider: each that is above the threshold becomes a contributor.
    expression = query["Expression"]["Fn::Sub"]
    assert "SUM(provider_accepted)" in expression
    assert 'SCHEMA("Tocsin/${AWS::StackName}", provider, service)' in expression
    assert "GROUP BY provider" in expression
    assert query["Period"] == 60
    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("GreaterThanThreshold", "5")


def test_an_unusual_share_of_duplicates_raises_an_alarm(stack: Stack) -> None:
    alarm = stack["DuplicateAlarm"]
    share, band = alarm["Metrics"]
    metric = share["MetricStat"]["Metric"]
    assert metric["MetricName"] == "duplicate_percent"
    assert metric["Namespace"] == {"Fn::Sub": "Tocsin/${AWS::StackName}"}
    assert metric["Dimensions"] == [{"Name": "service", "Value": "enrich"}]
    assert band["Id"] == alarm["ThresholdMetricId"]
    # Too few are as odd as too many.
    assert alarm["ComparisonOperator"] == "LessThanLowerOrGreaterThanUpperThreshold"


def test_what_the_emulator_does_not_know_can_be_left_out() -> None:
    alarms = Stack(QueryAlarms="false").of_type("AWS::CloudWatch::Alarm")
    assert not {name for name, alarm in alarms.items() if "Metrics" in alarm}
