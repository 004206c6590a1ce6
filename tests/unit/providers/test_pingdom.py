"""State changes of Pingdom's checks."""

from typing import Any

import pytest

from tests.unit.providers.samples import sample
from tocsin.domain.alert import Alert
from tocsin.domain.errors import InvalidAlert, InvalidPayload
from tocsin.domain.fingerprint import fingerprint
from tocsin.providers.pingdom import parse

NOW_S = 1_763_800_000.0


def down(**fields: Any) -> dict[str, Any]:
    return {**sample("pingdom.down"), **fields}


def read(payload: Any) -> Alert:
    (entry,) = parse(payload, NOW_S)
    assert isinstance(entry, Alert), entry
    return entry


@pytest.mark.parametrize(
    ("begin", "end", "severity", "at_s"),
    [
        ("pingdom.down", "pingdom.up", "high", (1_763_793_185, 1_763_793_485)),
        ("pingdom.transaction-failing", "pingdom.transaction-success", "low",
         (1_763_793_185, 1_763_794_085)),
    ],
)  # fmt: skip
def test_a_problem_and_its_end_are_one_alert(
    begin: str, end: str, severity: str, at_s: tuple[int, int]
) -> None:
    firing, resolved = read(sample(begin)), read(sample(end))
    assert (firing.status, resolved.status) == ("firing", "resolved")
    assert fingerprint("acme", firing.labels) == fingerprint("acme", resolved.labels)
    assert firing.severity == resolved.severity == severity
    assert (firing.starts_at_s, resolved.ends_at_s) == at_s
    assert (firing.observed_at_s, resolved.observed_at_s) == at_s


def test_the_identity_is_the_check() -> None:
    assert read(down()).labels == {"alertname": "Shop checkout", "check_id": "5550123"}
    assert read(down(check_id=5550124)).labels != read(down()).labels
    assert read(down(check_params={"hostname": "b.example.com"})).labels == read(down()).labels


def test_people_get_reason_message_places_and_a_link() -> None:
    alert = read(down(new_field="kept"))
    assert alert.annotations == {
        "summary": "HTTP Error 503",
        "description": "HTTP Server Error 503 Service Unavailable",
        "message": "Runbook: https://runbooks.example.com/checkout",
        "hostname": "shop.example.com",
        "first_probe": "Stockholm 2, Sweden",
        "second_probe": "Strasbourg 5, France",
        "check_type": "HTTP",
        "previous_state": "UP",
        "importance_level": "HIGH",
        "new_field": "kept",
    }
    assert alert.url == "https://shop.example.com/checkout"


@pytest.mark.parametrize("level", [None, 7, "", "SOMETHING"])
def test_without_an_importance_it_is_a_warning(level: Any) -> None:
    assert read(down(importance_level=level)).severity == "warning"


def test_the_time_is_read_from_either_field() -> None:
    assert read(down(state_changed_timestamp=None)).starts_at_s == 1_763_793_185
    without = down(state_changed_timestamp=None, state_changed_utc_time=None)
    assert read(without).observed_at_s is None


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"current_state": "UNKNOWN"}, "current_state"),
        ({"current_state": None}, "current_state"),
        ({"check_id": None}, "check_id"),
        ({"check_id": True}, "check_id"),
        ({"check_name": ""}, "check_name"),
        ({"state_changed_timestamp": []}, "state_changed_timestamp"),
    ],
)
def test_a_change_that_cannot_be_read_is_named_by_its_path(
    fields: dict[str, Any], path: str
) -> None:
    (entry,) = parse(down(**fields), NOW_S)
    assert isinstance(entry, InvalidAlert)
    assert entry.path == path


@pytest.mark.parametrize("payload", [None, [], {}, {"check_id": 1}, {"current_state": "DOWN"}])
def test_a_body_that_is_no_change_is_refused_by_name(payload: Any) -> None:
    with pytest.raises(InvalidPayload, match=r"^pingdom: "):
        parse(payload, NOW_S)
