"""Queues and their readers: relations of numbers that no linter knows."""

import pytest

from tests.template.transformed import Stack, target
from tocsin.pipeline.backpressure import WORKER_MESSAGES

# What notify relies on: pipeline/notify.py holds its lease that long, a receiver may take that
# long to answer, and the clocks of two functions may differ that much.
LEASE_S = 45
RECEIVER_TIMEOUT_S = 10
CLOCK_SKEW_S = 5

# Lambda lets functions and queues feed each other 16 times; then it drops the message.
STAGES = {"Enrich": "EnrichFunction", "Evaluate": "EvaluateFunction", "Notify": "NotifyFunction"}
QUEUES = [*(f"{stage}{urgency}" for stage in STAGES for urgency in ("", "Urgent"))]
QUEUES += ["Rules", "Investigate"]
STAGES |= {"Rules": "RulesFunction", "Investigate": "InvestigateFunction"}


def mapping_of(stack: Stack, queue: str) -> dict:
    (mapping,) = (
        found
        for found in stack.of_type("AWS::Lambda::EventSourceMapping").values()
        if target(found["EventSourceArn"]) == f"{queue}Queue"
    )
    return mapping


def test_each_of_eight_queues_has_a_dead_letter_queue(stack: Stack) -> None:
    expected = {f"{queue}{kind}Queue" for queue in QUEUES for kind in ("", "DeadLetter")}
    assert set(stack.of_type("AWS::SQS::Queue")) == expected


@pytest.mark.parametrize("queue", QUEUES)
def test_each_queue_has_a_reader_that_reports_failures_one_by_one(stack: Stack, queue: str) -> None:
    mapping = mapping_of(stack, queue)
    assert target(mapping["FunctionName"]) == STAGES[queue.removesuffix("Urgent")]
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


@pytest.mark.parametrize("queue", QUEUES)
def test_a_message_stays_invisible_while_it_is_worked_on(stack: Stack, queue: str) -> None:
    mapping = mapping_of(stack, queue)
    timeout_s = stack[target(mapping["FunctionName"])]["Timeout"]
    window_s = mapping["MaximumBatchingWindowInSeconds"]
    assert stack[f"{queue}Queue"]["VisibilityTimeout"] >= 6 * timeout_s + window_s


@pytest.mark.parametrize("queue", QUEUES)
def test_a_large_batch_has_the_window_that_aws_asks_for(stack: Stack, queue: str) -> None:
    mapping = mapping_of(stack, queue)
    assert mapping["BatchSize"] <= 10 or mapping["MaximumBatchingWindowInSeconds"] >= 1


@pytest.mark.parametrize("urgent", [queue for queue in QUEUES if queue.endswith("Urgent")])
def test_critical_alerts_wait_for_no_batch(stack: Stack, urgent: str) -> None:
    assert mapping_of(stack, urgent)["MaximumBatchingWindowInSeconds"] == 0


def test_a_wait_is_estimated_with_what_a_worker_takes_at_once(stack: Stack) -> None:
    assert mapping_of(stack, "Enrich")["BatchSize"] == WORKER_MESSAGES


@pytest.mark.parametrize("queue", QUEUES)
def test_each_queue_has_its_own_dead_letter_queue(stack: Stack, queue: str) -> None:
    redrive = stack[f"{queue}Queue"]["RedrivePolicy"]
    assert target(redrive["deadLetterTargetArn"]) == f"{queue}DeadLetterQueue"
    assert redrive["maxReceiveCount"] >= 5
    assert "RedrivePolicy" not in stack[f"{queue}DeadLetterQueue"]


@pytest.mark.parametrize("queue", QUEUES)
def test_a_dead_letter_is_kept_longer_than_it_can_have_waited(stack: Stack, queue: str) -> None:
    retention_s = stack[f"{queue}DeadLetterQueue"]["MessageRetentionPeriod"]
    assert retention_s == 14 * 86400
    assert retention_s > stack[f"{queue}Queue"]["MessageRetentionPeriod"]


def test_concurrency_is_bounded_where_messages_are_fetched(stack: Stack) -> None:
    # A function throttled by reserved concurrency uses up receives without ever running.
    for queue in QUEUES:
        assert 2 <= mapping_of(stack, queue)["ScalingConfig"]["MaximumConcurrency"] <= 1000
    for function in stack.of_type("AWS::Lambda::Function").values():
        assert "ReservedConcurrentExecutions" not in function


def test_one_parameter_bounds_the_concurrency_of_every_queue() -> None:
    stack = Stack(MaxConcurrency="2")
    limits = {mapping_of(stack, queue)["ScalingConfig"]["MaximumConcurrency"] for queue in QUEUES}
    assert limits == {"2"}


def test_a_lease_outlives_its_holder_and_ends_before_redelivery(stack: Stack) -> None:
    timeout_s = stack["NotifyFunction"]["Timeout"]
    assert timeout_s > RECEIVER_TIMEOUT_S
    assert timeout_s + 1 + 2 * CLOCK_SKEW_S < LEASE_S
    for queue in ("NotifyQueue", "NotifyUrgentQueue"):
        assert stack[queue]["VisibilityTimeout"] > LEASE_S


def test_the_lease_here_is_the_lease_in_the_code() -> None:
    from tocsin.pipeline import notify

    assert notify.LEASE_S == LEASE_S


@pytest.mark.parametrize("name", [f"{q}{kind}Queue" for q in QUEUES for kind in ("", "DeadLetter")])
def test_each_queue_is_encrypted(stack: Stack, name: str) -> None:
    assert stack[name]["SqsManagedSseEnabled"] is True
