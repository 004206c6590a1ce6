"""Problems of Zabbix, from the media type of docs/providers/zabbix.md."""

from pathlib import Path
from typing import Any

import pytest

from tests.unit.providers.samples import sample
from tocsin.domain.alert import Alert
from tocsin.domain.errors import InvalidAlert, InvalidPayload
from tocsin.domain.fingerprint import fingerprint
from tocsin.providers.zabbix import parse

NOW_S = 1_763_800_000.0
PAGE = Path(__file__).parents[3] / "docs" / "providers" / "zabbix.md"


def problem(**fields: Any) -> dict[str, Any]:
    return {**sample("zabbix.problem"), **fields}


def read(payload: Any) -> Alert:
    (entry,) = parse(payload, NOW_S)
    assert isinstance(entry, Alert), entry
    return entry


def test_a_problem_and_its_recovery_are_one_alert() -> None:
    firing, resolved = read(sample("zabbix.problem")), read(sample("zabbix.resolved"))
    assert (firing.status, resolved.status) == ("firing", "resolved")
    assert fingerprint("acme", firing.labels) == fingerprint("acme", resolved.labels)
    assert firing.severity == resolved.severity == "high"
    assert firing.starts_at_s == firing.observed_at_s == 1_763_793_180
    assert (resolved.starts_at_s, resolved.ends_at_s) == (1_763_793_180, 1_763_793_480)
    assert resolved.observed_at_s == resolved.ends_at_s


def test_the_identity_is_problem_trigger_and_host() -> None:
    assert read(sample("zabbix.problem")).labels == {
        "alertname": "Disk space is low (used > 90%)",
        "host": "db-1",
        "trigger_id": "23117",
        "event_id": "81245",
    }


@pytest.mark.parametrize("field", ["event_id", "trigger_id", "host", "event_name"])
def test_another_problem_trigger_or_host_is_another_alert(field: str) -> None:
    assert read(problem(**{field: "7"})).labels != read(problem()).labels


def test_people_get_the_other_parameters_the_value_and_a_link() -> None:
    alert = read(problem(new_in_version_9="x", tocsin_key="secret", tocsin_url="https://x/"))
    assert alert.annotations["opdata"] == "Space used: 93.25 %"
    assert alert.annotations["new_in_version_9"] == "x"
    assert "secret" not in str(alert)
    assert "update_action" not in alert.annotations
    assert alert.value == 93.25
    assert alert.url == "https://zabbix.example.com/tr_events.php?triggerid=23117&eventid=81245"


@pytest.mark.parametrize("url", ["{$ZABBIX.URL}", "", None, "zabbix.example.com"])
def test_without_an_address_there_is_no_link(url: Any) -> None:
    assert read(problem(zabbix_url=url)).url == ""


@pytest.mark.parametrize(
    ("word", "severity"),
    [
        ("5", "critical"), (5, "critical"), ("4", "high"), ("3", "warning"), ("2", "warning"),
        ("1", "info"), ("0", "warning"), ("Disaster", "critical"), ("High", "high"),
        ("Average", "warning"), ("Information", "info"), ("Not classified", "warning"),
        ("", "warning"), ("{EVENT.NSEVERITY}", "warning"),
    ],
)  # fmt: skip
def test_severity_is_a_number_or_its_name(word: Any, severity: str) -> None:
    assert read(problem(event_nseverity=word)).severity == severity


@pytest.mark.parametrize(
    "fields",
    [
        {"update_status": "1", "update_action": "acknowledged"},
        {"update_status": 1, "update_action": "{EVENT.UPDATE.ACTION}"},
        {"update_status": None, "update_action": "suppressed"},
        {"update_status": "1", "update_action": "changed severity from High to Average"},
    ],
)
def test_an_update_of_a_problem_that_goes_on_is_no_news(fields: dict[str, Any]) -> None:
    assert parse(problem(**fields), NOW_S) == []
    assert parse(sample("zabbix.acknowledged"), NOW_S) == []
    assert read(problem(event_value="0", **fields)).status == "resolved"


def test_what_zabbix_found_in_the_network_is_no_alert() -> None:
    assert parse(sample("zabbix.discovery"), NOW_S) == []
    assert parse(problem(event_source="2"), NOW_S) == []


def test_the_test_of_a_media_type_is_no_alert() -> None:
    assert parse(sample("zabbix.test"), NOW_S) == []


def test_other_names_for_the_same_macros_give_the_same_alert() -> None:
    body = sample("zabbix.other-names")
    assert read(body).labels == read(problem()).labels
    assert read(body).severity == "high"
    resolved = read({**body, "status": "OK", "value": "0"})
    assert (resolved.status, resolved.labels) == ("resolved", read(body).labels)
    assert parse({**body, "update_action": "acknowledged"}, NOW_S) == []


def test_a_macro_that_this_zabbix_does_not_know_is_not_given() -> None:
    alert = read(problem(event_timestamp="{EVENT.TIMESTAMP}", host="*UNKNOWN*"))
    assert alert.starts_at_s is None
    assert alert.observed_at_s is None
    assert "host" not in alert.labels


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"event_value": "2"}, "event_value"),
        ({"event_value": None}, "event_value"),
        ({"event_value": []}, "event_value"),
        ({"event_id": "{EVENT.ID}", "trigger_id": ""}, "event_id"),
        ({"event_name": "{EVENT.NAME}"}, "event_name"),
        ({"event_timestamp": "soon"}, "event_timestamp"),
        ({"event_source": "4"}, "event_source"),
        ({"host": {}}, "host"),
    ],
)
def test_a_problem_that_cannot_be_read_is_named_by_its_path(
    fields: dict[str, Any], path: str
) -> None:
    (entry,) = parse(problem(**fields), NOW_S)
    assert isinstance(entry, InvalidAlert)
    assert entry.path == path


@pytest.mark.parametrize("payload", [None, [], "x", {}, {"name": "A", "status": "PROBLEM"}])
def test_a_body_without_an_event_is_refused_by_name(payload: Any) -> None:
    with pytest.raises(InvalidPayload, match=r"^zabbix: "):
        parse(payload, NOW_S)


def test_every_parameter_of_the_sample_is_on_the_page() -> None:
    page = PAGE.read_text(encoding="utf-8")
    extra = {"acknowledged"}
    assert not [name for name in problem() if f"`{name}`" not in page and name not in extra]
