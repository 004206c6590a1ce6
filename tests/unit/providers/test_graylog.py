"""Graylog's HTTP notifications."""

from typing import Any

import pytest

from tests.unit.providers.samples import sample
from tocsin.domain.alert import Alert
from tocsin.domain.errors import InvalidAlert, InvalidPayload
from tocsin.providers.graylog import parse
from tocsin.providers.unending import HOLD_S

NOW_S = 1_763_800_000.0


def read(payload: Any) -> Alert:
    (entry,) = parse(payload, NOW_S)
    assert isinstance(entry, Alert), entry
    return entry


def notification(**event: Any) -> dict[str, Any]:
    body = sample("graylog")
    body["event"] |= event
    return dict(body)


def test_an_alert_is_the_definition_its_key_and_its_groups() -> None:
    alert = read(sample("graylog"))
    assert alert.labels == {
        "alertname": "Too many 5xx",
        "definition": "600000000000000000000001",
        "key": "shop",
        "service": "shop",
        "vhost": "web-1.example.com",
    }
    assert (alert.status, alert.severity) == ("firing", "high")
    assert alert.starts_at_s == 1_763_793_185.123
    assert alert.annotations["summary"] == "Too many 5xx: web-1 - count()=42.0"
    assert alert.annotations["count"] == "42"


def test_it_ends_by_itself_since_graylog_never_says_so() -> None:
    assert read(sample("graylog")).holds_until_s == NOW_S + HOLD_S


def test_what_differs_with_each_event_is_no_identity() -> None:
    again = notification(
        id="other", timestamp="2025-11-22T06:38:05.123Z", message="count()=7.0",
        source="graylog-2", fields={"service": "shop", "count": "7"},
    )  # fmt: skip
    assert read({**again, "job_trigger_id": "other"}).labels == read(sample("graylog")).labels


def test_groups_keys_hosts_and_definitions_are_separate() -> None:
    labels = read(sample("graylog")).labels
    for other in (
        notification(group_by_fields={"vhost": "web-2.example.com"}),
        notification(key="blog"),
        notification(fields={"service": "shop", "host": "a"}),
        {**sample("graylog"), "event_definition_id": "600000000000000000000009"},
    ):
        assert read(other).labels != labels


def test_a_group_cannot_take_the_place_of_the_definition() -> None:
    other = notification(group_by_fields={"definition": "forged"})
    assert read(other).labels["definition"] == "600000000000000000000001"


@pytest.mark.parametrize(
    ("priority", "severity"),
    [(4, "critical"), (3, "high"), (2, "warning"), (1, "low"), (0, "info"), (9, "warning"),
     ("3", "warning"), (None, "warning")],
)  # fmt: skip
def test_severity_is_the_priority(priority: Any, severity: str) -> None:
    assert read(notification(priority=priority)).severity == severity


def test_a_test_of_the_notification_is_no_alert() -> None:
    assert parse(sample("graylog.test"), NOW_S) == []


@pytest.mark.parametrize(
    ("payload", "path"),
    [
        ({"event": {}}, "event_definition_title"),
        (notification(timestamp="now"), "event.timestamp"),
        (notification(key=[]), "event.key"),
        (notification(group_by_fields={"a": {}}), "event.group_by_fields.'a'"),
    ],
)
def test_what_cannot_be_read_is_named_by_its_path(payload: Any, path: str) -> None:
    (entry,) = parse(payload, NOW_S)
    assert isinstance(entry, InvalidAlert)
    assert entry.path == path


@pytest.mark.parametrize("payload", [None, [], {}, {"event": 7}, {"check_result": {}}])
def test_a_body_of_another_kind_is_refused_by_name(payload: Any) -> None:
    with pytest.raises(InvalidPayload, match=r"^graylog: "):
        parse(payload, NOW_S)
