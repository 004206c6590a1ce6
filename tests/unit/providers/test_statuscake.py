"""What StatusCake posts as a form."""

from typing import Any

import pytest

from tests.unit.providers.samples import sample
from tocsin.domain.alert import Alert
from tocsin.domain.errors import InvalidAlert, InvalidPayload
from tocsin.domain.fingerprint import fingerprint
from tocsin.providers.statuscake import parse

NOW_S = 1_763_800_000.0


def down(**fields: Any) -> dict[str, Any]:
    return {**sample("statuscake.down"), **fields}


def read(payload: Any) -> Alert:
    (entry,) = parse(payload, NOW_S)
    assert isinstance(entry, Alert), entry
    return entry


def test_a_down_and_its_up_are_one_alert() -> None:
    firing, resolved = read(sample("statuscake.down")), read(sample("statuscake.up"))
    assert (firing.status, resolved.status) == ("firing", "resolved")
    assert fingerprint("acme", firing.labels) == fingerprint("acme", resolved.labels)
    assert firing.severity == resolved.severity == "critical"


def test_the_identity_is_the_name_and_the_address() -> None:
    alert = read(down())
    assert alert.labels == {"alertname": "Shop checkout", "url": "https://shop.example.com/health"}
    assert alert.url == "https://shop.example.com/health"
    assert read(down(URL="https://b.example.com/")).labels != alert.labels
    assert read(down(Name="Other")).labels != alert.labels
    assert read(down(IP="203.0.113.1", Tags="", StatusCode="0")).labels == alert.labels


def test_a_test_of_a_host_has_no_link() -> None:
    alert = read(sample("statuscake.timeout"))
    assert (alert.name, alert.labels["url"], alert.url) == (
        "Büro database", "db.example.com", "")  # fmt: skip


def test_people_get_what_is_said_but_never_the_token() -> None:
    alert = read(down(New="kept"))
    assert alert.annotations == {
        "summary": "Shop checkout is down",
        "StatusCode": "503",
        "IP": "203.0.113.7",
        "Tags": "shop,public",
        "CheckRate": "300",
        "New": "kept",
    }


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"Status": "Paused"}, "Status"),
        ({"Status": None}, "Status"),
        ({"Name": ""}, "Name"),
        ({"Name": None}, "Name"),
        ({"URL": []}, "URL"),
    ],
)
def test_what_cannot_be_read_is_named_by_its_path(fields: dict[str, Any], path: str) -> None:
    (entry,) = parse(down(**fields), NOW_S)
    assert isinstance(entry, InvalidAlert)
    assert entry.path == path


@pytest.mark.parametrize("payload", [None, [], {}, {"Name": "x"}])
def test_a_body_that_is_no_news_of_a_test_is_refused_by_name(payload: Any) -> None:
    with pytest.raises(InvalidPayload, match=r"^statuscake: "):
        parse(payload, NOW_S)
