"""New Relic issues, in the default, the classic and one's own payload."""

from typing import Any

import pytest

from tests.unit.providers.samples import sample
from tocsin.domain.alert import Alert
from tocsin.domain.errors import InvalidAlert, InvalidPayload
from tocsin.domain.fingerprint import fingerprint
from tocsin.providers.newrelic import parse

NOW_S = 1_763_793_800.0
ISSUE = "0ea2df1c-adab-45d2-aae0-042b609d2322"


def issue(**fields: Any) -> dict[str, Any]:
    return {**sample("newrelic.activated"), **fields}


def read(payload: Any) -> Alert:
    (entry,) = parse(payload, NOW_S)
    assert isinstance(entry, Alert), entry
    return entry


@pytest.mark.parametrize(
    ("first", "last"), [("activated", "closed"), ("classic-open", "classic-closed")]
)
def test_an_issue_and_its_end_are_one_alert(first: str, last: str) -> None:
    firing, resolved = read(sample(f"newrelic.{first}")), read(sample(f"newrelic.{last}"))
    assert (firing.status, resolved.status) == ("firing", "resolved")
    assert fingerprint("acme", firing.labels) == fingerprint("acme", resolved.labels)
    assert firing.severity == resolved.severity == "critical"
    assert firing.ends_at_s is None
    assert resolved.ends_at_s == 1_763_793_665.007


def test_the_default_payload_says_when_each_change_was() -> None:
    alert = read(sample("newrelic.activated"))
    assert alert.starts_at_s == 1_763_793_185.123
    assert alert.observed_at_s == 1_763_793_186.456
    # Of an open issue the classic payload only says when it began: as order that would hide
    # every later change.
    assert read(sample("newrelic.classic-open")).observed_at_s is None
    assert read(sample("newrelic.classic-open")).starts_at_s == 1_763_793_185.123
    assert read(sample("newrelic.classic-closed")).starts_at_s is None


def test_the_issue_is_the_identity_since_its_title_and_entities_change() -> None:
    assert read(sample("newrelic.activated")).labels == {"alertname": "", "issue": ISSUE}
    assert read(sample("newrelic.classic-open")).labels == {
        "alertname": "",
        "issue": ISSUE,
        "account": "1000001",
    }
    assert read(issue(id="other")).labels["issue"] == "other"


def test_people_get_title_entities_policies_and_a_link() -> None:
    alert = read(sample("newrelic.activated"))
    assert alert.name == "shop-1 query result is > 1.0 for 1 minutes on 'Low storage'"
    assert alert.annotations["entities"] == "shop-1, shop-2"
    assert alert.annotations["policies"] == "Shop"
    assert alert.annotations["conditions"] == "Low storage"
    assert alert.annotations["workflowName"] == "tocsin"
    assert alert.url.startswith("https://radar-api.service.newrelic.com/accounts/1000001/issues/")
    classic = read(sample("newrelic.classic-open"))
    assert classic.name == "Low storage"
    assert classic.annotations["entities"] == "shop-1"
    assert classic.annotations["description"].startswith("shop-1 query result")
    assert classic.annotations["runbook_url"] == "https://wiki.example.com/runbooks/storage"


@pytest.mark.parametrize(
    ("word", "severity"),
    [
        ("CRITICAL", "critical"),
        ("HIGH", "high"),
        ("MEDIUM", "warning"),
        ("WARNING", "warning"),
        ("LOW", "low"),
        ("INFO", "info"),
        (None, "warning"),
    ],
)
def test_severity_is_the_priority_of_the_issue(word: str | None, severity: str) -> None:
    assert read(issue(priority=word)).severity == severity


@pytest.mark.parametrize("state", ["CREATED", "ACKNOWLEDGED", "INVESTIGATING", "acknowledged"])
def test_what_is_neither_new_nor_over_is_left_alone(state: str) -> None:
    assert parse(issue(state=state), NOW_S) == []
    assert parse(sample("newrelic.acknowledged"), NOW_S) == []


def test_what_becomes_more_urgent_is_told_even_if_somebody_works_on_it() -> None:
    changed = issue(state="ACKNOWLEDGED", trigger="PRIORITY_CHANGED")
    assert read(changed).status == "firing"
    assert read(sample("newrelic.priority-changed")).status == "firing"


def test_ones_own_names_are_read() -> None:
    payload = {
        "issue_id": 7,
        "current_state": "Open",
        "severity": "low",
        "name": ["first", "second"],
        "issue_url": "https://one.newrelic.com/7",
    }
    alert = read(payload)
    assert (alert.labels["issue"], alert.severity) == ("7", "low")
    assert alert.name == "first, second"
    assert alert.url == "https://one.newrelic.com/7"
    assert read({"id": 7, "state": "ACTIVATED"}).name == "New Relic issue 7"


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"state": "DONE"}, "state"),
        ({"state": 7}, "state"),
        ({"state": None}, "state"),
        ({"id": ""}, "issueId"),
        ({"id": {}}, "id"),
        ({"updatedAt": "soon"}, "updatedAt"),
        ({"createdAt": []}, "createdAt"),
    ],
)
def test_an_issue_that_cannot_be_read_is_named_by_its_path(
    fields: dict[str, Any], path: str
) -> None:
    (entry,) = parse(issue(**fields), NOW_S)
    assert isinstance(entry, InvalidAlert)
    assert entry.path == path


@pytest.mark.parametrize("payload", [None, [], "x", {}, {"text": "hello"}])
def test_a_body_that_is_no_issue_is_refused_by_name(payload: Any) -> None:
    with pytest.raises(InvalidPayload, match=r"^newrelic: "):
        parse(payload, NOW_S)
