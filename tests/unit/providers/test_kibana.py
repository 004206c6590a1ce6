"""Kibana's rules, with the body that the page gives."""

from typing import Any

import orjson
import pytest

from tests.unit.providers.samples import sample
from tocsin.domain.alert import Alert
from tocsin.domain.errors import InvalidAlert, InvalidPayload
from tocsin.domain.fingerprint import fingerprint
from tocsin.providers.kibana import parse

NOW_S = 1_763_793_800.0


def action(**fields: Any) -> dict[str, Any]:
    """Return a sample in which `rule_id=x` changes `rule.id`, and `date=x` changes `date`."""
    body = sample("kibana.active")
    for name, value in fields.items():
        part, _, field = name.partition("_")
        if field:
            body[part][field] = value
        else:
            body[name] = value
    return dict(body)


def read(payload: Any) -> Alert:
    (entry,) = parse(payload, NOW_S)
    assert isinstance(entry, Alert), entry
    return entry


def test_an_alert_and_its_recovery_are_one() -> None:
    firing, resolved = read(sample("kibana.active")), read(sample("kibana.recovered"))
    assert (firing.status, resolved.status) == ("firing", "resolved")
    assert fingerprint("acme", firing.labels) == fingerprint("acme", resolved.labels)
    assert firing.observed_at_s == 1_763_793_185.123
    assert resolved.observed_at_s == resolved.ends_at_s == 1_763_793_665.007
    assert firing.holds_until_s is None


def test_a_warning_is_the_same_alert_and_less_severe() -> None:
    warning, firing = read(sample("kibana.warning")), read(sample("kibana.active"))
    assert warning.labels == firing.labels
    assert (warning.severity, firing.severity) == ("warning", "high")


def test_labels_are_rule_group_space_and_kibana() -> None:
    assert read(sample("kibana.active")).labels == {
        "alertname": "CPU of web servers",
        "rule": "1b2c3d40-5e6f-11ee-8c99-0242ac120002",
        "alert": "web-1.example.com",
        "space": "shop",
        "kibana": "https://kibana.example.com",
    }


def test_groups_rules_spaces_and_kibanas_are_separate_and_runs_are_not() -> None:
    labels = read(action()).labels
    others = (
        action(alert_id="web-2"),
        action(rule_id="2"),
        action(rule_spaceId="default"),
        action(kibanaBaseUrl="https://other.example.com"),
    )
    for other in others:
        assert read(other).labels != labels
    assert read(action(alert_uuid="another", date="2025-11-22T06:34:05Z")).labels == labels


@pytest.mark.parametrize(
    ("group", "status"),
    [
        ("recovered", "resolved"),
        ("notGeoContained", "resolved"),
        ("query matched", "firing"),
        ("default", "firing"),
    ],
)
def test_only_the_group_of_recovery_resolves(group: str, status: str) -> None:
    assert read(action(alert_actionGroup=group)).status == status


@pytest.mark.parametrize(
    ("name", "own", "severity"),
    [
        ("Alert", "", "high"),
        ("Warning", "", "warning"),
        ("Critical", "", "critical"),
        ("Low", "", "low"),
        ("Query matched", "", "warning"),
        ("Alert", "critical", "critical"),
        (None, None, "warning"),
    ],
)
def test_severity_is_what_the_body_or_the_group_says(name: Any, own: Any, severity: str) -> None:
    assert read(action(alert_actionGroupName=name, severity=own)).severity == severity


def test_a_security_rule_finds_events_that_nothing_resolves() -> None:
    found = read(sample("kibana.security"))
    assert found.holds_until_s is not None
    assert "alert" not in found.labels
    assert found.severity == "high"


def test_people_get_reason_tags_and_a_link() -> None:
    alert = read(sample("kibana.active"))
    assert alert.annotations["summary"].startswith("system.cpu.total.norm.pct is 95%")
    assert alert.annotations["tags"] == "prod,shop"
    assert alert.annotations["action_group"] == "Alert"
    assert alert.url.startswith("https://kibana.example.com/s/shop/app/observability/alerts/")
    assert "/rule/" in read(action(alertDetailsUrl="")).url


def test_objects_that_the_template_made_texts_of_are_read() -> None:
    body = sample("kibana.active")
    context = {"reason": "busy", "value": 7, "alertDetailsUrl": "https://kibana.example.com/a"}
    payload = {
        "date": body["date"],
        "kibanaBaseUrl": body["kibanaBaseUrl"],
        "rule": orjson.dumps(body["rule"]).decode(),
        "alert": orjson.dumps(body["alert"]).decode(),
        "context": orjson.dumps(context).decode(),
    }
    alert = read(payload)
    assert alert.labels == read(body).labels
    assert (alert.annotations["summary"], alert.value) == ("busy", 7.0)
    assert alert.url == "https://kibana.example.com/a"


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"rule_name": ""}, "rule.name"),
        ({"rule_id": None}, "rule.id"),
        ({"alert_id": ""}, "alert.id"),
        ({"alert_actionGroup": ""}, "alert.actionGroup"),
        ({"alert_actionGroup": 7}, "alert.actionGroup"),
        ({"date": "now"}, "date"),
        ({"kibanaBaseUrl": {}}, "kibanaBaseUrl"),
    ],
)
def test_an_action_that_cannot_be_read_is_named_by_its_path(
    fields: dict[str, Any], path: str
) -> None:
    (entry,) = parse(action(**fields), NOW_S)
    assert isinstance(entry, InvalidAlert)
    assert entry.path == path


@pytest.mark.parametrize(
    "payload", [None, [], {}, {"rule": {"id": "1"}}, {"rule": "{", "alert": {"id": "1"}}]
)
def test_a_body_that_is_no_action_is_refused_by_name(payload: Any) -> None:
    with pytest.raises(InvalidPayload, match=r"^kibana: "):
        parse(payload, NOW_S)
