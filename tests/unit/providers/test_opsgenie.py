"""Opsgenie: alerts to create, and webhooks."""

from typing import Any

import pytest

from tests.unit.providers.samples import sample
from tocsin.domain.alert import Alert
from tocsin.domain.errors import InvalidAlert, InvalidPayload
from tocsin.domain.fingerprint import fingerprint
from tocsin.providers.opsgenie import parse
from tocsin.providers.unending import HOLD_S

NOW_S = 1_763_800_000.0


def read(payload: Any) -> Alert:
    (entry,) = parse(payload, NOW_S)
    assert isinstance(entry, Alert), entry
    return entry


def webhook(action: Any = "Create", **alert: Any) -> dict[str, Any]:
    body = sample("opsgenie.webhook-create")
    body["action"] = action
    body["alert"] |= alert
    return dict(body)


@pytest.mark.parametrize("firing", ["create", "webhook-create"])
def test_an_alert_and_its_close_are_one_though_somebody_changed_it(firing: str) -> None:
    first, last = read(sample(f"opsgenie.{firing}")), read(sample("opsgenie.webhook-close"))
    assert (first.status, last.status) == ("firing", "resolved")
    assert first.name != last.name
    assert fingerprint("acme", first.labels) == fingerprint("acme", last.labels)


def test_an_alert_created_here_ends_by_itself_and_one_of_opsgenie_does_not() -> None:
    assert read(sample("opsgenie.create")).holds_until_s == NOW_S + HOLD_S
    assert read(sample("opsgenie.webhook-create")).holds_until_s is None
    assert read(sample("opsgenie.webhook-create")).starts_at_s == 1_763_793_185.123


def test_without_an_alias_message_entity_and_source_are_identity() -> None:
    alert = read(sample("opsgenie.create-without-alias"))
    assert alert.labels == {
        "alertname": "Backup of homes failed",
        "entity": "nas-1.example.com",
        "source": "backup",
    }
    assert alert.severity == "warning"


def test_a_webhook_without_an_alias_is_known_by_its_id() -> None:
    alert = read(webhook(alias=None))
    assert alert.labels["alias"] == "00000000-0000-4000-8000-000000000701-1763793185123"


@pytest.mark.parametrize(
    ("priority", "severity"),
    [("P1", "critical"), ("P2", "high"), ("P3", "warning"), ("P4", "info"), ("P5", "low"),
     (None, "warning")],
)  # fmt: skip
def test_severity_is_the_priority(priority: Any, severity: str) -> None:
    assert read(webhook(priority=priority)).severity == severity
    assert read({"message": "m", "priority": priority}).severity == severity


def test_people_get_description_tags_and_details() -> None:
    annotations = read(sample("opsgenie.create")).annotations
    assert annotations["description"] == "/var fills at 2 GB an hour"
    assert annotations["tags"] == "disk, production"
    assert annotations["free_gb"] == "12"


@pytest.mark.parametrize(
    ("action", "status"),
    [("Create", "firing"), ("UpdatePriority", "firing"), ("Close", "resolved"),
     ("Delete", "resolved")],
)  # fmt: skip
def test_actions_that_change_the_state(action: str, status: str) -> None:
    assert read(webhook(action)).status == status


@pytest.mark.parametrize("action", ["Acknowledge", "UnAcknowledge", "AddNote", "Snooze", "Own"])
def test_other_actions_hold_no_alert(action: str) -> None:
    assert parse(webhook(action), NOW_S) == []


@pytest.mark.parametrize(
    ("payload", "path"),
    [
        ({"message": ""}, "message"),
        ({"message": 7}, "message"),
        ({"message": "m", "alias": []}, "alias"),
        ({"message": "m", "entity": {}}, "entity"),
        ({"action": "Create", "alert": 7}, "alert"),
        (webhook(alias=None, alertId=None), "alert.alertId"),
        (webhook(alias=7), "alert.alias"),
        (webhook(createdAt="now"), "alert.createdAt"),
    ],
)
def test_what_cannot_be_read_is_named_by_its_path(payload: Any, path: str) -> None:
    (entry,) = parse(payload, NOW_S)
    assert isinstance(entry, InvalidAlert)
    assert entry.path == path


@pytest.mark.parametrize("payload", [None, [], {}, {"alert": {}}, webhook(7), webhook("")])
def test_a_body_of_another_kind_is_refused_by_name(payload: Any) -> None:
    with pytest.raises(InvalidPayload, match=r"^opsgenie: "):
        parse(payload, NOW_S)
