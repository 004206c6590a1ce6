"""Sentry: issue alerts, issues, metric alerts and the older plugin."""

from typing import Any

import pytest

from tests.unit.providers.samples import sample
from tocsin.domain.alert import Alert
from tocsin.domain.errors import InvalidAlert, InvalidPayload
from tocsin.domain.fingerprint import fingerprint
from tocsin.providers.sentry import parse
from tocsin.providers.unending import HOLD_S

NOW_S = 1_763_800_000.0


def read(payload: Any) -> Alert:
    (entry,) = parse(payload, NOW_S)
    assert isinstance(entry, Alert), entry
    return entry


def issue(action: Any, **fields: Any) -> dict[str, Any]:
    body = sample("sentry.issue-created")
    body["action"] = action
    body["data"]["issue"] |= fields
    return dict(body)


@pytest.mark.parametrize("firing", ["issue-alert", "issue-created", "plugin"])
@pytest.mark.parametrize("resolved", ["issue-resolved", "issue-archived"])
def test_an_issue_and_its_end_are_one_alert(firing: str, resolved: str) -> None:
    first, last = read(sample(f"sentry.{firing}")), read(sample(f"sentry.{resolved}"))
    assert (first.status, last.status) == ("firing", "resolved")
    assert fingerprint("acme", first.labels) == fingerprint("acme", last.labels)


def test_an_issue_alert_ends_by_itself_since_nobody_may_resolve_it() -> None:
    alert = read(sample("sentry.issue-alert"))
    assert alert.holds_until_s == NOW_S + HOLD_S
    assert alert.starts_at_s == 1_763_793_185.123
    assert alert.severity == "critical"
    assert alert.annotations["rule"] == "Payments time out"
    assert "event_id" not in alert.annotations
    assert alert.url.endswith("/issues/4001/events/0000000000000000000000000000aaaa/")


def test_an_issue_fires_until_it_is_resolved() -> None:
    alert = read(sample("sentry.issue-created"))
    assert alert.holds_until_s is None
    assert alert.name == "TimeoutError: payment took 31 s"
    assert alert.starts_at_s == 1_763_793_185.123
    assert alert.annotations["project"] == "orders"


def test_an_issue_that_came_back_did_not_begin_when_it_was_first_seen() -> None:
    alert = read(issue("unresolved", substatus="regressed"))
    assert (alert.status, alert.starts_at_s) == ("firing", None)


def test_issues_and_projects_are_separate() -> None:
    labels = read(issue("created")).labels
    assert read(issue("created", id="4002")).labels != labels
    assert read(issue("created", project={"id": "12"})).labels != labels


def test_an_assignment_and_an_installation_hold_no_alert() -> None:
    assert parse(issue("assigned"), NOW_S) == []
    assert parse({"action": "created", "data": {"installation": {}}}, NOW_S) == []


@pytest.mark.parametrize(
    ("level", "severity"),
    [("fatal", "critical"), ("error", "high"), ("warning", "warning"), ("info", "info"),
     ("debug", "low"), ("sample", "warning"), (None, "warning")],
)  # fmt: skip
def test_severity_is_the_level(level: Any, severity: str) -> None:
    assert read(issue("created", level=level)).severity == severity


def test_a_metric_alert_is_one_alert_in_each_of_its_states() -> None:
    states = [read(sample(f"sentry.metric-{word}")) for word in ("critical", "warning", "resolved")]
    assert [alert.status for alert in states] == ["firing", "firing", "resolved"]
    assert [alert.severity for alert in states[:2]] == ["critical", "warning"]
    assert len({fingerprint("acme", alert.labels) for alert in states}) == 1
    assert states[0].name == states[0].labels["alertname"] == "Too many errors"
    assert states[0].starts_at_s == 1_763_793_180.0
    assert states[2].ends_at_s == 1_763_794_260.0


def test_incidents_of_one_rule_are_separate() -> None:
    other = sample("sentry.metric-critical")
    other["data"]["metric_alert"]["id"] = "42"
    assert read(other).labels != read(sample("sentry.metric-critical")).labels


@pytest.mark.parametrize(
    ("payload", "path"),
    [
        (issue("deleted"), "action"),
        (issue(None), "action"),
        (issue("created", id=None), "data.issue.id"),
        (issue("created", firstSeen="now"), "data.issue.firstSeen"),
        ({"data": {"issue": 7}, "action": "created"}, "data.issue"),
        ({"data": {"event": {}}}, "data.event.issue_id"),
        ({"data": {"metric_alert": {}}, "action": "open"}, "action"),
        ({"data": {"metric_alert": {}}, "action": "critical"}, "data.metric_alert.alert_rule"),
        ({"event": {}, "id": ""}, "id"),
    ],
)
def test_what_cannot_be_read_is_named_by_its_path(payload: Any, path: str) -> None:
    (entry,) = parse(payload, NOW_S)
    assert isinstance(entry, InvalidAlert)
    assert entry.path == path


@pytest.mark.parametrize(
    "payload", [None, [], {}, {"data": []}, {"data": {"error": {}}}, {"data": {"comment": "x"}}]
)
def test_a_body_of_another_kind_is_refused_by_name(payload: Any) -> None:
    with pytest.raises(InvalidPayload, match=r"^sentry: "):
        parse(payload, NOW_S)
