"""What moto holds of a stack in which nothing has happened yet: made once, copied for each test."""

from copy import deepcopy
from threading import Condition
from typing import Any

from moto.dynamodb.models import dynamodb_backends
from moto.s3.models import s3_backends
from moto.secretsmanager.models import secretsmanager_backends
from moto.sqs.models import sqs_backends

from tests.untraced import untraced

ACCOUNT = "123456789012"
REGION = "us-east-1"


class Pristine:
    """A copy of all that the services of a stack hold now."""

    def __init__(self) -> None:
        self._held = _copied([vars(each) for each in _services()])

    def restore(self) -> None:
        """Let the services hold that, and nothing else."""
        for service, held in zip(_services(), _copied(self._held), strict=True):
            vars(service).clear()
            vars(service).update(held)
        for bucket in _services()[0].buckets.values():
            s3_backends.bucket_accounts[bucket.name] = (bucket.partition, ACCOUNT)


def is_empty() -> bool:
    """Tell whether nothing has been made yet."""
    s3, sqs, dynamodb, secrets = _services()
    return not (s3.buckets or sqs.queues or dynamodb.tables or secrets.secrets)


def _services() -> list[Any]:
    return [
        s3_backends[ACCOUNT]["aws"],
        *(
            backends[ACCOUNT][REGION]
            for backends in (sqs_backends, dynamodb_backends, secretsmanager_backends)
        ),
    ]


@untraced
def _copied(held: list[dict[str, Any]]) -> list[dict[str, Any]]:
    # A lock cannot be copied: each queue gets one of its own.
    locks = [queue._messages_lock for queue in held[1]["queues"].values()]
    return deepcopy(held, {id(lock): Condition() for lock in locks})
