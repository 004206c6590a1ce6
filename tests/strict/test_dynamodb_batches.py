"""Batches and transactions of DynamoDB."""

import pytest
from botocore.exceptions import ClientError

INVALID = "ValidationException"


def item(number, **attributes):
    return {"pk": {"S": f"p{number}"}, "sk": {"S": "s"}, **attributes}


def key(number):
    return item(number)


def batch_write(count, table="things", **attributes):
    puts = [{"PutRequest": {"Item": item(number, **attributes)}} for number in range(count)]
    return {"RequestItems": {table: puts}}


def batch_get(count):
    return {"RequestItems": {"things": {"Keys": [key(number) for number in range(count)]}}}


def put(number, **attributes):
    return {"Put": {"TableName": "things", "Item": item(number, **attributes)}}


def transaction(*actions, **options):
    return {"TransactItems": list(actions), **options}


def test_a_batch_writes_25_items(cloud):
    cloud.call("dynamodb", "batch_write_item", batch_write(25))
    cloud.assert_refused("dynamodb", "batch_write_item", INVALID, batch_write(26), moto_takes=True)


def test_a_batch_writes_25_items_to_all_tables_together(cloud):
    marks = [{"PutRequest": {"Item": {"pk": {"S": str(number)}}}} for number in range(13)]
    params = batch_write(12)
    params["RequestItems"]["marks"] = marks
    cloud.call("dynamodb", "batch_write_item", params)
    params["RequestItems"]["things"] = batch_write(13)["RequestItems"]["things"]
    cloud.assert_refused("dynamodb", "batch_write_item", INVALID, params, moto_takes=True)


@pytest.mark.parametrize(
    ("requests", "moto_takes"),
    [
        pytest.param({}, True, id="no table"),
        pytest.param({"things": []}, True, id="no item"),
        pytest.param(
            {"things": [{"PutRequest": {"Item": item(1)}}, {"PutRequest": {"Item": item(1)}}]},
            False,
            id="one item twice",
        ),
        pytest.param(
            {"things": [{"PutRequest": {"Item": item(1)}}, {"DeleteRequest": {"Key": key(1)}}]},
            True,
            id="put and deleted",
        ),
        pytest.param(batch_write(1, n={"N": "1" * 39})["RequestItems"], True, id="39 digits"),
        pytest.param(batch_write(1, due={"S": "a"})["RequestItems"], True, id="index key, type"),
        pytest.param(
            batch_write(1, b={"B": b"x" * 409_600})["RequestItems"], False, id="more than 400 KB"
        ),
        pytest.param({"things": [{"DeleteRequest": {"Key": {"pk": {"S": "p"}}}}]}, False, id="key"),
    ],
)
def test_a_batch_of_writes_is_refused(cloud, requests, moto_takes):
    params = {"RequestItems": requests}
    cloud.assert_refused("dynamodb", "batch_write_item", INVALID, params, moto_takes)


def test_a_batch_reads_100_keys(cloud):
    cloud.call("dynamodb", "batch_get_item", batch_get(100))
    cloud.assert_refused("dynamodb", "batch_get_item", INVALID, batch_get(101), moto_takes=False)


@pytest.mark.parametrize(
    ("keys", "moto_takes"),
    [
        pytest.param([], True, id="none"),
        pytest.param([key(1), key(1)], False, id="one twice"),
        pytest.param([{"pk": {"S": "p"}}], False, id="not the whole key"),
    ],
)
def test_a_batch_of_reads_is_refused(cloud, keys, moto_takes):
    params = {"RequestItems": {"things": {"Keys": keys}}}
    cloud.assert_refused("dynamodb", "batch_get_item", INVALID, params, moto_takes)


def test_a_transaction_has_100_actions(cloud):
    writes = [put(number) for number in range(101)]
    cloud.call("dynamodb", "transact_write_items", transaction(*writes[:100]))
    cloud.assert_refused(
        "dynamodb", "transact_write_items", INVALID, transaction(*writes), moto_takes=False
    )


UPDATE = {
    "Update": {
        "TableName": "things",
        "Key": key(1),
        "UpdateExpression": "SET a = :a",
        "ExpressionAttributeValues": {":a": {"S": "a"}},
    }
}


@pytest.mark.parametrize(
    ("actions", "moto_takes"),
    [
        pytest.param([], True, id="none"),
        pytest.param([put(1), UPDATE], False, id="two actions on one item"),
        pytest.param([put(1), put(2, n={"N": "1e126"})], True, id="a number too large"),
        pytest.param([put(1), put(2, b={"B": b"x" * 409_600})], False, id="an item too large"),
        pytest.param([{**put(1), **UPDATE}], False, id="two actions in one"),
    ],
)
def test_a_transaction_is_refused(cloud, actions, moto_takes):
    params = transaction(*actions)
    cloud.assert_refused("dynamodb", "transact_write_items", INVALID, params, moto_takes)


def test_a_transaction_writes_4_mb(cloud):
    size_bytes = 4 * 1024 * 1024 // 16
    data = {"B": b"x" * (size_bytes - len("pkp10sksdata"))}
    writes = [put(number, data=data) for number in range(10, 26)]
    cloud.call("dynamodb", "transact_write_items", transaction(*writes))
    writes[0]["Put"]["Item"]["data"] = {"B": data["B"] + b"x"}
    cloud.assert_refused(
        "dynamodb", "transact_write_items", INVALID, transaction(*writes), moto_takes=True
    )


def test_a_transaction_that_makes_an_item_too_large_is_cancelled(cloud):
    cloud.moto["dynamodb"].put_item(TableName="things", Item=item(1, b={"S": "x" * 404_000}))
    grow = {"Update": {**UPDATE["Update"], "ExpressionAttributeValues": {":a": {"S": "x" * 6000}}}}
    with pytest.raises(ClientError) as caught:
        cloud.strict["dynamodb"].transact_write_items(TransactItems=[put(2), grow])
    reasons = caught.value.response["CancellationReasons"]
    assert [reason["Code"] for reason in reasons] == ["None", "ValidationError"]
    assert [refusal.code for refusal in cloud.rules.refusals] == ["TransactionCanceledException"]


def test_a_transaction_is_done_once_for_a_token(cloud):
    once = {**put(1), "Put": {**put(1)["Put"], "ConditionExpression": "attribute_not_exists(pk)"}}
    params = transaction(once, put(2), ClientRequestToken="t" * 36)
    cloud.call("dynamodb", "transact_write_items", params)
    cloud.call("dynamodb", "transact_write_items", params)
    with pytest.raises(ClientError, match="TransactionCanceledException"):
        cloud.moto["dynamodb"].transact_write_items(**params)


def test_a_token_of_a_transaction_that_failed_may_come_again(cloud):
    absent = {**put(1)["Put"], "ConditionExpression": "attribute_exists(pk)"}
    params = transaction({"Put": absent}, put(2), ClientRequestToken="t")
    with pytest.raises(ClientError, match="TransactionCanceledException"):
        cloud.call("dynamodb", "transact_write_items", params)
    cloud.moto["dynamodb"].put_item(TableName="things", Item=item(1))
    cloud.call("dynamodb", "transact_write_items", params)
    assert "Item" in cloud.call("dynamodb", "get_item", {"TableName": "things", "Key": key(2)})


def test_a_token_with_other_parameters_is_refused(cloud):
    cloud.call("dynamodb", "transact_write_items", transaction(put(1), ClientRequestToken="t"))
    cloud.assert_refused(
        "dynamodb",
        "transact_write_items",
        "IdempotentParameterMismatchException",
        transaction(put(2), ClientRequestToken="t"),
        moto_takes=True,
    )


@pytest.mark.parametrize("token", ["", "t" * 37])
def test_a_token_has_a_length(cloud, token):
    params = transaction(put(1), ClientRequestToken=token)
    cloud.assert_refused("dynamodb", "transact_write_items", INVALID, params, moto_takes=True)
