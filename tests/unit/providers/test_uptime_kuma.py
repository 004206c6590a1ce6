"""What Uptime Kuma sends to a webhook."""

from typing import Any

import pytest

from tests.unit.providers.samples import sample
from tocsin.domain.alert import Alert
from tocsin.domain.errors import InvalidAlert, InvalidPayload
from tocsin.domain.fingerprint import fingerprint
from tocsin.providers.unending import HOLD_S
from tocsin.providers.uptime_kuma import parse

NOW_S = 1_763_800_000.0
DOWN_AT_S = 1_763_793_185.123
UP_AT_S = 1_763_794_265.007


def down(beat: dict[str, Any] | None = None, **monitor: Any) -> dict[str, Any]:
    body: dict[str, Any] = sample("uptime-kuma.down")
    body["heartbeat"].update(beat or {})
    body["monitor"].update(monitor)
    return body


def read(payload: Any) -> Alert:
    (entry,) = parse(payload, NOW_S)
    assert isinstance(entry, Alert), entry
    return entry


def test_a_down_and_its_up_are_one_alert() -> None:
    firing, resolved = read(sample("uptime-kuma.down")), read(sample("uptime-kuma.up"))
    assert (firing.status, resolved.status) == ("firing", "resolved")
    assert fingerprint("acme", firing.labels) == fingerprint("acme", resolved.labels)
    assert firing.severity == resolved.severity
    assert firing.starts_at_s == firing.observed_at_s == DOWN_AT_S
    assert resolved.ends_at_s == resolved.observed_at_s == UP_AT_S
    assert resolved.starts_at_s == DOWN_AT_S
    assert resolved.value == 83


def test_a_beat_that_says_it_again_does_not_move_the_start() -> None:
    again = read(sample("uptime-kuma.still-down"))
    assert again.labels == read(sample("uptime-kuma.down")).labels
    assert again.starts_at_s is None
    assert again.observed_at_s is not None
    assert again.observed_at_s > DOWN_AT_S


def test_the_identity_is_the_monitor_and_what_it_looks_at() -> None:
    assert read(down()).labels == {
        "alertname": "Shop",
        "monitor_id": "7",
        "url": "https://shop.example.com/health",
    }
    port = read(down(type="port", url="https://", hostname="db.example.com", port=5432))
    assert port.labels["hostname"] == "db.example.com"
    assert port.labels["port"] == "5432"
    assert "url" not in port.labels


@pytest.mark.parametrize(
    "fields", [{"id": 8}, {"name": "Shop 2"}, {"url": "https://b.example.com/"}, {"port": 8443}]
)
def test_another_monitor_is_another_alert(fields: dict[str, Any]) -> None:
    assert read(down(**fields)).labels != read(down()).labels


def test_secrets_in_a_link_and_in_a_monitor_go_nowhere() -> None:
    alert = read(down(url="https://user:secret@shop.example.com/a?token=secret#secret"))
    assert alert.labels["url"] == alert.url == "https://shop.example.com/a"
    monitor = {"includeSensitiveData": True, "basic_auth_pass": "secret", "newToken": "secret"}
    assert "secret" not in str(read(down({"response": "secret"}, **monitor)))


def test_people_get_the_reason_and_the_other_fields() -> None:
    annotations = read(down(newField="kept")).annotations
    assert annotations["summary"].endswith("Request failed with status code 503")
    assert annotations["reason"] == "Request failed with status code 503"
    assert annotations["description"] == "The shop as customers see it"
    assert annotations["pathName"] == "Public / Shop"
    assert annotations["timezone"] == "Europe/Berlin"
    assert annotations["newField"] == "kept"


@pytest.mark.parametrize(
    ("tags", "severity"),
    [
        ([{"name": "severity", "value": "high"}], "high"),
        ([{"name": "x"}, {"name": " Severity ", "value": "Info"}], "info"),
        ([{"name": "severity", "value": "odd"}], "warning"),
        ([None, {"name": 7, "value": 8}], "critical"),
        ([], "critical"),
        (None, "critical"),
    ],
)
def test_severity_is_what_a_tag_says_and_else_that_it_is_down(tags: Any, severity: str) -> None:
    assert read(down(tags=tags)).severity == severity
    assert read(down({"status": 1}, tags=tags)).severity == severity


@pytest.mark.parametrize("status", [2, 3])
def test_pending_and_maintenance_are_no_news(status: int) -> None:
    assert parse(down({"status": status}), NOW_S) == []


def test_a_test_is_no_alert() -> None:
    assert parse(sample("uptime-kuma.test"), NOW_S) == []


def test_an_expiry_ends_by_itself_and_is_one_alert_on_all_days() -> None:
    body = sample("uptime-kuma.certificate")
    alert = read(body)
    assert (alert.status, alert.severity) == ("firing", "warning")
    assert alert.holds_until_s == NOW_S + HOLD_S
    assert alert.annotations == {"summary": body["msg"]}
    later = read({**body, "msg": body["msg"].replace("14", "7")})
    assert later.labels == alert.labels
    domain = read({"msg": "Domain name example.com will expire in 7 days"})
    assert domain.name == "Domain name example.com will expire"


def test_a_beat_without_a_time_is_ordered_by_its_arrival() -> None:
    body = down()
    del body["heartbeat"]["time"]
    assert read(body).observed_at_s is None


@pytest.mark.parametrize(
    ("payload", "path"),
    [
        (down({"status": 4}), "heartbeat.status"),
        (down({"status": "0"}), "heartbeat.status"),
        (down({"status": True}), "heartbeat.status"),
        (down({"time": "now"}), "heartbeat.time"),
        (down(name=""), "monitor.name"),
        (down(id=None), "monitor.id"),
        (down(hostname=[]), "monitor.hostname"),
        ({**down(), "monitor": None}, "monitor"),
        ({**down(), "heartbeat": []}, "heartbeat"),
        ({"heartbeat": None, "monitor": None, "msg": "Hello"}, "msg"),
        ({"msg": " will expire in 3 days"}, "msg"),
    ],
)
def test_a_beat_that_cannot_be_read_is_named_by_its_path(payload: Any, path: str) -> None:
    (entry,) = parse(payload, NOW_S)
    assert isinstance(entry, InvalidAlert)
    assert entry.path == path


@pytest.mark.parametrize("payload", [None, [], "x", {}, {"msg": 7}, {"monitor": {"id": 1}}])
def test_a_body_that_is_no_beat_is_refused_by_name(payload: Any) -> None:
    with pytest.raises(InvalidPayload, match=r"^uptime-kuma: "):
        parse(payload, NOW_S)
