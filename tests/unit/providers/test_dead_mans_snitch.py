"""Events of Dead Man's Snitch."""

from typing import Any

import pytest

from tests.unit.providers.samples import sample
from tocsin.domain.alert import Alert
from tocsin.domain.errors import InvalidAlert, InvalidPayload
from tocsin.domain.fingerprint import fingerprint
from tocsin.providers.dead_mans_snitch import parse

NOW_S = 1_763_800_000.0


def missing(snitch: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    body: dict[str, Any] = sample("dead-mans-snitch.missing")
    body["data"]["snitch"].update(snitch or {})
    return {**body, **fields}


def read(payload: Any) -> Alert:
    (entry,) = parse(payload, NOW_S)
    assert isinstance(entry, Alert), entry
    return entry


def test_a_silence_and_its_end_are_one_alert() -> None:
    firing = read(sample("dead-mans-snitch.missing"))
    resolved = read(sample("dead-mans-snitch.reporting"))
    assert (firing.status, resolved.status) == ("firing", "resolved")
    assert fingerprint("acme", firing.labels) == fingerprint("acme", resolved.labels)
    assert firing.observed_at_s == firing.starts_at_s == 1_763_793_185.668
    assert resolved.observed_at_s == resolved.ends_at_s == 1_763_794_870.112


def test_the_identity_is_the_snitch() -> None:
    alert = read(missing())
    assert alert.labels == {"alertname": "Nightly reports", "snitch": "c2354d53d2"}
    assert read(missing({"token": "other"})).labels != alert.labels
    assert read(missing({"tags": [], "notes": "x"}, type="snitch.errored")).labels == alert.labels


def test_severity_is_what_a_tag_says_and_else_critical() -> None:
    assert read(missing()).severity == "high"
    assert read(missing({"tags": [7, "reports"]})).severity == "critical"
    assert read(missing({"tags": None})).severity == "critical"


def test_people_get_notes_and_tags() -> None:
    assert read(missing({"new": "kept"})).annotations == {
        "summary": "Nightly reports is missing",
        "description": "Runbook: https://runbooks.example.com/reports",
        "tags": "reports, severity:high",
        "status": "missing",
        "previous_status": "healthy",
        "new": "kept",
    }


def test_a_paused_snitch_is_no_news() -> None:
    assert parse(sample("dead-mans-snitch.paused"), NOW_S) == []


@pytest.mark.parametrize(
    ("payload", "path"),
    [
        (missing(type="snitch.odd"), "type"),
        (missing(type=None), "type"),
        (missing(data=None), "data"),
        (missing(data={}), "data.snitch"),
        (missing({"token": ""}), "data.snitch.token"),
        (missing({"name": 7}), "data.snitch.name"),
        (missing(timestamp="now"), "timestamp"),
    ],
)
def test_what_cannot_be_read_is_named_by_its_path(payload: Any, path: str) -> None:
    (entry,) = parse(payload, NOW_S)
    assert isinstance(entry, InvalidAlert)
    assert entry.path == path


@pytest.mark.parametrize("payload", [None, [], {}, {"data": {}}])
def test_a_body_of_another_kind_is_refused_by_name(payload: Any) -> None:
    with pytest.raises(InvalidPayload, match=r"^dead-mans-snitch: "):
        parse(payload, NOW_S)
