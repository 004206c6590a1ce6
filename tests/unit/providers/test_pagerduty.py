"""PagerDuty: events in the form of its API, and its webhooks."""

from typing import Any

import pytest

from tests.unit.providers.samples import sample
from tocsin.domain.alert import Alert
from tocsin.domain.errors import InvalidAlert, InvalidPayload
from tocsin.domain.fingerprint import fingerprint
from tocsin.providers.pagerduty import parse
from tocsin.providers.unending import HOLD_S

NOW_S = 1_763_800_000.0


def read(payload: Any) -> Alert:
    (entry,) = parse(payload, NOW_S)
    assert isinstance(entry, Alert), entry
    return entry


def trigger(**fields: Any) -> dict[str, Any]:
    payload = {"summary": "Disk full", "source": "db-1", "severity": "warning"}
    return {"routing_key": "k" * 32, "event_action": "trigger", "payload": payload, **fields}


def webhook(kind: str, **fields: Any) -> dict[str, Any]:
    body = sample("pagerduty.webhook-triggered")
    body["event"]["event_type"] = kind
    body["event"]["data"] |= fields
    return dict(body)


def test_a_trigger_and_its_resolve_are_one_alert() -> None:
    firing, resolved = read(sample("pagerduty.trigger")), read(sample("pagerduty.resolve"))
    assert (firing.status, resolved.status) == ("firing", "resolved")
    assert fingerprint("acme", firing.labels) == fingerprint("acme", resolved.labels)
    assert firing.starts_at_s == 1_763_793_185.123
    # A tool repeats the time of its first event: as order it would make each repeat stale.
    assert firing.observed_at_s is None
    assert firing.holds_until_s is None


def test_people_get_the_summary_the_details_and_a_link() -> None:
    alert = read(sample("pagerduty.trigger"))
    assert alert.name == alert.annotations["summary"] == "Replication of orders-db is 420 s behind"
    assert alert.annotations["lag_s"] == "420"
    assert alert.annotations["source"] == "db-2.example.com"
    assert "replicas" not in alert.annotations
    assert alert.url == "https://dbwatch.example.com/orders-db"


def test_the_routing_key_separates_integrations_and_is_not_told() -> None:
    key = "0123456789abcdef0123456789abcdef"
    one = read(sample("pagerduty.resolve"))
    other = read({**sample("pagerduty.resolve"), "routing_key": "f" * 32})
    assert one.labels["dedup_key"] == other.labels["dedup_key"]
    assert one.labels != other.labels
    assert key not in repr(one)
    assert key not in repr(read(sample("pagerduty.trigger")))


def test_a_trigger_without_a_key_is_known_by_what_it_says_and_ends_by_itself() -> None:
    alert = read(sample("pagerduty.trigger-without-key"))
    assert {name: alert.labels[name] for name in ("alertname", "source", "component")} == {
        "alertname": "Backup of homes failed",
        "source": "nas-1.example.com",
        "component": "rsync",
    }
    assert alert.holds_until_s == NOW_S + HOLD_S
    elsewhere = trigger()
    elsewhere["payload"]["source"] = "db-2"
    assert read(elsewhere).labels != read(trigger()).labels


@pytest.mark.parametrize(
    ("word", "severity"),
    [("critical", "critical"), ("error", "high"), ("warning", "warning"), ("info", "info")],
)
def test_the_four_words_for_severity(word: str, severity: str) -> None:
    payload = trigger()
    payload["payload"]["severity"] = word
    assert read(payload).severity == severity


def test_an_acknowledgement_neither_opens_nor_closes() -> None:
    assert parse(sample("pagerduty.acknowledge"), NOW_S) == []
    assert parse(sample("pagerduty.webhook-acknowledged"), NOW_S) == []


def test_an_incident_and_its_end_are_one_alert_though_somebody_renamed_it() -> None:
    firing = read(sample("pagerduty.webhook-triggered"))
    resolved = read(sample("pagerduty.webhook-resolved"))
    assert (firing.status, resolved.status) == ("firing", "resolved")
    assert firing.name != resolved.name
    assert fingerprint("acme", firing.labels) == fingerprint("acme", resolved.labels)
    assert firing.starts_at_s == 1_763_793_186.0
    assert firing.observed_at_s == 1_763_793_186.204
    assert resolved.ends_at_s == resolved.observed_at_s == 1_763_794_277.990
    assert firing.annotations["service"] == "Orders"
    assert firing.url == "https://example.pagerduty.com/incidents/QEXAMPLE1"


def test_two_incidents_are_two_alerts() -> None:
    other = webhook("incident.triggered", id="QEXAMPLE2")
    assert read(other).labels != read(sample("pagerduty.webhook-triggered")).labels


@pytest.mark.parametrize(
    ("priority", "urgency", "severity"),
    [
        ({"summary": "P1"}, "low", "critical"),
        ({"summary": "P3"}, "high", "warning"),
        ({"summary": "Ours"}, "high", "high"),
        (None, "high", "high"),
        (None, "low", "low"),
        (None, None, "warning"),
    ],
)
def test_severity_is_the_priority_or_else_the_urgency(
    priority: Any, urgency: Any, severity: str
) -> None:
    body = webhook("incident.triggered", priority=priority, urgency=urgency)
    assert read(body).severity == severity


@pytest.mark.parametrize(
    "kind", ["incident.reopened", "incident.unacknowledged", "incident.priority_updated"]
)
def test_an_incident_that_is_open_fires(kind: str) -> None:
    assert read(webhook(kind)).status == "firing"
    assert parse(webhook(kind, status="resolved"), NOW_S) == []


def test_a_reopened_incident_began_anew() -> None:
    alert = read(webhook("incident.reopened"))
    assert alert.starts_at_s == alert.observed_at_s


@pytest.mark.parametrize(
    "kind", ["incident.annotated", "incident.escalated", "service.updated", "pagey.ping", "new.one"]
)
def test_what_changes_no_state_holds_no_alert(kind: str) -> None:
    assert parse(webhook(kind), NOW_S) == []


@pytest.mark.parametrize(
    ("payload", "path"),
    [
        (trigger(event_action="open"), "event_action"),
        (trigger(event_action=7), "event_action"),
        (trigger(event_action="resolve"), "dedup_key"),
        (trigger(dedup_key=[]), "dedup_key"),
        (trigger(payload=None), "payload"),
        (trigger(payload={"summary": " "}), "payload.summary"),
        (trigger(payload={"summary": "a", "timestamp": "now"}), "payload.timestamp"),
        (trigger(payload={"summary": "a", "source": {}}), "payload.source"),
        ({"event": {"event_type": "incident.resolved"}}, "event.data"),
        (webhook("incident.resolved", id=None), "event.data.id"),
        (webhook("incident.triggered", status="odd"), "event.data.status"),
        (webhook("incident.triggered", status=None), "event.data.status"),
    ],
)
def test_what_cannot_be_read_is_named_by_its_path(payload: Any, path: str) -> None:
    (entry,) = parse(payload, NOW_S)
    assert isinstance(entry, InvalidAlert)
    assert entry.path == path


@pytest.mark.parametrize(
    "payload", [None, [], {}, {"payload": {}}, {"event": 7}, {"event": {"event_type": None}}]
)
def test_a_body_of_another_kind_is_refused_by_name(payload: Any) -> None:
    with pytest.raises(InvalidPayload, match=r"^pagerduty: "):
        parse(payload, NOW_S)
