from tests.builders import T0
from tocsin.adapters.dynamodb.journal import DynamoJournal
from tocsin.adapters.dynamodb.queries import query_all
from tocsin.domain.journal import TransitionRecord


class Pages:
    """A table of one item a page."""

    def __init__(self, pages):
        self.pages = pages
        self.calls = []

    def query(self, **parameters):
        self.calls.append(parameters)
        number = parameters.get("ExclusiveStartKey", 0)
        is_last = number + 1 == len(self.pages)
        more = {} if is_last else {"LastEvaluatedKey": number + 1}
        return {"Items": self.pages[number], **more}

    def batch_write_item(self, **parameters):
        self.calls.append(parameters)
        return {"UnprocessedItems": {}}


def test_pages_are_read_as_they_are_consumed():
    client = Pages([[{"n": 1}], [], [{"n": 2}], [{"n": 3}]])
    found = query_all(client, "t", "#pk = :pk", {"pk": "a"}, Limit=1)
    assert [next(found), next(found)] == [{"n": 1}, {"n": 2}]
    assert len(client.calls) == 3
    assert list(found) == [{"n": 3}]
    assert client.calls[0] == {
        "TableName": "t",
        "KeyConditionExpression": "#pk = :pk",
        "ExpressionAttributeNames": {"#pk": "pk"},
        "ExpressionAttributeValues": {":pk": {"S": "a"}},
        "Limit": 1,
    }
    assert [call.get("ExclusiveStartKey") for call in client.calls] == [None, 1, 2, 3]


def test_a_long_journal_entry_is_written_in_one_batch(monkeypatch):
    monkeypatch.setattr("tocsin.adapters.dynamodb.journal.PACKED_LIMIT_BYTES", 10)
    records = [
        TransitionRecord(
            source=f"e:{index}",
            fingerprint="f",
            verdict="new",
            group="acme#r#1",
            receiver="r",
            episode=1,
            at_s=T0,
        )
        for index in range(3)
    ]
    client = Pages([[]])
    DynamoJournal(client, "t").write("acme", T0, "name", records)
    (call,) = client.calls
    assert len(call["RequestItems"]["t"]) == 3
