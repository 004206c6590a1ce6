"""When the rules hold, and what is kept of a refusal."""

import botocore.session
import pytest
from botocore.exceptions import ClientError

from tests.strict import install
from tests.strict.refusal import Refusal

ITEM = {"TableName": "marks", "Item": {"pk": {"S": "p"}, "n": {"N": "1e126"}}}


def test_the_rules_hold_while_they_watch(cloud):
    with pytest.raises(ClientError, match="Number overflow"):
        cloud.strict["dynamodb"].put_item(**ITEM)
    (refusal,) = cloud.rules.refusals
    assert refusal[:3] == ("dynamodb", "PutItem", "ValidationException")
    assert isinstance(refusal, Refusal)
    with cloud.rules.watching():
        assert cloud.rules.refusals == []
    cloud.strict["dynamodb"].put_item(**ITEM)
    assert cloud.rules.refusals == []


def test_nothing_that_is_refused_reaches_moto(cloud):
    with pytest.raises(ClientError):
        cloud.strict["dynamodb"].put_item(**ITEM)
    assert cloud.moto["dynamodb"].scan(TableName="marks")["Count"] == 0


def test_a_token_is_forgotten_with_its_test(cloud):
    def writes(pk):
        return [{"Put": {"TableName": "marks", "Item": {"pk": {"S": pk}}}}]

    client = cloud.strict["dynamodb"]
    client.transact_write_items(TransactItems=writes("a"), ClientRequestToken="t")
    with cloud.rules.watching():
        client.transact_write_items(TransactItems=writes("b"), ClientRequestToken="t")


def test_a_session_has_its_rules_once():
    session = botocore.session.Session()
    assert install(session) is install(session)


def test_a_table_that_is_not_there_is_moto_s_to_refuse(cloud):
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        cloud.strict["dynamodb"].get_item(TableName="absent", Key={"pk": {"S": "p"}})
    assert cloud.rules.refusals == []
