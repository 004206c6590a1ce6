"""Notifications of Checkmk, from the script of docs/providers/checkmk.md."""

from typing import Any

import pytest

from tests.unit.providers.samples import sample
from tocsin.domain.alert import Alert
from tocsin.domain.errors import InvalidAlert, InvalidPayload
from tocsin.domain.fingerprint import fingerprint
from tocsin.providers.checkmk import parse
from tocsin.providers.unending import HOLD_S

NOW_S = 1_763_800_000.0


def read(payload: Any) -> Alert:
    (entry,) = parse(payload, NOW_S)
    assert isinstance(entry, Alert), entry
    return entry


def refused(payload: Any) -> InvalidAlert:
    (entry,) = parse(payload, NOW_S)
    assert isinstance(entry, InvalidAlert), entry
    return entry


def problem(**fields: Any) -> dict[str, Any]:
    return {**sample("checkmk.service-problem"), **fields}


@pytest.mark.parametrize("what", ["service", "host"])
def test_a_problem_and_its_recovery_are_one_alert(what: str) -> None:
    firing = read(sample(f"checkmk.{what}-problem"))
    resolved = read(sample(f"checkmk.{what}-recovery"))
    assert (firing.status, resolved.status) == ("firing", "resolved")
    assert firing.severity == "critical"
    assert fingerprint("acme", firing.labels) == fingerprint("acme", resolved.labels)
    assert firing.observed_at_s == 1_763_793_185.123456
    assert resolved.ends_at_s == resolved.observed_at_s


def test_the_identity_is_site_host_and_service() -> None:
    labels = {
        "alertname": "Filesystem /var",
        "host": "db-1",
        "service": "Filesystem /var",
        "site": "main",
    }
    assert read(problem()).labels == labels
    for field in ("OMD_SITE", "HOSTNAME", "SERVICEDESC"):
        assert read(problem(**{field: "x"})).labels != labels
    assert read(sample("checkmk.host-problem")).labels["alertname"] == "Host check"


def test_people_get_the_output_and_the_other_variables_and_no_contacts() -> None:
    alert = read(problem(PARAMETER_2="secret", CONTACTEMAIL="ann@example.com", NEW="kept"))
    assert alert.annotations["summary"] == "Used: 95.2%(!!)"
    assert alert.annotations["SERVICEPERFDATA"].startswith("fs_used")
    assert alert.annotations["NEW"] == "kept"
    assert "secret" not in str(alert)
    assert "ann@example.com" not in str(alert)


def test_other_names_for_the_same_variables_give_the_same_alert() -> None:
    body = sample("checkmk.other-names")
    assert read(body).labels == read(problem()).labels
    assert read(body).severity == "critical"
    assert read(body).url == ""
    resolved = read({**body, "notification_type": "RECOVERY", "severity": "OK"})
    assert (resolved.status, resolved.labels) == ("resolved", read(body).labels)
    assert read({**body, "what": "HOST"}).severity == "critical"


@pytest.mark.parametrize(
    ("state", "severity"),
    [("CRIT", "critical"), ("WARN", "warning"), ("UNKN", "warning"), ("WARNING", "warning")],
)
def test_severity_is_the_state(state: str, severity: str) -> None:
    assert read(problem(SERVICESTATE=state)).severity == severity


@pytest.mark.parametrize(
    "word",
    ["ACKNOWLEDGEMENT", "CUSTOM", "DOWNTIMESTART", "FLAPPINGSTART", "ALERTHANDLER (OK)",
     "FLAPPINGSTOP", "DOWNTIMEEND"],
)  # fmt: skip
def test_what_neither_begins_nor_ends_a_problem_is_left_alone(word: str) -> None:
    assert parse(problem(NOTIFICATIONTYPE=word), NOW_S) == []


def test_the_end_of_flapping_closes_what_is_well() -> None:
    resolved = read(problem(NOTIFICATIONTYPE="FLAPPINGSTOP", SERVICESTATE="OK"))
    assert (resolved.status, resolved.labels) == ("resolved", read(problem()).labels)


def test_a_message_of_the_event_console_ends_by_itself() -> None:
    assert read(problem()).holds_until_s is None
    assert read(problem(EC_ID="7")).holds_until_s == NOW_S + HOLD_S
    assert read(problem(EC_ID="7", NOTIFICATIONTYPE="RECOVERY")).holds_until_s is None


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"WHAT": "EVENT"}, "WHAT"),
        ({"NOTIFICATIONTYPE": "NEWS"}, "NOTIFICATIONTYPE"),
        ({"SERVICESTATE": None}, "SERVICESTATE"),
        ({"HOSTNAME": ""}, "HOSTNAME"),
        ({"SERVICEDESC": []}, "SERVICEDESC"),
        ({"OMD_SITE": {}}, "OMD_SITE"),
        ({"MICROTIME": "soon"}, "MICROTIME"),
        ({"MICROTIME": -1}, "MICROTIME"),
        ({"MICROTIME": 1e300}, "MICROTIME"),
    ],
)
def test_what_cannot_be_read_is_named_by_its_path(fields: dict[str, Any], path: str) -> None:
    assert refused(problem(**fields)).path == path


@pytest.mark.parametrize("payload", [None, [], "x", {}, {"WHAT": "HOST"}, {"what": "HOST"}])
def test_a_body_that_is_no_notification_is_refused_by_name(payload: Any) -> None:
    with pytest.raises(InvalidPayload, match=r"^checkmk: "):
        parse(payload, NOW_S)
