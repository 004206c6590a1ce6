"""The Alertmanager webhook, and the loose forms of it."""

from typing import Any

import pytest

from tests.unit.providers.samples import sample
from tocsin.domain.alert import Alert
from tocsin.domain.errors import InvalidAlert, InvalidPayload
from tocsin.providers.alertmanager import parse, parse_prometheus

NOW_S = 1_763_793_300.0  # 2025-11-22T06:35:00Z


def webhook(*members: Any, **fields: Any) -> dict[str, Any]:
    return {"version": "4", "status": "firing", "alerts": list(members), **fields}


def member(**fields: Any) -> dict[str, Any]:
    return {"status": "firing", "labels": {"alertname": "A", "severity": "critical"}, **fields}


def read(**fields: Any) -> Alert:
    (entry,) = parse(webhook(member(**fields)), NOW_S)
    assert isinstance(entry, Alert), entry
    return entry


def refused(payload: Any) -> InvalidAlert:
    (entry,) = parse(payload, NOW_S)
    assert isinstance(entry, InvalidAlert)
    return entry


def test_members_carry_their_own_status() -> None:
    firing, resolved = parse(sample("alertmanager"), NOW_S)
    assert isinstance(firing, Alert)
    assert isinstance(resolved, Alert)
    assert (firing.status, firing.severity, firing.value) == ("firing", "critical", 91.5)
    assert (firing.starts_at_s, firing.ends_at_s) == (1_763_793_000.123, None)
    assert firing.holds_until_s is None
    assert firing.url.startswith("https://prometheus.example.com/graph")
    assert (resolved.status, resolved.ends_at_s) == ("resolved", 1_763_792_970.0)
    assert firing.labels["instance"] != resolved.labels["instance"]


def test_the_name_asked_for_is_the_provider() -> None:
    assert read().provider == "alertmanager"
    (entry,) = parse_prometheus(webhook(member()), NOW_S)
    assert isinstance(entry, Alert)
    assert entry.provider == "prometheus"


@pytest.mark.parametrize(
    ("labels", "severity"),
    [
        ({"severity": "page"}, "critical"),
        ({"severity": "Error"}, "high"),
        ({"priority": "P2"}, "high"),
        ({"severity": "info", "priority": "P1"}, "info"),
        ({"severity": "purple"}, "warning"),
        ({}, "warning"),
    ],
)
def test_severity_comes_from_the_labels(labels: dict[str, str], severity: str) -> None:
    assert read(labels={"alertname": "A", **labels}).severity == severity


def test_labels_stay_as_they_are_and_empty_ones_do_not_count() -> None:
    labels = {"alertname": "A", "instance": "db-1", "gone": ""}
    assert read(labels=labels).labels == {"alertname": "A", "instance": "db-1"}


def test_an_alert_without_a_name_is_called_by_its_labels() -> None:
    alert = read(labels={"job": "node", "instance": "db-1"})
    assert alert.name == '{instance="db-1", job="node"}'
    assert alert.labels == {"job": "node", "instance": "db-1", "alertname": ""}


def test_a_bad_alert_does_not_fail_the_good_ones() -> None:
    entries = parse(webhook(member(), member(labels={"alertname": 7}), "text", member()), NOW_S)
    assert [type(entry) for entry in entries] == [Alert, InvalidAlert, InvalidAlert, Alert]
    paths = [entry.path for entry in entries if isinstance(entry, InvalidAlert)]
    assert paths == ["alerts[1].labels.alertname", "alerts[2]"]


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"labels": None}, "alerts[0].labels"),
        ({"labels": {}}, "alerts[0].labels"),
        ({"labels": {"alertname": ""}}, "alerts[0].labels"),
        ({"annotations": ["x"]}, "alerts[0].annotations"),
        ({"annotations": {"a": 1}}, "alerts[0].annotations.a"),
        ({"startsAt": "soon"}, "alerts[0].startsAt"),
        ({"endsAt": 17}, "alerts[0].endsAt"),
        ({"status": "pending"}, "alerts[0].status"),
        ({"status": 1}, "alerts[0].status"),
    ],
)
def test_what_cannot_be_read_is_named_by_its_path(fields: dict[str, Any], path: str) -> None:
    assert refused(webhook(member(**fields))).path == path


def test_a_firing_webhook_alert_holds_until_it_is_resolved() -> None:
    alert = read(endsAt="2025-11-22T07:00:00Z")
    assert (alert.status, alert.ends_at_s, alert.holds_until_s) == ("firing", None, None)


def test_a_member_without_a_status_takes_it_from_its_end_or_its_group() -> None:
    assert read(status=None, endsAt="2025-11-22T06:34:59Z").status == "resolved"
    open_end = read(status=None, endsAt="2025-11-22T06:40:00Z")
    assert (open_end.status, open_end.holds_until_s) == ("firing", 1_763_793_600.0)
    (entry,) = parse(webhook(member(status=None), status="resolved"), NOW_S)
    assert isinstance(entry, Alert)
    assert entry.status == "resolved"


def test_a_bare_list_is_read_as_prometheus_posts_it() -> None:
    firing, resolved = parse(sample("alertmanager-api"), NOW_S)
    assert isinstance(firing, Alert)
    assert isinstance(resolved, Alert)
    assert (firing.status, firing.holds_until_s) == ("firing", 1_763_793_540.0)
    assert (resolved.status, resolved.ends_at_s) == ("resolved", 1_763_793_000.0)


def test_an_alert_alone_is_read() -> None:
    (entry,) = parse(member(status="resolved"), NOW_S)
    assert isinstance(entry, Alert)
    assert entry.status == "resolved"
    assert refused(member(labels="x")).path == "labels"


def test_nothing_to_do_is_an_empty_list() -> None:
    assert parse(webhook(), NOW_S) == []
    assert parse([], NOW_S) == []


@pytest.mark.parametrize(
    "payload", [None, 1, "x", {}, {"alerts": {}}, {"alerts": None}, {"Message": ""}]
)
def test_a_body_that_makes_no_sense_is_refused_by_name(payload: Any) -> None:
    with pytest.raises(InvalidPayload, match=r"^prometheus: "):
        parse_prometheus(payload, NOW_S)
