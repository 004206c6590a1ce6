"""What ingest remembers of senders."""

import pytest

from tests.builders import T0
from tocsin.adapters.aws import client
from tocsin.adapters.dynamodb.seen import DynamoSeen
from tocsin.adapters.memory import MemorySeen
from tocsin.adapters.sqlite import SqliteSeen
from tocsin.ports import Accepted


@pytest.fixture
def seen(side, request):
    if side == "memory":
        return MemorySeen()
    if side == "sqlite":
        return SqliteSeen(request.getfixturevalue("database"))
    table = request.getfixturevalue("cloud").environ["SEEN_TABLE"]
    return DynamoSeen(client("dynamodb"), table)


def test_a_request_is_known_until_its_time(seen):
    assert seen.find("acme", "r", T0) is None
    seen.remember("acme", "r", Accepted("digest"), T0 + 10)
    assert seen.find("acme", "r", T0 + 9) == Accepted("digest")
    assert seen.find("acme", "r", T0 + 10) is None


def test_requests_of_two_tenants_are_two(seen):
    seen.remember("acme", "r", Accepted("digest"), T0 + 10)
    assert seen.find("globex", "r", T0) is None


def test_a_key_is_stamped_with_its_latest_use(seen):
    seen.stamp("acme", "k1", T0)
    seen.stamp("acme", "k1", T0 + 3600.5)
    seen.stamp("acme", "k2", T0)
    seen.stamp("globex", "k3", T0)
    assert seen.stamps("acme") == {"k1": T0 + 3600.5, "k2": T0}
    assert seen.stamps("nobody") == {}
