"""Each message is of one tenant, and says so: SQS gives every tenant its fair share by that."""

import pytest

from tests.builders import config, receiver, route
from tests.integration.resources import STAGES
from tests.integration.world import World
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
