import pytest

from tests.builders import T0
from tocsin.adapters.aws import client
from tocsin.adapters.dynamodb.journal import DynamoJournal
from tocsin.adapters.memory import MemoryJournal
from tocsin.adapters.sqlite import SqliteJournal
from tocsin.domain.journal import DeliveryRecord, EnvelopeRecord, TransitionRecord


@pytest.fixture
def journal(side, request):
    if side == "memory":
        return MemoryJournal()
    if side == "sqlite":
        return SqliteJournal(request.getfixturevalue("database"))
    table = request.getfixturevalue("cloud").environ["JOURNAL_TABLE"]
    return DynamoJournal(client("dynamodb"), table)


def envelope(name, at_s=T0):
    return EnvelopeRecord(
        envelope=name,
        request=name,
        accepted=3,
        provider="prometheus",
        at_s=at_s,
        forwarded={0: "f0"},
        duplicates={"f1": 2},
        dead={7: "no alertname"},
    )


def test_records_of_all_kinds_come_back(journal):
    records = [
        envelope("e1"),
        TransitionRecord(
            source="e1:0",
            fingerprint="f0",
            verdict="new",
            group="acme#oncall#1",
            receiver="oncall",
            episode=1,
            at_s=T0,
        ),
        DeliveryRecord(
            source="e1:0",
            fingerprint="f0",
            episode=1,
            step="firing",
            receiver="oncall",
            group="acme#oncall#1",
            outcome="delivered",
            at_s=T0,
        ),
    ]
    journal.write("acme", T0, "invocation-1", records)
    assert list(journal.read("acme", T0, T0)) == records


def test_the_same_time_and_name_overwrite_themselves(journal):
    journal.write("acme", T0, "invocation-1", [envelope("first")])
    journal.write("acme", T0, "invocation-1", [envelope("second")])
    assert [record.envelope for record in journal.read("acme", T0, T0)] == ["second"]


def test_a_span_includes_both_ends_and_crosses_hours(journal):
    times = [T0 - 0.001, T0, T0 + 3600, T0 + 7200, T0 + 7200.001]
    for index, at_s in enumerate(times):
        journal.write("acme", at_s, f"#{index}", [envelope(str(index), at_s)])
    found = [record.envelope for record in journal.read("acme", T0, T0 + 7200)]
    assert found == ["1", "2", "3"]


def test_tenants_do_not_see_each_other(journal):
    journal.write("acme", T0, "x", [envelope("acme")])
    journal.write("acme2", T0, "x", [envelope("acme2")])
    assert [record.envelope for record in journal.read("acme", T0, T0)] == ["acme"]
    assert list(journal.read("nobody", T0, T0)) == []


def test_what_is_kept_no_more_is_not_read(journal):
    month_s = 30 * 86_400
    for name, at_s in (("gone", T0 - month_s - 1), ("last", T0 - month_s)):
        journal.write("acme", at_s, name, [envelope(name, at_s)])
    found = [record.envelope for record in journal.read("acme", 0.0, T0)]
    assert found == ["last"]
