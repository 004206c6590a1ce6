import pytest

from tocsin.adapters.dynamodb.attributes import item, plain
from tocsin.adapters.dynamodb.batches import get_all, put_all
from tocsin.domain.errors import Retryable


class Client:
    """A table that leaves all but `share` of each call unprocessed."""

    def __init__(self, share):
        self.share = share
        self.sizes = []
        self.written = []

    def batch_get_item(self, **parameters):
        request = parameters["RequestItems"]["t"]
        assert request["ConsistentRead"] is True
        keys = request["Keys"]
        self.sizes.append(len(keys))
        left = keys[self.share :]
        unprocessed = {"t": {"Keys": left, "ConsistentRead": True}} if left else {}
        return {"Responses": {"t": keys[: self.share]}, "UnprocessedKeys": unprocessed}

    def batch_write_item(self, **parameters):
        requests = parameters["RequestItems"]["t"]
        self.sizes.append(len(requests))
        self.written += [request["PutRequest"]["Item"] for request in requests[: self.share]]
        left = requests[self.share :]
        return {"UnprocessedItems": {"t": left} if left else {}}


def items(count):
    return [item({"pk": str(index)}) for index in range(count)]


def test_calls_hold_as_many_as_the_service_takes():
    client = Client(1000)
    assert list(get_all(client, "t", items(201))) == items(201)
    put_all(client, "t", items(26))
    assert client.sizes == [100, 100, 1, 25, 1]


def test_what_is_left_unprocessed_is_asked_for_again():
    client, pauses = Client(40), []
    assert list(get_all(client, "t", items(100), pauses.append)) == items(100)
    assert client.sizes == [100, 60, 20]
    assert len(pauses) == 2
    assert sum(pauses) < 1
    client = Client(10)
    put_all(client, "t", items(25), pauses.append)
    assert client.sizes == [25, 15, 5]
    assert client.written == items(25)


def test_what_stays_unprocessed_is_retryable():
    with pytest.raises(Retryable, match="2 keys"):
        list(get_all(Client(0), "t", items(2), lambda _: None))
    with pytest.raises(Retryable, match="2 items"):
        put_all(Client(0), "t", items(2), lambda _: None)


def test_values_keep_their_types():
    values = {"s": "x", "b": b"\x00", "yes": True, "n": 7, "f": 1763790000.123, "none": None}
    assert plain(item(values)) == {
        "v": 1,
        "s": "x",
        "b": b"\x00",
        "yes": True,
        "n": 7,
        "f": 1763790000.123,
    }
