"""A worker that is killed in the middle of a batch loses nothing and repeats nothing."""

import json
import os
import signal
from collections import Counter

import pytest

from cli.demo.books import heard
from cli.demo.overview import read_overview
from cli.localcloud.http import call
from cli.localcloud.polling import wait_until
from tests.e2e.conftest import processes_with

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

REQUESTS, ALERTS, GROUPS = 3, 1000, 10
TENANT = "globex"


def alerts():
    return [
        {"name": f"Crash{number % GROUPS}", "labels": {"instance": f"host-{number}"}}
        for number in range(ALERTS)
    ]


def test_killing_enrich_in_the_middle_of_a_batch(cloud, receiver):
    key = cloud.keys[TENANT]
    sqs, queue = cloud.client("sqs"), cloud.resource("EnrichQueue")
    # A real queue waits six times the function's timeout before it delivers again.
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": "5"})
    accepted_before = read_overview(cloud.base_url, key).accepted
    arrived_before = len(receiver.arrivals)

    accepted = sum(post(cloud, key) for _ in range(REQUESTS))
    wait_until(lambda: in_flight(sqs, queue) > 0, "a batch is under way", 20, every_s=0.002)
    victims = processes_with(AWS_LAMBDA_FUNCTION_NAME=cloud.resource("EnrichFunction"))
    for victim in victims:
        os.kill(victim, signal.SIGKILL)

    assert victims
    log = cloud.state / "logs" / "emulator.log"
    wait_until(lambda: "Worker process died" in log.read_text(), "the batch failed", 20)

    def is_settled():
        overview = read_overview(cloud.base_url, key)
        done = overview.accepted == accepted_before + accepted and overview.is_settled
        return done and not any(cloud.queue_depths().values())

    wait_until(is_settled, "everything is accounted for", 90)
    notices = Counter(heard(receiver.arrivals[arrived_before:]))
    assert len(notices) == ALERTS
    assert set(notices.values()) == {1}


def post(cloud, key):
    body = json.dumps({"alerts": alerts()}).encode()
    answer = call("POST", f"{cloud.base_url}/v1/alerts", body, {"x-api-key": key})
    assert answer.status == 202, answer
    return answer.json["accepted"]


def in_flight(sqs, queue):
    name = "ApproximateNumberOfMessagesNotVisible"
    answer = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=[name])
    return int(answer["Attributes"][name])
