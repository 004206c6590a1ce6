"""Whether what a stack deployed has the shape that the pipeline relies on."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import msgspec
from botocore.exceptions import BotoCoreError, ClientError

ClientFactory = Callable[[str], Any]

_DEPLOY = "deploy the present template.yaml"
# A dead letter keeps the age it had in its queue, so it needs the longest retention there is.
_DEAD_LETTER_RETENTION_S = 14 * 86400


class TableShape(msgspec.Struct, frozen=True):
    """The keys of a table and of its indexes, as attribute name and type."""

    key: tuple[str, ...]
    indexes: dict[str, tuple[str, ...]] = {}
    expires: bool = True


_TTL_ATTRIBUTE = "expires_at_s"
TABLES = {
    "FingerprintTable": TableShape(("pk:S",)),
    "GroupTable": TableShape(
        ("pk:S",),
        {
            "resolve-due": ("shard:S", "resolve_due_at_s:N"),
            "poke-due": ("shard:S", "poke_due_at_s:N"),
            "listed": ("listed_in:S",),
            "inhibiting": ("inhibits_in:S",),
        },
    ),
    "JournalTable": TableShape(("pk:S", "sk:S")),
    "BreakerTable": TableShape(("pk:S",)),
    "SeenTable": TableShape(("pk:S", "sk:S")),
    "MetricTable": TableShape(("pk:S", "sk:S")),
    "EnrichmentTable": TableShape(("pk:S", "sk:S")),
    "RuleTable": TableShape(("pk:S", "sk:S"), expires=False),
    "ControlTable": TableShape(("pk:S", "sk:S")),
}
# Least visibility timeout in seconds: six times the function's timeout, and the window.
QUEUES = {
    "EnrichQueue": 181,
    "EnrichUrgentQueue": 180,
    "EvaluateQueue": 181,
    "EvaluateUrgentQueue": 180,
    "NotifyQueue": 180,
    "NotifyUrgentQueue": 180,
    "RulesQueue": 270,
    "InvestigateQueue": 1980,
}
MAX_RECEIVE_COUNT = 5
BUCKET = "ArchiveBucket"


def dead_letter_queue(queue: str) -> str:
    """Return the logical id of a queue's dead-letter queue."""
    return queue.removesuffix("Queue") + "DeadLetterQueue"


EXPECTED = (*TABLES, *QUEUES, *(dead_letter_queue(queue) for queue in QUEUES), BUCKET)


def missing(resources: Mapping[str, str]) -> list[str]:
    """Return a problem for every resource that a whole stack should have."""
    return [f"{name} is not in the stack: {_DEPLOY}" for name in EXPECTED if name not in resources]


def check(client_factory: ClientFactory, resources: dict[str, str]) -> list[str]:
    """Look at each resource that is named and return what is wrong, and how to mend it.

    `resources` maps logical ids to table names, queue URLs and the bucket's name; those that
    it leaves out are not looked at.
    """
    found: list[str] = []
    for name in EXPECTED:
        if name in resources:
            found += _check_one(client_factory, name, resources)
    return found


def _check_one(client_factory: ClientFactory, name: str, resources: Mapping[str, str]) -> list[str]:
    problems: Iterable[str]
    try:
        if name in TABLES:
            problems = _table(client_factory("dynamodb"), resources[name], TABLES[name])
        elif name == BUCKET:
            problems = _bucket(client_factory("s3"), resources[name])
        elif name in QUEUES:
            problems = _queue(client_factory("sqs"), name, resources)
        else:
            problems = _dead_letters(client_factory("sqs"), resources[name])
        return [f"{name} ({resources[name]}): {problem}" for problem in problems]
    except ClientError as error:
        return [f"{name} ({resources[name]}): {_reason(error)}"]
    except BotoCoreError as error:
        return [f"{name} ({resources[name]}): not reachable: {error}"]


def _reason(error: ClientError) -> str:
    code = error.response.get("Error", {}).get("Code", "")
    if code in ("404", "ResourceNotFoundException") or "NonExistentQueue" in code:
        return f"does not exist: {_DEPLOY}"
    if code in ("403", "AccessDenied", "AccessDeniedException"):
        return "may not be looked at with these credentials: allow it in the role or policy"
    return f"cannot be looked at: {code}"


def _table(dynamodb: Any, table: str, shape: TableShape) -> Iterator[str]:
    description = dynamodb.describe_table(TableName=table)["Table"]
    types = {
        attribute["AttributeName"]: attribute["AttributeType"]
        for attribute in description["AttributeDefinitions"]
    }
    if description["TableStatus"] not in ("ACTIVE", "UPDATING"):
        yield f"is {description['TableStatus']}: wait, or restore it"
    actual = _key(description["KeySchema"], types)
    if actual != shape.key:
        yield f"has the key {actual}, not {shape.key}: replace the table and {_DEPLOY}"
    indexes = {
        index["IndexName"]: _key(index["KeySchema"], types)
        for index in description.get("GlobalSecondaryIndexes", [])
    }
    for name, key in shape.indexes.items():
        if indexes.get(name) != key:
            yield f"has no index {name} with the key {key}: {_DEPLOY}"
    if shape.expires:
        yield from _ttl(dynamodb, table)


def _key(schema: list[dict[str, str]], types: Mapping[str, str]) -> tuple[str, ...]:
    # HASH sorts before RANGE, in whatever order the service lists them.
    ordered = sorted(schema, key=lambda part: part["KeyType"])
    return tuple(
        f"{part['AttributeName']}:{types.get(part['AttributeName'], '?')}" for part in ordered
    )


def _ttl(dynamodb: Any, table: str) -> Iterator[str]:
    ttl = dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    is_on = ttl.get("TimeToLiveStatus") in ("ENABLED", "ENABLING")
    if not is_on or ttl.get("AttributeName") != _TTL_ATTRIBUTE:
        yield f"does not expire items: enable time to live on {_TTL_ATTRIBUTE}"


def _queue(sqs: Any, name: str, resources: Mapping[str, str]) -> Iterator[str]:
    attributes = _attributes(sqs, resources[name])
    visibility_s = int(attributes.get("VisibilityTimeout", "0"))
    if visibility_s < QUEUES[name]:
        yield (
            f"shows a message again after {visibility_s} s, while it may still be at work: "
            f"set VisibilityTimeout to {QUEUES[name]} or more"
        )
    redrive = msgspec.json.decode(attributes.get("RedrivePolicy", "{}"))
    if int(redrive.get("maxReceiveCount", 0)) != MAX_RECEIVE_COUNT:
        yield f"has no RedrivePolicy with maxReceiveCount {MAX_RECEIVE_COUNT}: {_DEPLOY}"
    expected_url = resources.get(dead_letter_queue(name))
    target = str(redrive.get("deadLetterTargetArn", "")).rpartition(":")[2]
    if expected_url is not None and target != expected_url.rpartition("/")[2]:
        yield f"does not send its dead letters to {dead_letter_queue(name)}: {_DEPLOY}"


def _dead_letters(sqs: Any, url: str) -> Iterator[str]:
    retention_s = int(_attributes(sqs, url).get("MessageRetentionPeriod", "0"))
    if retention_s < _DEAD_LETTER_RETENTION_S:
        yield (
            f"drops dead letters after {retention_s} s: "
            f"set MessageRetentionPeriod to {_DEAD_LETTER_RETENTION_S}"
        )


def _attributes(sqs: Any, url: str) -> dict[str, str]:
    answer = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
    attributes: dict[str, str] = answer.get("Attributes", {})
    return attributes


def _bucket(s3: Any, bucket: str) -> tuple[str, ...]:
    s3.head_bucket(Bucket=bucket)
    return ()
