"""Alarms: what fails without a person looking is heard of outside tocsin."""

import pytest

from tests.template.test_queues import QUEUES
from tests.template.transformed import Stack, target

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


def test_alarms_reach_the_topic_if_there_is_one(stack: Stack) -> None:
    for alarm in stack.of_type("AWS::CloudWatch::Alarm").values():
        assert "AlarmActions" not in alarm
    for alarm in Stack(AlarmTopicArn=TOPIC).of_type("AWS::CloudWatch::Alarm").values():
        assert alarm["AlarmActions"] == [TOPIC]
