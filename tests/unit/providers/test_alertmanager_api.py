"""What an Alertmanager accepts and refuses at POST /api/v2/alerts."""

from typing import Any

import pytest

from tests.unit.providers.samples import sample
from tocsin.domain.alert import Alert
from tocsin.domain.errors import InvalidAlert, InvalidPayload
from tocsin.providers.alertmanager_api import parse

NOW_S = 1_763_793_300.0  # 2025-11-22T06:35:00Z


def posted(**fields: Any) -> dict[str, Any]:
    return {"labels": {"alertname": "A"}, **fields}


def read(**fields: Any) -> Alert:
    (entry,) = parse([posted(**fields)], NOW_S)
    assert isinstance(entry, Alert), entry
    return entry


def test_an_end_to_come_says_how_long_the_alert_holds() -> None:
    firing, resolved = parse(sample("alertmanager-api"), NOW_S)
    assert isinstance(firing, Alert)
    assert isinstance(resolved, Alert)
    assert (firing.status, firing.ends_at_s) == ("firing", None)
    assert firing.holds_until_s == 1_763_793_540.0
    assert (resolved.status, resolved.ends_at_s) == ("resolved", 1_763_793_000.0)
    assert resolved.holds_until_s is None
    assert firing.provider == resolved.provider == "prometheus"


def test_an_end_at_the_time_of_receipt_is_resolved() -> None:
    assert read(endsAt="2025-11-22T06:35:00Z").status == "resolved"
    assert read(endsAt="2025-11-22T06:35:00.001Z").status == "firing"


@pytest.mark.parametrize("unset", [None, "", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z"])
def test_an_unset_time_is_not_given(unset: str | None) -> None:
    alert = read(startsAt=unset, endsAt=unset)
    assert (alert.status, alert.starts_at_s) == ("firing", None)
    assert (alert.ends_at_s, alert.holds_until_s) == (None, None)


@pytest.mark.parametrize(
    ("fields", "status", "message", "path"),
    [
        ({"labels": None}, 422, "labels in body is required", "labels"),
        ({"labels": {}}, 400, "at least one label pair required", "labels"),
        ({"labels": {"a": "", "b": ""}}, 400, "at least one label pair required", "labels"),
        ({"labels": {"a": 1}}, 400, "expected a string, got a number", "labels.a"),
        ({"annotations": {"a": 1}}, 400, "expected a string, got a number", "annotations.a"),
        ({"startsAt": "noon"}, 400, "not an RFC 3339 time: 'noon'", "startsAt"),
        ({"endsAt": 5}, 400, "expected an RFC 3339 time, got a number", "endsAt"),
        ({"generatorURL": 5}, 400, "expected a string, got a number", "generatorURL"),
        (
            {"startsAt": "2025-11-22T06:00:01Z", "endsAt": "2025-11-22T06:00:00Z"},
            400,
            "start time must be before end time",
            "endsAt",
        ),
        (
            {"generatorURL": "no uri"},
            422,
            "generatorURL in body must be of type uri: 'no uri'",
            "generatorURL",
        ),
    ],
)
def test_errors_carry_the_status_and_words_of_an_alertmanager(
    fields: dict[str, Any], status: int, message: str, path: str
) -> None:
    good, bad = parse([posted(), posted(**fields)], NOW_S)
    assert isinstance(good, Alert)
    assert isinstance(bad, InvalidAlert)
    assert (bad.status, bad.message, bad.path) == (status, message, f"[1].{path}")


def test_a_member_that_is_no_object_is_refused() -> None:
    (entry,) = parse([None], NOW_S)
    assert isinstance(entry, InvalidAlert)
    assert (entry.status, entry.path) == (400, "[0]")


@pytest.mark.parametrize(
    "url", ["", None, "https://p/graph?q=a b", "/graph", "urn:a:b", "http://[::1]:9/"]
)
def test_uris_are_accepted_and_only_web_links_shown(url: str | None) -> None:
    shown = url if url and url.startswith("http") else ""
    assert read(generatorURL=url).url == shown


@pytest.mark.parametrize(
    "url", ["graph", "://x", "1http://x", "http://a b/", "http://x:port/", "/a\n"]
)
def test_what_is_no_uri_is_unprocessable(url: str) -> None:
    (entry,) = parse([posted(generatorURL=url)], NOW_S)
    assert isinstance(entry, InvalidAlert)
    assert entry.status == 422


def test_label_names_may_be_any_text_and_unknown_fields_are_ignored() -> None:
    alert = read(labels={"alertname": "U", "Straße.name": "köln", "🙂": "1"}, extra=[1])
    assert alert.labels == {"alertname": "U", "Straße.name": "köln", "🙂": "1"}


@pytest.mark.parametrize("payload", [{}, {"alerts": []}, "x", 1])
def test_only_a_list_is_understood(payload: Any) -> None:
    with pytest.raises(InvalidPayload) as caught:
        parse(payload, NOW_S)
    assert caught.value.status == 400


@pytest.mark.parametrize("payload", [[], None])
def test_an_empty_list_is_fine(payload: Any) -> None:
    assert parse(payload, NOW_S) == []


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"labels": {"a": 1}}, "unreadable"),
        ({"startsAt": "noon"}, "unreadable"),
        ({"generatorURL": 5}, "unreadable"),
        ({"labels": {}}, "invalid_alert"),
        ({"startsAt": "2025-11-22T06:00:01Z", "endsAt": "2025-11-22T06:00:00Z"}, "invalid_alert"),
    ],
)
def test_what_cannot_be_read_is_told_from_what_cannot_be(fields: dict[str, Any], code: str) -> None:
    (entry,) = parse([posted(**fields)], NOW_S)
    assert isinstance(entry, InvalidAlert)
    assert entry.code == code


def test_a_label_or_annotation_that_is_null_is_empty_as_in_go() -> None:
    alert = read(labels={"alertname": "A", "x": None}, annotations={"summary": None})
    assert alert.labels == {"alertname": "A"}
    assert alert.annotations == {"summary": ""}
