"""Each message is of one tenant, and says so: SQS gives every tenant its fair share by that."""

import pytest

from cli.localcloud.receiver import LocalReceiver
from tests.builders import config, receiver, route
from tests.integration.resources import STAGES
from tests.integration.world import World
from tocsin.adapters import aws
from tocsin.pipeline.envelope import decode

TENANTS = ("acme", "globex", "umbrella")
QUEUES = tuple(name for stage in STAGES for name in (f"{stage}-urgent", stage))


def _groups(stack: World, queue: str) -> list[tuple[str, str]]:
    """Return the message group and the tenant of each message of a queue, and leave it there."""
    messages = stack.resources.receive(queue, 100)
    stack.resources.release(queue, messages)
    return [
        (each["Attributes"].get("MessageGroupId", "none"), decode(each["Body"]).tenant)
        for each in messages
    ]


@pytest.mark.parametrize("size", [1, 30])
def test_every_message_of_every_queue_is_in_the_group_of_its_tenant(
    stack: World, size: int
) -> None:
    for tenant in TENANTS:
        own = receiver(url=f"http://127.0.0.1:9/{tenant}")
        grouped = route(group_by=("alertname", "host"))
        key = stack.add_tenant(config(tenant, route=grouped, receivers={"oncall": own}))
        for severity in ("critical", "warning"):
            alerts = [
                {"name": "Disk", "labels": {"host": f"{n}"}, "severity": severity}
                for n in range(size)
            ]
            assert stack.post("/v1/alerts", key, alerts)["statusCode"] == 202
    for queue in QUEUES:
        groups = _groups(stack, queue)
        assert {tenant for _, tenant in groups} == set(TENANTS), queue
        assert all(group == tenant for group, tenant in groups), queue
        if not queue.startswith("notify"):
            stack.pump(queue)


def _waiting(stack: World, queue: str) -> int:
    """Return how many messages wait in a queue."""
    name = "ApproximateNumberOfMessages"
    url = stack.resources.queues[queue]
    answer = aws.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=[name])
    return int(answer["Attributes"][name])


def test_a_storm_keeps_no_critical_alert_of_another_tenant_waiting(
    stack: World, people: LocalReceiver
) -> None:
    keys = {
        tenant: stack.add_tenant(
            config(
                tenant,
                route=route(group_by=("alertname",)),
                receivers={"oncall": receiver(url=f"{people.url}/webhook/{tenant}")},
            )
        )
        for tenant in ("acme", "globex")
    }
    for request in range(12):
        storm = [
            {"name": f"Storm{n}", "severity": "warning", "labels": {"pod": f"{request}-{n}"}}
            for n in range(20)
        ]
        assert stack.post("/v1/alerts", keys["globex"], storm)["statusCode"] == 202
    waiting = _waiting(stack, "enrich")
    assert waiting > 0
    # One worker comes to the storm before, and each stage has some of it in its queue.
    for stage in STAGES[:-1]:
        stack.pump(stage, 5)
    left = {stage: _waiting(stack, stage) for stage in STAGES}
    assert left["enrich"] > 0
    assert left["notify"] > 0
    for name, severity in (("Paged", "critical"), ("Told", "warning")):
        alerts = [{"name": name, "severity": severity}]
        assert stack.post("/v1/alerts", keys["acme"], alerts)["statusCode"] == 202
    for stage in STAGES:
        assert stack.pump(f"{stage}-urgent") == 1
    # What was sent before it still waits when the critical alert is heard, and so does a warning.
    (heard,) = people.arrivals
    assert heard.path == "/webhook/acme"
    assert [each["labels"]["alertname"] for each in heard.alerts] == ["Paged"]
    assert _waiting(stack, "enrich") == left["enrich"] + 1
    assert _waiting(stack, "notify") == left["notify"]
