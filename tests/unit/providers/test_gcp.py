"""Google Cloud Monitoring, from a webhook and through Pub/Sub."""

from base64 import b64encode
from typing import Any

import orjson
import pytest

from tests.unit.providers.samples import sample
from tocsin.domain.alert import Alert
from tocsin.domain.errors import InvalidAlert, InvalidPayload
from tocsin.domain.fingerprint import fingerprint
from tocsin.providers.gcp import parse

NOW_S = 1_763_800_000.0


def read(payload: Any) -> Alert:
    (entry,) = parse(payload, NOW_S)
    assert isinstance(entry, Alert), entry
    return entry


def incident(**fields: Any) -> dict[str, Any]:
    body = sample("gcp.open")
    body["incident"] |= fields
    return dict(body)


def pushed(data: bytes) -> dict[str, Any]:
    return {"message": {"data": b64encode(data).decode()}, "subscription": "s"}


def test_an_incident_and_its_end_are_one_alert() -> None:
    firing, resolved = read(sample("gcp.open")), read(sample("gcp.closed"))
    assert (firing.status, resolved.status) == ("firing", "resolved")
    assert fingerprint("acme", firing.labels) == fingerprint("acme", resolved.labels)
    assert (firing.starts_at_s, firing.ends_at_s) == (1_763_793_185.0, None)
    assert resolved.ends_at_s == 1_763_793_665.0
    # A start may lie before the end of the incident before: as order it would hide this one.
    assert firing.observed_at_s is None


def test_a_push_of_pubsub_is_the_same_alert() -> None:
    assert read(sample("gcp.pubsub")) == read(sample("gcp.open"))


def test_labels_are_policy_condition_and_time_series() -> None:
    labels = read(sample("gcp.open")).labels
    assert labels["alertname"] == "CPU of web servers"
    assert labels["condition"] == "VM Instance - CPU utilization"
    assert (labels["project"], labels["zone"]) == ("example-prod", "europe-west3-a")
    assert labels["instance_id"] == "11223344"


def test_instances_projects_and_conditions_are_separate() -> None:
    labels = read(sample("gcp.open")).labels
    for other in (
        incident(resource={"type": "gce_instance", "labels": {"instance_id": "5"}}),
        incident(scoping_project_id="example-test"),
        incident(condition_name="Disk"),
        incident(metric={"labels": {"instance_name": "web-2"}}),
    ):
        assert read(other).labels != labels


def test_a_label_cannot_take_the_place_of_the_project() -> None:
    other = incident(metric={"labels": {"project": "forged", "alertname": "forged"}})
    assert read(other).labels["project"] == "example-prod"
    assert read(other).labels["alertname"] == "CPU of web servers"


def test_before_version_1_2_the_resource_is_a_name() -> None:
    labels = read(sample("gcp.v1-0")).labels
    assert (labels["resource_id"], labels["resource_name"]) == ("i-0001", "web-1")


@pytest.mark.parametrize(
    ("fields", "severity"),
    [
        ({"severity": "Critical"}, "critical"),
        ({"severity": "ERROR"}, "high"),
        ({"severity": "Warning"}, "warning"),
        ({"severity": "No severity"}, "warning"),
        ({"severity": "No severity", "policy_user_labels": {"severity": "critical"}}, "critical"),
        ({"severity": None, "policy_user_labels": {"severity": "info"}}, "info"),
        ({"severity": None}, "warning"),
    ],
)
def test_severity_is_the_policys_or_its_label(fields: dict[str, Any], severity: str) -> None:
    assert read(incident(**fields)).severity == severity


def test_people_get_summary_documentation_value_and_link() -> None:
    alert = read(sample("gcp.open"))
    assert alert.annotations["summary"] == "CPU utilization for web-1 is 0.953"
    assert alert.annotations["description"] == "See runbooks.example.com/cpu"
    assert alert.annotations["team"] == "orders"
    assert alert.value == 0.953
    assert alert.url.startswith("https://console.cloud.google.com/")


@pytest.mark.parametrize("state", ["OPEN", "Open"])
def test_a_state_is_read_in_any_case(state: str) -> None:
    assert read(incident(state=state)).status == "firing"


@pytest.mark.parametrize(
    ("payload", "path"),
    [
        (incident(state="acknowledged"), "incident.state"),
        (incident(state=None), "incident.state"),
        (incident(policy_name=""), "incident.policy_name"),
        (incident(started_at="now"), "incident.started_at"),
        (incident(condition_name=[]), "incident.condition_name"),
        (incident(resource={"labels": {"a": {}}}), "incident.resource.labels.'a'"),
        (pushed(b'{"incident": {}}'), "message.data.incident.policy_name"),
    ],
)
def test_what_cannot_be_read_is_named_by_its_path(payload: Any, path: str) -> None:
    (entry,) = parse(payload, NOW_S)
    assert isinstance(entry, InvalidAlert)
    assert entry.path == path


@pytest.mark.parametrize(
    "payload",
    [None, [], {}, {"incident": 7}, pushed(b"x"), pushed(b"[]"), pushed(orjson.dumps({})),
     {"message": {"data": "%"}}, {"message": {"data": "é"}}, {"message": 7}],
)  # fmt: skip
def test_a_body_of_another_kind_is_refused_by_name(payload: Any) -> None:
    with pytest.raises(InvalidPayload, match=r"^gcp: "):
        parse(payload, NOW_S)
