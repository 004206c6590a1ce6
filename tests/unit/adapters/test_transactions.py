import pytest
from botocore.exceptions import ClientError

from tocsin.adapters.dynamodb.transactions import ConditionFailed, token, write
from tocsin.domain.errors import Conflict, Permanent

PUT = {"Put": {"TableName": "t", "Item": {"pk": {"S": "a"}, "data": {"B": b"\x00\xff"}}}}
UPDATE = {"Update": {"TableName": "t", "Key": {"pk": {"S": "b"}}}}


def cancelled(*reasons):
    response = {
        "Error": {"Code": "TransactionCanceledException"},
        "CancellationReasons": list(reasons),
    }
    return ClientError(response, "TransactWriteItems")


class Client:
    def __init__(self, *errors):
        self.errors = list(errors)
        self.calls = []

    def _call(self, name, parameters):
        self.calls.append((name, parameters))
        if self.errors:
            raise self.errors.pop(0)
        return {"Attributes": {}}

    def transact_write_items(self, **parameters):
        return self._call("transact", parameters)

    def put_item(self, **parameters):
        return self._call("put", parameters)

    def update_item(self, **parameters):
        return self._call("update", parameters)


def test_one_action_is_a_plain_call():
    client = Client()
    write(client, [PUT])
    write(client, [UPDATE])
    assert client.calls == [("put", PUT["Put"]), ("update", UPDATE["Update"])]


def test_the_same_transaction_has_the_same_token():
    client = Client()
    write(client, [PUT, UPDATE])
    write(client, [PUT, UPDATE])
    write(client, [UPDATE, PUT])
    tokens = [parameters["ClientRequestToken"] for _, parameters in client.calls]
    assert tokens[0] == tokens[1] == token([PUT, UPDATE]) != tokens[2]
    assert len(tokens[0]) <= 36


def test_another_transaction_in_progress_is_waited_for():
    client, pauses = Client(*[cancelled({"Code": "TransactionConflict"})] * 3), []
    write(client, [PUT, UPDATE], pauses.append)
    assert len(client.calls) == 4
    assert sum(pauses) < 0.5


def test_items_that_stay_in_use_are_a_conflict():
    client = Client(*[cancelled({"Code": "TransactionConflict"})] * 4)
    with pytest.raises(Conflict) as raised:
        write(client, [PUT, UPDATE], lambda _: None)
    assert not isinstance(raised.value, ConditionFailed)


def test_a_failed_condition_brings_back_the_item():
    found = {"pk": {"S": "b"}}
    reasons = {"Code": "None"}, {"Code": "ConditionalCheckFailed", "Item": found}
    with pytest.raises(ConditionFailed) as raised:
        write(Client(cancelled(*reasons)), [PUT, UPDATE])
    assert raised.value.found == [found]
    plain = {"Error": {"Code": "ConditionalCheckFailedException"}, "Item": found}
    with pytest.raises(ConditionFailed) as raised:
        write(Client(ClientError(plain, "UpdateItem")), [UPDATE])
    assert raised.value.found == [found]


def test_other_errors_are_what_they_are():
    error = ClientError({"Error": {"Code": "ValidationException"}}, "PutItem")
    with pytest.raises(Permanent):
        write(Client(error), [PUT])
