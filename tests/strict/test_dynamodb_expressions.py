"""Expressions of DynamoDB: placeholders, reserved words, operands and paths."""

import pytest

from tests.strict.dynamodb import check
from tests.strict.expressions import RESERVED
from tests.strict.refusal import Refused
from tests.strict.values import ITEM_LIMIT_BYTES, item_bytes

KEY = {"pk": {"S": "p"}, "sk": {"S": "s"}}
INVALID = "ValidationException"
ONE = {":one": {"N": "1"}}
TEXT = {":a": {"S": "a"}}


def update(expression, values=None, names=None, condition=None):
    given = {
        "UpdateExpression": expression,
        "ConditionExpression": condition,
        "ExpressionAttributeValues": values,
        "ExpressionAttributeNames": names,
    }
    return {"TableName": "things", "Key": KEY} | {k: v for k, v in given.items() if v is not None}


def long_expression(size_bytes):
    start = "SET a = :one"
    return start + " " * (size_bytes - len(start))


UPDATES_REFUSED = [
    pytest.param(update("SET a = :one, b = :two", ONE), False, id="a value is not defined"),
    pytest.param(update("SET #a = :one", ONE), False, id="a name is not defined"),
    pytest.param(update("SET a = :one", {**ONE, **TEXT}), False, id="a value is not used"),
    pytest.param(update("SET a = :one", ONE, {"#b": "b"}), False, id="a name is not used"),
    pytest.param(update("SET a = :one", ONE, {}), True, id="names are given, and none"),
    pytest.param(update("REMOVE a", {}), False, id="values are given, and none"),
    pytest.param(update("", None), False, id="an empty expression"),
    pytest.param(update("SET data = :one", ONE), False, id="a reserved word"),
    pytest.param(update("SET a.Data = :one", ONE), False, id="a reserved word in a path"),
    pytest.param(update("REMOVE #a, ttl", None, {"#a": "a"}), False, id="a reserved word removed"),
    pytest.param(
        update("SET a = :one", ONE, None, "attribute_exists(data)"),
        False,
        id="a reserved word in a condition",
    ),
    pytest.param(
        update("SET a = :one", ONE, None, "no_such(a)"), False, id="a function that is none"
    ),
    pytest.param(update(long_expression(4097), ONE), True, id="an expression of 4,097 bytes"),
    pytest.param(update("SET a = :one, a = :one", ONE), False, id="one path twice"),
    pytest.param(
        update("SET a = :one REMOVE #a", ONE, {"#a": "a"}), False, id="one path by two names"
    ),
    pytest.param(update("SET a.b = :one, a = :one", ONE), False, id="a path within another"),
    pytest.param(update("REMOVE a[1], a[1].b"), False, id="a path within an element"),
    pytest.param(update("SET a = :one SET b = :one", ONE), False, id="a clause twice"),
    pytest.param(update("SET pk = :a", TEXT), False, id="the partition key"),
    pytest.param(update("REMOVE #k", None, {"#k": "sk"}), False, id="the sort key"),
    pytest.param(update("SET #o = :a", {":a": {"S": ""}}, {"#o": "owner"}), True, id="index: ''"),
    pytest.param(update("SET due = :a", TEXT), False, id="an index key of another type"),
    pytest.param(update("SET a = :a", {":a": {"N": "1" * 39}}), True, id="39 digits"),
    pytest.param(update("SET a = :a", {":a": {"SS": []}}), True, id="an empty set"),
    pytest.param(update("ADD a :a", TEXT), False, id="a string is added"),
    pytest.param(update("DELETE a :one", ONE), False, id="a number is deleted from a set"),
    pytest.param(
        update("SET a = :one + :a", {**ONE, **TEXT}), False, id="a string is added to a number"
    ),
    pytest.param(update("SET a = list_append(a, :a)", TEXT), False, id="a string is appended"),
    pytest.param(
        update("SET a = :one", {**ONE, ":t": {"BOOL": True}}, None, "b < :t"),
        False,
        id="true has no order",
    ),
    pytest.param(
        update("SET a = :one", {**ONE, ":n": {"NULL": True}}, None, "b BETWEEN :one AND :n"),
        False,
        id="null has no order",
    ),
    pytest.param(
        update("SET a = :one", {**ONE, **TEXT}, None, "b BETWEEN :one AND :a"),
        False,
        id="bounds of two types",
    ),
    pytest.param(
        update("SET a = :one", {**ONE, ":zero": {"N": "0"}}, None, "b BETWEEN :one AND :zero"),
        False,
        id="bounds in the wrong order",
    ),
    pytest.param(
        update("SET a = :one", ONE, None, "begins_with(b, :one)"), False, id="begins with a number"
    ),
    pytest.param(
        update("SET a = :one", {**ONE, **TEXT}, None, "attribute_type(b, :a)"),
        False,
        id="a type that is none",
    ),
]
UPDATES_TAKEN = [
    pytest.param(update(long_expression(4096), ONE), id="an expression of 4,096 bytes"),
    pytest.param(update("SET #d = :one", ONE, {"#d": "data"}), id="a reserved word by a name"),
    pytest.param(update("set a = :one remove b", ONE), id="clauses in small letters"),
    pytest.param(update("SET a = :one, b = :one REMOVE ab, c", ONE), id="paths that are near"),
    pytest.param(update("SET a = if_not_exists(a, :one)", ONE), id="a function"),
    pytest.param(update("ADD a :one", ONE), id="a number is added"),
    pytest.param(update("SET due = :one", ONE), id="an index key of its type"),
    pytest.param(
        update(
            "SET a = :one", {**ONE, **TEXT}, None, "attribute_not_exists(b) OR b < :one OR b = :a"
        ),
        id="a condition",
    ),
    pytest.param(
        update("SET a = :one", ONE, None, "size(pk) BETWEEN :one AND :one"), id="equal bounds"
    ),
]


@pytest.mark.parametrize(("params", "moto_takes"), UPDATES_REFUSED)
def test_an_update_is_refused(cloud, params, moto_takes):
    cloud.moto["dynamodb"].put_item(
        TableName="things", Item={**KEY, "a": {"M": {"b": {"N": "1"}}}, "b": {"S": "x"}}
    )
    cloud.assert_refused("dynamodb", "update_item", INVALID, params, moto_takes)


@pytest.mark.parametrize("params", UPDATES_TAKEN)
def test_an_update_is_taken(cloud, params):
    cloud.moto["dynamodb"].put_item(TableName="things", Item={**KEY, "a": {"N": "1"}})
    cloud.call("dynamodb", "update_item", params)


def test_an_update_counts_what_is_there(cloud):
    # moto's own limit is lower, at 405,000 bytes in which binaries count as base64.
    rest = {"left": {"B": b"x" * 200_000}, "gone": {"B": b"x" * 90_000}}
    cloud.moto["dynamodb"].put_item(TableName="things", Item={**KEY, **rest})
    kept_bytes = item_bytes({**KEY, "left": rest["left"], "added": {"B": b""}})
    params = update(
        "SET added = :data REMOVE gone", {":data": {"B": b"y" * (ITEM_LIMIT_BYTES - kept_bytes)}}
    )
    check("UpdateItem", params)
    params["ExpressionAttributeValues"][":data"]["B"] += b"y"
    with pytest.raises(Refused, match="Item size to update"):
        check("UpdateItem", params)


def query(condition, values, names=None, **options):
    params = {
        "TableName": "things",
        "KeyConditionExpression": condition,
        "ExpressionAttributeValues": values,
        **options,
    }
    return params if names is None else {**params, "ExpressionAttributeNames": names}


OF_OWNER = ("#o = :a AND due <= :one", {**TEXT, **ONE}, {"#o": "owner"})
QUERIES_REFUSED = [
    pytest.param(
        query(*OF_OWNER, IndexName="by-owner", ConsistentRead=True), False, id="consistent, index"
    ),
    pytest.param(query("pk = :a", TEXT, Limit=0), True, id="a limit of 0"),
    pytest.param(query("pk = :a", TEXT, {"#b": "b"}), False, id="a name is not used"),
    pytest.param(query("pk = :a", {**TEXT, ":b": {"S": "b"}}), True, id="a value is not used"),
    pytest.param(query("pk = :a", {":a": {"S": ""}}), False, id="an empty key"),
    pytest.param(query("pk = :one", ONE), True, id="a key of another type"),
    pytest.param(query("pk = :a", {":a": {"S": "x" * 2049}}), True, id="a key of 2,049 bytes"),
    pytest.param(
        query("pk = :a AND sk BETWEEN :a AND :one", {**TEXT, **ONE}), True, id="bounds of two types"
    ),
    pytest.param(
        query("pk = :a", TEXT, FilterExpression="data = :a"), False, id="a reserved word filtered"
    ),
    pytest.param(
        query("pk = :a", TEXT, ProjectionExpression="a, data"),
        False,
        id="a reserved word projected",
    ),
]


@pytest.mark.parametrize(("params", "moto_takes"), QUERIES_REFUSED)
def test_a_query_is_refused(cloud, params, moto_takes):
    cloud.assert_refused("dynamodb", "query", INVALID, params, moto_takes)


@pytest.mark.parametrize(
    "params",
    [
        pytest.param(query(*OF_OWNER, IndexName="by-owner", Limit=1), id="an index"),
        pytest.param(query("pk = :a", TEXT, ConsistentRead=True), id="consistent, the table"),
        pytest.param(query("pk = :a AND begins_with(sk, :a)", TEXT), id="a prefix"),
        pytest.param(query("pk = :a AND sk BETWEEN :a AND :a", TEXT), id="a range"),
    ],
)
def test_a_query_is_taken(cloud, params):
    cloud.call("dynamodb", "query", params)


def test_a_scan_of_an_index_is_not_consistent(cloud):
    params = {"TableName": "things", "IndexName": "by-owner", "ConsistentRead": True}
    cloud.assert_refused("dynamodb", "scan", INVALID, params, moto_takes=False)


def test_the_reserved_words_are_those_of_the_developer_guide():
    assert len(RESERVED) == 573
    assert {"ABORT", "DATA", "KEY", "SHARD", "TTL", "ZONE"} <= RESERVED
    assert not {"PK", "SK", "VERSION"} & RESERVED
