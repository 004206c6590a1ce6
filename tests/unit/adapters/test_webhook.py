import json

from msgspec.structs import replace

from tests.builders import T0, alert, receiver
from tocsin.adapters.receivers import webhook
from tocsin.domain.fingerprint import alertmanager_fingerprint
from tocsin.domain.found import Enrichment, Owner, StageResult
from tocsin.domain.group import GroupKey
from tocsin.ports import Notification


def notification(*alerts, **fields):
    return Notification(
        key="toc_1",
        receiver=receiver(**fields),
        group=GroupKey("acme", "oncall", (("alertname", "Down"), ("team", "db"))),
        alerts=alerts,
        attempt=1,
    )


def body(*alerts, **fields):
    return json.loads(webhook.render(notification(*alerts, **fields), "https://tocsin.example"))


FIRING = alert(
    "Down",
    labels={"team": "db", "instance": "a"},
    annotations={"summary": "it is down", "runbook": "r"},
    starts_at_s=T0,
    ends_at_s=T0 + 300,
    url="https://prometheus.example/graph",
)
RESOLVED = alert(
    "Down",
    labels={"team": "db", "instance": "b"},
    annotations={"summary": "it was down", "runbook": "r"},
    status="resolved",
    starts_at_s=T0,
    ends_at_s=T0 + 60.25,
)


def test_a_label_without_a_value_is_left_out():
    nameless = alert("", labels={"team": "db"}, starts_at_s=T0)
    said = body(nameless)
    assert said["alerts"][0]["labels"] == {"team": "db"}
    assert said["commonLabels"] == {"team": "db"}


def test_the_body_is_alertmanagers():
    assert body(FIRING, RESOLVED) == {
        "version": "4",
        "groupKey": '{}:{alertname="Down", team="db"}',
        "truncatedAlerts": 0,
        "status": "firing",
        "receiver": "oncall",
        "groupLabels": {"alertname": "Down", "team": "db"},
        "commonLabels": {"alertname": "Down", "team": "db"},
        "commonAnnotations": {"runbook": "r"},
        "routeLabels": {},
        "externalURL": "https://tocsin.example",
        "notification_reason": "",
        "alerts": [
            {
                "status": "firing",
                "labels": {"alertname": "Down", "team": "db", "instance": "a"},
                "annotations": {"summary": "it is down", "runbook": "r"},
                "startsAt": "2025-11-22T05:40:00.000Z",
                "endsAt": "0001-01-01T00:00:00Z",
                "generatorURL": "https://prometheus.example/graph",
                "fingerprint": alertmanager_fingerprint(FIRING.labels),
            },
            {
                "status": "resolved",
                "labels": {"alertname": "Down", "team": "db", "instance": "b"},
                "annotations": {"summary": "it was down", "runbook": "r"},
                "startsAt": "2025-11-22T05:40:00.000Z",
                "endsAt": "2025-11-22T05:41:00.250Z",
                "generatorURL": "",
                "fingerprint": alertmanager_fingerprint(RESOLVED.labels),
            },
        ],
    }


def test_the_name_of_a_receiver_is_quoted_as_alertmanager_does():
    assert body(FIRING, shown_as=r"db.team (on\call)")["receiver"] == r"db\.team \(on\\call\)"
    assert body(FIRING, shown_as="db-team/1")["receiver"] == "db-team/1"


def test_all_resolved_is_resolved():
    assert body(RESOLVED)["status"] == "resolved"


def test_no_alerts_have_nothing_in_common():
    assert body()["commonLabels"] == {}


def test_a_resolved_alert_always_has_an_end_if_anything_is_known():
    bare = replace(RESOLVED, ends_at_s=None)
    observed = replace(bare, observed_at_s=T0 + 1)
    ends = [each["endsAt"] for each in body(observed, bare)["alerts"]]
    assert ends == ["2025-11-22T05:40:01.000Z", "2025-11-22T05:40:00.000Z"]
    unknown = body(replace(bare, starts_at_s=None))["alerts"][0]
    assert (unknown["startsAt"], unknown["endsAt"]) == ("0001-01-01T00:00:00Z",) * 2


def test_all_that_a_notification_holds_is_said_though_the_limit_is_lower_by_now():
    sent = body(RESOLVED, FIRING, FIRING, max_alerts=1)
    assert (len(sent["alerts"]), sent["truncatedAlerts"], sent["status"]) == (3, 0, "firing")


def test_headers_hold_one_key_over_all_attempts_and_the_time_of_each():
    first = webhook.headers(notification(FIRING), T0 + 0.9)
    second = webhook.headers(notification(FIRING), T0 + 60)
    assert first == {
        "Content-Type": "application/json",
        "Idempotency-Key": "toc_1",
        "webhook-id": "toc_1",
        "webhook-timestamp": "1763790000",
    }
    assert second == {**first, "webhook-timestamp": "1763790060"}


def test_configured_headers_cannot_replace_what_the_request_stands_on():
    configured = {
        "Authorization": "Bearer x",
        "IDEMPOTENCY-KEY": "mine",
        "content-type": "text/plain",
        "Host": "elsewhere",
        "Content-Length": "0",
        "Transfer-Encoding": "chunked",
    }
    sent = webhook.headers(notification(FIRING, headers=configured), T0)
    assert set(sent) == {
        "Authorization",
        "Content-Type",
        "Idempotency-Key",
        "webhook-id",
        "webhook-timestamp",
    }
    assert sent["Idempotency-Key"] == "toc_1"


def test_what_was_found_out_is_a_field_of_its_own_and_only_where_there_is_something():
    owner = Owner(service="checkout-api", team="payments")
    stages = (StageResult("map_ownership", "ok", "", 0.01),)
    found = Enrichment(owner=owner, score=70.0, stages=stages)
    plain, enriched = body(FIRING, replace(FIRING, enrichment=found))["alerts"]
    assert "enrichment" not in plain
    assert enriched["enrichment"] == {
        "owner": {"service": "checkout-api", "team": "payments"},
        "score": 70.0,
        "stages": [["map_ownership", "ok", "", 0.01]],
    }
