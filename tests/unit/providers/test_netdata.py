"""Alerts of Netdata Agents, and nodes that Netdata Cloud lost sight of."""

from typing import Any

import pytest

from tests.unit.providers.samples import sample
from tocsin.domain.alert import Alert
from tocsin.domain.errors import InvalidAlert, InvalidPayload
from tocsin.domain.fingerprint import fingerprint
from tocsin.providers.netdata import parse

NOW_S = 1_763_800_000.0


def read(payload: Any) -> Alert:
    (entry,) = parse(payload, NOW_S)
    assert isinstance(entry, Alert), entry
    return entry


def refused(payload: Any) -> InvalidAlert:
    (entry,) = parse(payload, NOW_S)
    assert isinstance(entry, InvalidAlert), entry
    return entry


def agent(**fields: Any) -> dict[str, Any]:
    return {**sample("netdata.agent-critical"), **fields}


@pytest.mark.parametrize(
    ("begin", "end"),
    [
        ("netdata.agent-critical", "netdata.agent-clear"),
        ("netdata.unreachable", "netdata.reachable"),
    ],
)
def test_a_problem_and_its_end_are_one_alert(begin: str, end: str) -> None:
    firing, resolved = read(sample(begin)), read(sample(end))
    assert (firing.status, resolved.status) == ("firing", "resolved")
    assert firing.severity == "critical"
    assert fingerprint("acme", firing.labels) == fingerprint("acme", resolved.labels)


def test_an_alert_is_told_apart_by_node_and_chart_and_ordered_by_its_time() -> None:
    alert = read(agent())
    assert alert.labels == {
        "alertname": "disk_space_usage",
        "host": "db-1.example.com",
        "chart": "disk_space._var",
    }
    assert alert.observed_at_s == 1_763_793_185
    assert alert.starts_at_s is None
    assert read(sample("netdata.agent-clear")).ends_at_s == 1_763_794_085
    for field in ("host", "chart", "alert"):
        assert read(agent(**{field: "x"})).labels != alert.labels


def test_a_warning_and_a_critical_are_one_alert() -> None:
    warning = read(agent(status="WARNING"))
    assert warning.severity == "warning"
    assert warning.labels == read(agent()).labels


def test_people_get_the_message_the_value_and_the_other_fields() -> None:
    alert = read(agent(new_field=7))
    assert alert.annotations["summary"].startswith("db-1.example.com is critical")
    assert alert.annotations["description"] == "disk /var space utilization"
    assert alert.annotations["new_field"] == "7"
    assert alert.value == 95.2
    assert alert.url == "https://app.netdata.cloud/"


@pytest.mark.parametrize("status", ["REMOVED", "UNINITIALIZED", "undefined"])
def test_a_status_that_says_nothing_opens_and_closes_nothing(status: str) -> None:
    assert parse(agent(status=status), NOW_S) == []


def test_the_test_of_a_webhook_is_no_alert() -> None:
    assert parse(sample("netdata.test"), NOW_S) == []


def test_an_alert_from_cloud_needs_a_node() -> None:
    body = {"alert": "cpu", "chart": "c", "severity": "critical", "date": "2025-11-22T06:33:05Z"}
    assert refused(body).path == "host"
    firing = read({**body, "host": "db-1"})
    assert (firing.status, firing.observed_at_s) == ("firing", 1_763_793_185)
    assert read({**body, "host": "db-1", "severity": "clear"}).labels == firing.labels


@pytest.mark.parametrize(
    ("payload", "path"),
    [
        (agent(status="BROKEN"), "status"),
        (agent(status=None), "status"),
        (agent(host=""), "host"),
        (agent(alert=7), "alert"),
        (agent(chart=[]), "chart"),
        (agent(when="soon"), "when"),
        ({"host": "a", "status": {"reachable": "no"}}, "status.reachable"),
        ({"status": {"reachable": False}}, "host"),
    ],
)
def test_what_cannot_be_read_is_named_by_its_path(payload: Any, path: str) -> None:
    assert refused(payload).path == path


@pytest.mark.parametrize("payload", [None, [], "x", {}, {"status": "CRITICAL"}])
def test_a_body_that_is_no_alert_is_refused_by_name(payload: Any) -> None:
    with pytest.raises(InvalidPayload, match=r"^netdata: "):
        parse(payload, NOW_S)
