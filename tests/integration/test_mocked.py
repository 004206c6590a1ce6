"""What is kept from test to test shows nothing of what other tests did."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.integration.mocked import mocked
from tests.integration.resources import Resources, make_resources
from tocsin.adapters import aws


def _deployed() -> Resources:
    return make_resources(aws.client)


def _contents() -> dict[str, Any]:
    """Return what a stack holds, and how it is set up."""
    dynamodb, sqs, s3 = (aws.client(name) for name in ("dynamodb", "sqs", "s3"))
    tables, queues = dynamodb.list_tables()["TableNames"], sqs.list_queues()["QueueUrls"]
    asked = ("VisibilityTimeout", "RedrivePolicy", "ApproximateNumberOfMessages")
    return {
        "items": [dynamodb.scan(TableName=name)["Items"] for name in tables],
        "tables": {
            name: (
                dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"],
                dynamodb.describe_table(TableName=name)["Table"].get("GlobalSecondaryIndexes"),
            )
            for name in tables
        },
        "queues": {
            url: sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(asked)).get(
                "Attributes"
            )
            for url in queues
        },
        "objects": s3.list_objects_v2(Bucket="archive").get("Contents", []),
        "secret": aws.client("secretsmanager").get_secret_value(SecretId="pepper")["SecretString"],
    }


def test_a_stack_is_the_same_whatever_was_done_to_the_one_before() -> None:
    with mocked():
        _deployed()
        first = _contents()
    with mocked():
        made = _deployed()
        made.environ.clear()
        dynamodb, sqs = aws.client("dynamodb"), aws.client("sqs")
        for name in ("group-table", "control-table"):
            item = {"pk": {"S": "a"}, "sk": {"S": "a"}}
            dynamodb.put_item(TableName=name, Item=item)
        off = {"Enabled": False, "AttributeName": "expires_at_s"}
        dynamodb.update_time_to_live(TableName="group-table", TimeToLiveSpecification=off)
        dynamodb.delete_table(TableName="rule-table")
        sqs.send_message(QueueUrl=made.queues["enrich"], MessageBody="a")
        sqs.set_queue_attributes(
            QueueUrl=made.queues["notify"], Attributes={"VisibilityTimeout": "1"}
        )
        sqs.delete_queue(QueueUrl=made.queues["rules"])
        aws.client("s3").put_object(Bucket="archive", Key="a", Body=b"a")
        aws.client("secretsmanager").put_secret_value(SecretId="pepper", SecretString="other")
        assert _contents() != first
    with mocked():
        assert _deployed().environ["GROUP_TABLE"] == "group-table"
        assert _contents() == first


def test_nothing_is_there_before_a_stack_is_made() -> None:
    with mocked():
        _deployed()
    with mocked():
        assert aws.client("dynamodb").list_tables()["TableNames"] == []
        assert aws.client("sqs").list_queues().get("QueueUrls", []) == []


class TestTransaction:
    """moto goes back to what was there, though it kept no deep copy."""

    @pytest.mark.parametrize(
        "action",
        [
            {"Put": {"Item": {"pk": {"S": "old"}, "a": {"S": "changed"}}}},
            {"Put": {"Item": {"pk": {"S": "new"}}}},
            {"Delete": {"Key": {"pk": {"S": "old"}}}},
            {
                "Update": {
                    "Key": {"pk": {"S": "old"}},
                    "UpdateExpression": "SET a = :a, b = :a",
                    "ExpressionAttributeValues": {":a": {"S": "changed"}},
                }
            },
            {
                "Update": {
                    "Key": {"pk": {"S": "new"}},
                    "UpdateExpression": "SET a = :a",
                    "ExpressionAttributeValues": {":a": {"S": "changed"}},
                }
            },
        ],
        ids=["changes", "adds", "deletes", "updates", "adds by an update"],
    )
    @pytest.mark.parametrize("table", ["breaker-table", "journal-table"])
    def test_what_is_refused_has_no_part_that_happened(
        self, action: dict[str, Any], table: str
    ) -> None:
        ((kind, given),) = action.items()
        sort = {"sk": {"S": "s"}} if table == "journal-table" else {}
        keyed = "Item" if kind == "Put" else "Key"
        given = {**given, "TableName": table, keyed: {**given[keyed], **sort}}
        never = {
            "TableName": table,
            "Key": {"pk": {"S": "absent"}, **sort},
            "ConditionExpression": "attribute_exists(pk)",
        }
        with mocked():
            _deployed()
            dynamodb = aws.client("dynamodb")
            item = {"pk": {"S": "old"}, **sort, "a": {"S": "first"}}
            dynamodb.put_item(TableName=table, Item=item)
            with pytest.raises(ClientError, match="TransactionCanceled"):
                dynamodb.transact_write_items(
                    TransactItems=[{kind: given}, {"ConditionCheck": never}]
                )
            assert dynamodb.scan(TableName=table)["Items"] == [item]
            dynamodb.transact_write_items(TransactItems=[{kind: given}])
            assert dynamodb.scan(TableName=table)["Items"] != [item]
