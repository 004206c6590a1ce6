"""Grafana's webhook: each alert has its own status, and rules and organizations stay apart."""

from typing import Any

import pytest

from tests.unit.providers.samples import sample
from tocsin.domain.alert import Alert
from tocsin.domain.errors import InvalidAlert, InvalidPayload
from tocsin.domain.fingerprint import fingerprint
from tocsin.providers.grafana import parse

NOW_S = 1_763_793_300.0


def group(*members: Any, **fields: Any) -> dict[str, Any]:
    return {"status": "firing", "orgId": 1, "alerts": list(members), **fields}


def member(**fields: Any) -> dict[str, Any]:
    return {"status": "firing", "labels": {"alertname": "a"}, "fingerprint": "f1", **fields}


def read(payload: Any) -> Alert:
    (entry,) = parse(payload, NOW_S)
    assert isinstance(entry, Alert), entry
    return entry


def test_each_alert_of_a_group_has_its_own_status() -> None:
    firing, resolved = parse(sample("grafana"), NOW_S)
    assert isinstance(firing, Alert)
    assert isinstance(resolved, Alert)
    assert (firing.status, firing.starts_at_s, firing.ends_at_s) == (
        "firing", 1_763_793_180.0, None
    )  # fmt: skip
    assert (resolved.status, resolved.ends_at_s) == ("resolved", 1_763_793_120.0)
    assert firing.severity == resolved.severity == "critical"
    assert firing.holds_until_s is None


@pytest.mark.parametrize("status", ["firing", "resolved"])
def test_the_status_of_the_group_is_nobodys(status: str) -> None:
    assert read(group(member(status="firing"), status=status)).status == "firing"
    assert read(group(member(status="resolved"), status=status)).status == "resolved"
    assert read(group(member(status=None), status=status)).status == "firing"


def test_an_alert_and_its_end_are_one() -> None:
    firing = parse(sample("grafana"), NOW_S)[0]
    assert isinstance(firing, Alert)
    resolved = read(sample("grafana.resolved"))
    assert resolved.status == "resolved"
    assert fingerprint("acme", firing.labels) == fingerprint("acme", resolved.labels)


def test_labels_are_those_of_the_alert_and_where_it_is_from() -> None:
    assert read(sample("grafana.resolved")).labels == {
        "alertname": "HighMemory",
        "grafana_folder": "Shop",
        "instance": "shop-1.example.com:9100",
        "severity": "critical",
        "grafana_url": "https://grafana.example.com",
        "grafana_org": "1",
        "grafana_fingerprint": "c6eadffa33fcdf37",
    }


def test_equal_labels_of_two_rules_organizations_and_grafanas_are_separate() -> None:
    payloads = [
        group(member()),
        group(member(fingerprint="f2")),
        group(member(), orgId=2),
        group(member(orgId=3)),
        group(member(), externalURL="https://other.example.com/"),
    ]
    assert len({fingerprint("acme", read(payload).labels) for payload in payloads}) == 5


def test_the_labels_of_a_group_are_not_changed_by_reading_it() -> None:
    payload = group(member())
    assert parse(payload, NOW_S) == parse(payload, NOW_S)


def test_people_get_texts_values_and_links() -> None:
    alert = parse(sample("grafana"), NOW_S)[0]
    assert isinstance(alert, Alert)
    assert alert.annotations["summary"] == "Memory of shop-1 is nearly full"
    assert alert.annotations["value B"] == "93.25"
    assert alert.annotations["silenceURL"].startswith("https://grafana.example.com/alerting/")
    assert alert.url == "https://grafana.example.com/alerting/grafana/fd3k9x2m/view?orgId=1"
    assert alert.value is None
    assert read(group(member(values={"B": 7}))).value == 7.0
    assert read(group(member(values=None))).value is None


def test_a_link_that_leads_nowhere_gives_way_to_the_next() -> None:
    fields = {"generatorURL": "?orgId=1", "panelURL": "https://g.example.com/d/x?viewPanel=1"}
    assert read(group(member(**fields))).url == "https://g.example.com/d/x?viewPanel=1"
    assert read(sample("grafana.test")).url == "https://grafana.example.com/"


def test_a_test_ends_by_itself_since_nothing_resolves_it() -> None:
    alert = read(sample("grafana.test"))
    assert alert.status == "firing"
    assert alert.holds_until_s is not None
    assert alert.holds_until_s > NOW_S


def test_an_alert_without_a_name_is_called_by_its_labels() -> None:
    alert = read(group(member(labels={"host": "db-1"})))
    assert alert.name == '{host="db-1"}'
    assert alert.labels["alertname"] == ""


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"status": "pending"}, "alerts[1].status"),
        ({"status": 7}, "alerts[1].status"),
        ({"labels": {}}, "alerts[1].labels"),
        ({"labels": None}, "alerts[1].labels"),
        ({"labels": {"a": 1}}, "alerts[1].labels.a"),
        ({"endsAt": "later"}, "alerts[1].endsAt"),
        ({"fingerprint": []}, "alerts[1].fingerprint"),
        ({"annotations": {"a": {}}}, "alerts[1].annotations.a"),
    ],
)
def test_a_bad_alert_is_named_and_fails_alone(fields: dict[str, Any], path: str) -> None:
    good, bad = parse(group(member(), member(**fields)), NOW_S)
    assert isinstance(good, Alert)
    assert isinstance(bad, InvalidAlert)
    assert bad.path == path


@pytest.mark.parametrize(
    "payload", [None, [], {}, {"alerts": {}}, {"ruleName": "a", "state": "ok"}]
)
def test_a_body_that_is_no_notification_is_refused_by_name(payload: Any) -> None:
    with pytest.raises(InvalidPayload, match=r"^grafana: "):
        parse(payload, NOW_S)
