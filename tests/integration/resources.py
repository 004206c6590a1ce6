"""The tables, queues, bucket and secret of a stack, made by hand for moto."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from tests.integration.pristine import Pristine, is_empty

STAGES = ("enrich", "evaluate", "notify")
# Rules first, then the stages in the order in which an alert passes them, urgent before the rest.
QUEUES = (
    "rules",
    "investigate",
    *(f"{stage}{kind}" for stage in STAGES for kind in ("-urgent", "")),
)
MAX_RECEIVES = 5


class Resources:
    """What was made, and the environment that names it."""

    def __init__(self, sqs: Any, pepper: str) -> None:
        self.environ: dict[str, str] = {}
        self.pepper = pepper
        self.queues: dict[str, str] = {}
        self.dead_letters: dict[str, str] = {}
        self._sqs = sqs

    def receive(self, queue: str, most: int) -> list[dict[str, Any]]:
        """Receive up to `most` messages, as Lambda's poller does."""
        messages: list[dict[str, Any]] = []
        while len(messages) < most:
            answer = self._sqs.receive_message(
                QueueUrl=self.queues[queue],
                MaxNumberOfMessages=min(10, most - len(messages)),
                AttributeNames=["All"],
            )
            if not answer.get("Messages"):
                break
            messages.extend(answer["Messages"])
        return messages

    def delete(self, queue: str, messages: Sequence[dict[str, Any]]) -> None:
        """Delete what was processed."""
        for start in range(0, len(messages), 10):
            entries = [
                {"Id": str(index), "ReceiptHandle": message["ReceiptHandle"]}
                for index, message in enumerate(messages[start : start + 10])
            ]
            self._sqs.delete_message_batch(QueueUrl=self.queues[queue], Entries=entries)

    def release(self, queue: str, messages: Sequence[dict[str, Any]]) -> None:
        """Let failed messages come back at once instead of after the visibility timeout."""
        for message in messages:
            self._sqs.change_message_visibility(
                QueueUrl=self.queues[queue],
                ReceiptHandle=message["ReceiptHandle"],
                VisibilityTimeout=0,
            )

    def letters(self, stage: str) -> list[dict[str, Any]]:
        """Return the dead letters of a stage, and leave them there."""
        answer = self._sqs.receive_message(
            QueueUrl=self.dead_letters[stage],
            MaxNumberOfMessages=10,
            MessageAttributeNames=["All"],
            VisibilityTimeout=0,
        )
        result: list[dict[str, Any]] = answer.get("Messages", [])
        return result


_MADE: list[tuple[Resources, Pristine]] = []


def make_resources(client: Callable[[str], Any]) -> Resources:
    """Make a stack's resources and return them; what was made the first time is copied later."""
    assert is_empty()
    if not _MADE:
        _MADE.append((_make(client), Pristine()))
    first, pristine = _MADE[0]
    pristine.restore()
    resources = Resources(client("sqs"), first.pepper)
    resources.environ |= first.environ
    resources.queues |= first.queues
    resources.dead_letters |= first.dead_letters
    return resources


def _make(client: Callable[[str], Any]) -> Resources:
    resources = Resources(client("sqs"), pepper="pepper-for-tests")
    resources.environ = {
        "TOCSIN_ENV": "test",
        "POWERTOOLS_SERVICE_NAME": "test",
        "POWERTOOLS_METRICS_NAMESPACE": "Tocsin",
        "POWERTOOLS_LOG_LEVEL": "INFO",
        "CACHE_URL": "",
        "METRIC_KEPT_S": "90000",
        "BACKLOG_LIMIT_MESSAGES": "20000",
        "URGENT_BACKLOG_LIMIT_MESSAGES": "5000",
        "BACKLOG_AGE_LIMIT_S": "300",
        "ALLOW_LOOPBACK_RECEIVERS": "true",
        "USE_MODULAR_ENRICHMENT": "true",
        "ENGINE_FAIL_CLOSED": "false",
        "ENGINE_MAX_WORKERS": "3",
        "ENGINE_ALERT_TIMEOUT_S": "60",
        "ENGINE_TOTAL_TIMEOUT_S": "300",
        "CONNECTION_POOL_SIZE": "10",
        "CONNECTION_POOL_MAX": "20",
        "MAX_REQUESTS_PER_MINUTE": "60",
        "RETRY_MAX_ATTEMPTS": "3",
        "ENABLE_SEMANTIC_DEDUP": "false",
        "SEMANTIC_DEDUP_THRESHOLD": "0.85",
        "SEMANTIC_MODEL": "static",
        "RES_OPTIONS": "timeout:1 attempts:3",
        "PUBLIC_URL": "https://alerts.example.com/prod",
        **{f"{stage.upper()}_FUNCTION_NAME": f"{stage}-1" for stage in ("ingest", *STAGES)},
    }
    _tables(client("dynamodb"), resources.environ)
    _queues(client("sqs"), resources)
    client("s3").create_bucket(Bucket="archive")
    resources.environ["ARCHIVE_BUCKET"] = "archive"
    secret = client("secretsmanager").create_secret(Name="pepper", SecretString=resources.pepper)
    resources.environ["KEY_PEPPER_SECRET_ARN"] = secret["ARN"]
    secret = client("secretsmanager").create_secret(Name="action", SecretString="links-for-tests")
    resources.environ["ACTION_SECRET_ARN"] = secret["ARN"]
    return resources


def _tables(dynamodb: Any, environ: dict[str, str]) -> None:
    for name, keys in (
        ("FINGERPRINT_TABLE", ["pk"]),
        ("GROUP_TABLE", ["pk"]),
        ("JOURNAL_TABLE", ["pk", "sk"]),
        ("BREAKER_TABLE", ["pk"]),
        ("CONTROL_TABLE", ["pk", "sk"]),
        ("SEEN_TABLE", ["pk", "sk"]),
        ("RULE_TABLE", ["pk", "sk"]),
        ("METRIC_TABLE", ["pk", "sk"]),
        ("ENRICHMENT_TABLE", ["pk", "sk"]),
    ):
        attributes = dict.fromkeys(keys, "S")
        extra: dict[str, Any] = {}
        if name == "GROUP_TABLE":
            attributes |= {"shard": "S", "resolve_due_at_s": "N", "poke_due_at_s": "N"}
            attributes |= {"listed_in": "S", "inhibits_in": "S"}
            extra["GlobalSecondaryIndexes"] = [
                *(_index(kind) for kind in ("resolve", "poke")),
                *(
                    _listing(*each)
                    for each in (("listed", "listed_in"), ("inhibiting", "inhibits_in"))
                ),
            ]
        table = name.lower().replace("_", "-")
        dynamodb.create_table(
            TableName=table,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[
                {"AttributeName": attribute, "AttributeType": kind}
                for attribute, kind in attributes.items()
            ],
            KeySchema=_schema(*keys),
            **extra,
        )
        dynamodb.update_time_to_live(
            TableName=table,
            TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires_at_s"},
        )
        environ[name] = table


def _schema(*names: str) -> list[dict[str, str]]:
    return [
        {"AttributeName": name, "KeyType": kind}
        for name, kind in zip(names, ("HASH", "RANGE"), strict=False)
    ]


def _index(kind: str) -> dict[str, Any]:
    return {
        "IndexName": f"{kind}-due",
        "KeySchema": _schema("shard", f"{kind}_due_at_s"),
        "Projection": {
            "ProjectionType": "INCLUDE",
            "NonKeyAttributes": ["key", "urgent", "resolve_due_at_s", "poke_due_at_s"],
        },
    }


def _listing(name: str, attribute: str) -> dict[str, Any]:
    return {
        "IndexName": name,
        "KeySchema": _schema(attribute),
        "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["key", "version"]},
    }


def _queues(sqs: Any, resources: Resources) -> None:
    for name in QUEUES:
        dead = sqs.create_queue(
            QueueName=f"{name}-dead", Attributes={"MessageRetentionPeriod": "1209600"}
        )["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])
        redrive = {
            "deadLetterTargetArn": arn["Attributes"]["QueueArn"],
            "maxReceiveCount": MAX_RECEIVES,
        }
        attributes = {"RedrivePolicy": json.dumps(redrive), "VisibilityTimeout": "300"}
        url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        resources.queues[name], resources.dead_letters[name] = url, dead
        variable = name.upper().replace("-", "_")
        resources.environ[f"{variable}_QUEUE_URL"] = url
        resources.environ[f"{variable}_DEAD_LETTER_QUEUE_URL"] = dead
