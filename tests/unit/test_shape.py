import re

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from tests.template.transformed import ROOT
from tocsin.adapters.shape import EXPECTED, QUEUES, TABLES, check, dead_letter_queue, missing


def build(*, ttl=True, visibility_s=1980, receives=5, retention_s=1209600, index="poke-due"):
    resources = {"ArchiveBucket": "archive"}
    boto3.client("s3").create_bucket(Bucket="archive")
    dynamodb = boto3.client("dynamodb")
    for name, shape in TABLES.items():
        indexes = {index if one == "poke-due" else one: key for one, key in shape.indexes.items()}
        create_table(dynamodb, name, shape.key, indexes)
        if ttl:
            dynamodb.update_time_to_live(
                TableName=name,
                TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires_at_s"},
            )
        resources[name] = name
    sqs = boto3.client("sqs")
    for name in QUEUES:
        dead = sqs.create_queue(
            QueueName=dead_letter_queue(name),
            Attributes={"MessageRetentionPeriod": str(retention_s)},
        )["QueueUrl"]
        arn = f"arn:aws:sqs:us-east-1:123456789012:{dead_letter_queue(name)}"
        redrive = f'{{"deadLetterTargetArn": "{arn}", "maxReceiveCount": {receives}}}'
        attributes = {"VisibilityTimeout": str(visibility_s), "RedrivePolicy": redrive}
        resources[dead_letter_queue(name)] = dead
        resources[name] = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    return resources


def create_table(dynamodb, name, key, indexes):
    attributes = {part for one in (key, *indexes.values()) for part in one}
    more = {}
    if indexes:
        more["GlobalSecondaryIndexes"] = [
            {
                "IndexName": index,
                "KeySchema": schema(index_key),
                "Projection": {"ProjectionType": "ALL"},
            }
            for index, index_key in indexes.items()
        ]
    dynamodb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=schema(key),
        AttributeDefinitions=[
            {"AttributeName": part[:-2], "AttributeType": part[-1]} for part in sorted(attributes)
        ],
        **more,
    )


def schema(key):
    kinds = ("HASH", "RANGE")
    return [
        {"AttributeName": part[:-2], "KeyType": kind}
        for part, kind in zip(key, kinds, strict=False)
    ]


@pytest.fixture(autouse=True)
def aws(monkeypatch):
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        yield


def test_a_stack_of_the_right_shape_has_no_problem():
    resources = build()
    assert missing(resources) == []
    assert check(boto3.client, resources) == []


def test_only_what_is_named_is_looked_at():
    resources = build(ttl=False)
    named = {name: resources[name] for name in ("EnrichQueue", "ArchiveBucket")}
    assert check(boto3.client, named) == []
    assert len(missing(named)) == len(EXPECTED) - 2


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"ttl": False}, "GroupTable (GroupTable): does not expire items: enable time to live"),
        ({"index": "other"}, "GroupTable (GroupTable): has no index poke-due with the key"),
        ({"visibility_s": 30}, "shows a message again after 30 s"),
        ({"receives": 3}, "has no RedrivePolicy with maxReceiveCount 5"),
        ({"retention_s": 3600}, "drops dead letters after 3600 s: set MessageRetentionPeriod"),
    ],
)
def test_each_wrong_shape_says_what_to_mend(wrong, problem):
    found = check(boto3.client, build(**wrong))
    assert any(problem in line for line in found)


def test_a_key_of_another_shape_is_a_problem():
    create_table(boto3.client("dynamodb"), "j", ("pk:S",), {})
    found = check(boto3.client, {"JournalTable": "j"})
    assert any(line.startswith("JournalTable (j): has the key ('pk:S',), not") for line in found)


def test_a_queue_that_redrives_elsewhere_is_a_problem():
    resources = build()
    resources["EnrichDeadLetterQueue"] = resources["NotifyDeadLetterQueue"]
    (found,) = check(boto3.client, resources)
    assert "does not send its dead letters to EnrichDeadLetterQueue" in found


def test_what_does_not_exist_is_a_problem_each():
    url = "https://sqs.us-east-1.amazonaws.com/123456789012/absent"
    gone = {"GroupTable": "absent", "NotifyQueue": url, "ArchiveBucket": "absent-bucket"}
    found = check(boto3.client, gone)
    assert len(found) == 3
    assert all("does not exist: deploy the present template.yaml" in line for line in found)


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("AccessDeniedException", "may not be looked at with these credentials"),
        ("InternalServerError", "cannot be looked at: InternalServerError"),
    ],
)
def test_a_refusal_is_told_from_a_failure(code, problem):
    class Refusing:
        def describe_table(self, **asked):
            raise ClientError({"Error": {"Code": code}}, "DescribeTable")

    (found,) = check(lambda service: Refusing(), {"ControlTable": "control"})
    assert found.startswith(f"ControlTable (control): {problem}")


def test_no_answer_is_a_problem_and_not_a_crash():
    def unreachable(service):
        from botocore.config import Config

        config = Config(retries={"total_max_attempts": 1}, connect_timeout=1)
        return boto3.client(service, endpoint_url="http://127.0.0.1:9", config=config)

    (found,) = check(unreachable, {"ControlTable": "control"})
    assert found.startswith("ControlTable (control): not reachable")


def test_every_table_and_queue_of_the_template_is_looked_at():
    template = (ROOT / "template.yaml").read_text("utf-8")
    kinds = "AWS::(?:DynamoDB::Table|SQS::Queue)"
    found = re.findall(rf"^  (\w+):\n    Type: {kinds}$", template, re.M)
    assert len(found) > 20
    assert set(found) <= set(EXPECTED)
