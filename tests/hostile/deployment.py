"""A deployed stack of two tenants, with people who listen and with all that is logged kept."""

import io
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout

import msgspec
import pytest
from moto.core.model_instances import reset_model_data
from moto.dynamodb.models import dynamodb_backends
from moto.s3.models import s3_backends
from moto.sqs.models import sqs_backends

from cli.localcloud.receiver import LocalReceiver
from tests.builders import config, receiver, route
from tests.integration.world import World, world
from tocsin.domain.config import TenantConfig
from tocsin.domain.limits import Limits
from tocsin.runtime import observability

TENANTS = ("acme", "beta")
ACCOUNT = "123456789012"
REGION = "us-east-1"


class Deployment(msgspec.Struct, frozen=True):
    """The stack, a key of each tenant, the receiver that both tell, and the logs."""

    stack: World
    keys: dict[str, str]
    people: LocalReceiver
    output: io.StringIO

    def wipe(self) -> None:
        """Forget all but the tenants: empty every table but theirs, the bucket and the logs."""
        for name, table in dynamodb_backends[ACCOUNT][REGION].tables.items():
            if name != "control-table":
                table.items.clear()
        bucket = s3_backends[ACCOUNT]["aws"].buckets["archive"]
        bucket.keys = type(bucket.keys)()
        for queue in sqs_backends[ACCOUNT][REGION].queues.values():
            queue._messages.clear()
            queue.pending_messages.clear()
        # moto keeps every object of every run for a dashboard.
        reset_model_data()
        self.output.seek(0)
        self.output.truncate()


def configuration(tenant: str, url: str) -> TenantConfig:
    """Return a configuration that tells everything to a webhook and to Slack."""
    return config(
        tenant,
        # Thousands of requests in a minute, each of which is to be read.
        limits=Limits(alerts=0, webhook=0),
        route=route(
            "oncall",
            group_by=("alertname",),
            routes=(
                route("chat", group_by=("alertname", "host", "instance"), continues=True),
                route("oncall", group_by=("alertname",)),
            ),
        ),
        receivers={
            "oncall": receiver(url=f"{url}/webhook/{tenant}"),
            "chat": receiver("chat", kind="slack", url=f"{url}/slack/{tenant}"),
        },
    )


@contextmanager
def deployed() -> Iterator[Deployment]:
    """Deploy for as long as the block lasts; AWS would refuse no call that is made in it."""
    output = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, LocalReceiver() as people:
        logger = observability.logger()
        patch.setattr(logger.registered_handler, "stream", output)
        patch.setattr(logger._logger, "propagate", False)
        with world(patch) as stack, redirect_stdout(output):
            keys = {
                tenant: stack.add_tenant(configuration(tenant, people.url)) for tenant in TENANTS
            }
            yield Deployment(stack, keys, people, output)
