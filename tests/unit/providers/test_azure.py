"""Azure Monitor's common alert schema."""

from typing import Any

import pytest

from tests.unit.providers.samples import sample
from tocsin.domain.alert import Alert
from tocsin.domain.errors import InvalidAlert, InvalidPayload
from tocsin.domain.fingerprint import fingerprint
from tocsin.providers.azure import parse
from tocsin.providers.unending import HOLD_S

NOW_S = 1_763_800_000.0


def read(payload: Any) -> Alert:
    (entry,) = parse(payload, NOW_S)
    assert isinstance(entry, Alert), entry
    return entry


def changed(name: str = "azure.metric-fired", **essentials: Any) -> dict[str, Any]:
    body = sample(name)
    body["data"]["essentials"] |= essentials
    return dict(body)


@pytest.mark.parametrize(
    ("fired", "resolved"),
    [
        ("metric-fired", "metric-resolved"),
        ("log-fired", "log-resolved"),
        ("service-health", "service-health-resolved"),
    ],
)
def test_an_alert_and_its_end_are_one(fired: str, resolved: str) -> None:
    first, last = read(sample(f"azure.{fired}")), read(sample(f"azure.{resolved}"))
    assert (first.status, last.status) == ("firing", "resolved")
    assert fingerprint("acme", first.labels) == fingerprint("acme", last.labels)
    assert first.severity == last.severity


def test_times_are_those_of_the_changes() -> None:
    fired, resolved = read(sample("azure.metric-fired")), read(sample("azure.metric-resolved"))
    assert fired.starts_at_s == fired.observed_at_s == 1_763_793_185.123456
    assert resolved.ends_at_s == resolved.observed_at_s == 1_763_793_785.765432
    # Azure says when only for metric alerts; the time of receipt orders the others.
    assert read(sample("azure.log-resolved")).observed_at_s is None


def test_people_get_the_condition_the_value_and_a_link() -> None:
    alert = read(sample("azure.metric-fired"))
    assert alert.annotations["metric"] == "Percentage CPU"
    assert alert.annotations["description"] == "The web server is busy"
    assert alert.annotations["team"] == "orders"
    assert alert.value == 93.25
    assert alert.url.startswith("https://portal.azure.com/#@/resource/subscriptions/")
    assert read(sample("azure.log-fired")).url.endswith("logs-of-web-1")


def test_resources_and_dimensions_are_separate_alerts() -> None:
    alert = read(sample("azure.metric-fired"))
    assert read(changed(alertTargetIDs=["/subscriptions/b"])).labels != alert.labels
    other = sample("azure.log-fired")
    other["data"]["alertContext"]["condition"]["allOf"][0]["dimensions"][0]["value"] = "web-2"
    assert read(other).labels != read(sample("azure.log-fired")).labels


def test_ids_of_one_run_are_no_identity() -> None:
    again = changed(alertId="/subscriptions/x/alerts/other", originAlertId="other")
    assert read(again).labels == read(sample("azure.metric-fired")).labels


def test_a_prometheus_rule_has_its_labels() -> None:
    alert = read(sample("azure.prometheus"))
    assert (alert.labels["cluster"], alert.labels["Environment"]) == ("one", "Prod")
    assert alert.annotations["summary"] == "SQL is down"


@pytest.mark.parametrize(
    ("word", "severity"),
    [("Sev0", "critical"), ("Sev1", "high"), ("Sev2", "warning"), ("Sev3", "info"),
     ("Sev4", "low"), ("Sev9", "warning"), (None, "warning")],
)  # fmt: skip
def test_severity_is_what_azure_calls_the_number(word: Any, severity: str) -> None:
    assert read(changed(severity=word)).severity == severity


def test_an_entry_of_the_activity_log_ends_by_itself() -> None:
    alert = read(sample("azure.activity-log"))
    assert alert.holds_until_s == NOW_S + HOLD_S
    assert alert.labels["operation"] == "Microsoft.Compute/virtualMachines/restart/action"
    assert read(sample("azure.metric-fired")).holds_until_s is None


@pytest.mark.parametrize(
    ("status", "result"), [("Unavailable", "firing"), ("Degraded", "firing"),
                           ("Unknown", "firing"), ("Available", "resolved")]
)  # fmt: skip
def test_the_health_of_a_resource(status: str, result: str) -> None:
    body = sample("azure.activity-log")
    context = body["data"]["alertContext"]
    context |= {
        "eventSource": "ResourceHealth",
        "operationName": f"Microsoft.Resourcehealth/healthevent/{status}/action",
        "properties": {"currentHealthStatus": status},
    }
    alert = read(body)
    assert alert.status == result
    assert "operation" not in alert.labels


def test_a_list_is_read_member_by_member() -> None:
    good, bad = sample("azure.metric-fired"), changed(monitorCondition="Odd")
    first, second, third = parse([good, bad, {"schemaId": "x"}], NOW_S)
    assert isinstance(first, Alert)
    assert isinstance(second, InvalidAlert)
    assert second.path == "[1].data.essentials.monitorCondition"
    assert isinstance(third, InvalidAlert)
    assert third.path == "[2].schemaId"


@pytest.mark.parametrize(
    ("payload", "path"),
    [
        (changed(monitorCondition=None), "data.essentials.monitorCondition"),
        (changed(alertRule=""), "data.essentials.alertRule"),
        (changed(firedDateTime="now"), "data.essentials.firedDateTime"),
        (changed(alertTargetIDs="x"), "data.essentials.alertTargetIDs"),
        (changed(alertTargetIDs=[7]), "data.essentials.alertTargetIDs[0]"),
        ({"schemaId": "azureMonitorCommonAlertSchema"}, "data"),
        ({"schemaId": "azureMonitorCommonAlertSchema", "data": {}}, "data.essentials"),
    ],
)
def test_what_cannot_be_read_is_named_by_its_path(payload: Any, path: str) -> None:
    (entry,) = parse(payload, NOW_S)
    assert isinstance(entry, InvalidAlert)
    assert entry.path == path


@pytest.mark.parametrize("payload", [None, 7, {}, {"schemaId": "AzureMonitorMetricAlert"}])
def test_another_schema_is_refused_by_name(payload: Any) -> None:
    with pytest.raises(InvalidPayload, match=r"^azure: "):
        parse(payload, NOW_S)
