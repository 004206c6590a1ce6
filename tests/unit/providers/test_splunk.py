"""Splunk's webhook alert action."""

from typing import Any

import pytest

from tests.unit.providers.samples import sample
from tocsin.domain.alert import Alert
from tocsin.domain.errors import InvalidAlert, InvalidPayload
from tocsin.providers.fields import THING_FIELDS
from tocsin.providers.generic import IDENTITY_FIELDS
from tocsin.providers.splunk import parse
from tocsin.providers.unending import HOLD_S

NOW_S = 1_763_800_000.0


def read(payload: Any) -> Alert:
    (entry,) = parse(payload, NOW_S)
    assert isinstance(entry, Alert), entry
    return entry


def found(**row: Any) -> dict[str, Any]:
    return {"search_name": "5xx", "app": "search", "sid": "s1", "result": row}


def test_an_alert_is_the_search_and_what_the_row_is_about() -> None:
    alert = read(sample("splunk"))
    assert alert.labels == {
        "alertname": "5xx of the shop",
        "app": "search",
        "host": "web-1.example.com",
    }
    assert (alert.status, alert.severity, alert.value) == ("firing", "critical", 42.0)
    assert alert.annotations["sourcetype"] == "nginx:error"
    assert alert.url.startswith("https://splunk.example.com:8000/")


def test_it_ends_by_itself_since_splunk_never_says_so() -> None:
    assert read(sample("splunk")).holds_until_s == NOW_S + HOLD_S


def test_what_differs_with_each_search_is_no_identity() -> None:
    again = {**sample("splunk"), "sid": "other", "results_link": "https://splunk.example.com/x"}
    again["result"] |= {"count": "7", "_time": "1", "source": "/var/log/nginx/error.log.1"}
    assert read(again).labels == read(sample("splunk")).labels


def test_hosts_apps_and_searches_are_separate() -> None:
    labels = read(found(host="a")).labels
    assert read(found(host="b")).labels != labels
    assert read({**found(host="a"), "app": "other"}).labels != labels
    assert read({**found(host="a"), "search_name": "4xx"}).labels != labels


def test_several_hosts_of_one_row_are_one_identity_in_any_order() -> None:
    assert read(found(host=["b", "a"])).labels["host"] == "a,b"


def test_a_search_that_nobody_saved_is_known_by_its_owner() -> None:
    alert = read(sample("splunk.ad-hoc"))
    assert alert.labels == {"alertname": "Splunk search", "app": "search", "owner": "admin"}


def test_the_fields_that_are_identity_are_those_of_generic_json_without_source() -> None:
    assert set(THING_FIELDS) == set(IDENTITY_FIELDS) - {"source"}


@pytest.mark.parametrize(
    ("row", "severity"),
    [({"severity": "high"}, "high"), ({"urgency": "low"}, "low"), ({"priority": "P1"}, "critical"),
     ({"level": "info"}, "info"), ({"severity": "odd"}, "warning"), ({}, "warning")],
)  # fmt: skip
def test_severity_is_what_the_row_says(row: dict[str, Any], severity: str) -> None:
    assert read(found(**row)).severity == severity


def test_the_summary_is_what_the_row_says() -> None:
    assert read(found(message="m", _raw="r")).annotations["summary"] == "m"
    assert read(found(_raw="r")).annotations["summary"] == "r"
    assert read(found()).annotations["summary"] == "5xx"


@pytest.mark.parametrize(
    ("payload", "path"),
    [({"search_name": []}, "search_name"), ({"search_name": "a", "app": {}}, "app")],
)
def test_what_cannot_be_read_is_named_by_its_path(payload: Any, path: str) -> None:
    (entry,) = parse(payload, NOW_S)
    assert isinstance(entry, InvalidAlert)
    assert entry.path == path


@pytest.mark.parametrize("payload", [None, [], {}, {"message": "hello"}])
def test_a_body_of_another_kind_is_refused_by_name(payload: Any) -> None:
    with pytest.raises(InvalidPayload, match=r"^splunk: "):
        parse(payload, NOW_S)
