import pytest

from tests.builders import T0
from tocsin.adapters.aws import client
from tocsin.adapters.dynamodb.fingerprints import DynamoFingerprints
from tocsin.adapters.memory import MemoryFingerprints
from tocsin.adapters.sqlite import SqliteFingerprints
from tocsin.domain.dedup import Mark


@pytest.fixture
def fingerprints(side, request):
    if side == "memory":
        return MemoryFingerprints()
    if side == "sqlite":
        return SqliteFingerprints(request.getfixturevalue("database"))
    table = request.getfixturevalue("cloud").environ["FINGERPRINT_TABLE"]
    return DynamoFingerprints(client("dynamodb"), table)


def mark(key, **fields):
    defaults = {
        "says": "warning",
        "starts_at_s": T0 + 0.25,
        "order_at_s": T0,
        "quiet_until_s": T0 + 225.5,
        "expires_at_s": T0 + 86400.0,
    }
    return Mark(key=key, **{**defaults, **fields})


def test_a_mark_comes_back_as_it_was_written(fingerprints):
    full = mark("acme#1", ends_at_s=T0 + 1.5, observed_at_s=T0)
    fingerprints.write([full])
    assert fingerprints.read(["acme#1", "acme#2"], T0) == {"acme#1": full}


def test_what_has_expired_is_not_returned_though_it_is_there(fingerprints):
    fingerprints.write([mark("acme#1", expires_at_s=T0 + 10)])
    assert list(fingerprints.read(["acme#1"], T0 + 9.9)) == ["acme#1"]
    assert fingerprints.read(["acme#1"], T0 + 10) == {}


def test_the_last_mark_of_a_key_counts(fingerprints):
    fingerprints.write([mark("acme#1"), mark("acme#1", says="resolved")])
    fingerprints.write([mark("acme#2", quiet_until_s=T0 + 1)])
    fingerprints.write([mark("acme#2", quiet_until_s=T0 + 2)])
    found = fingerprints.read(["acme#1", "acme#1", "acme#2"], T0)
    assert found["acme#1"].says == "resolved"
    assert found["acme#2"].quiet_until_s == T0 + 2


def test_more_than_fit_one_call(fingerprints):
    keys = [f"acme#{index}" for index in range(101)]
    fingerprints.write([mark(key) for key in keys])
    assert sorted(fingerprints.read(keys, T0)) == sorted(keys)


def test_nothing_asks_for_nothing(fingerprints):
    fingerprints.write([])
    assert fingerprints.read([], T0) == {}
