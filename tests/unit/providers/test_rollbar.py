"""Rollbar's webhooks about items."""

from typing import Any

import pytest

from tests.unit.providers.samples import sample
from tocsin.domain.alert import Alert
from tocsin.domain.errors import InvalidAlert, InvalidPayload
from tocsin.domain.fingerprint import fingerprint
from tocsin.providers.rollbar import parse

NOW_S = 1_763_800_000.0


def read(payload: Any) -> Alert:
    (entry,) = parse(payload, NOW_S)
    assert isinstance(entry, Alert), entry
    return entry


def event(name: Any = "new_item", **item: Any) -> dict[str, Any]:
    body = sample("rollbar.new-item")
    body["event_name"] = name
    body["data"]["item"] |= item
    return dict(body)


@pytest.mark.parametrize("firing", ["new-item", "reactivated-item", "occurrence"])
def test_an_item_and_its_end_are_one_alert(firing: str) -> None:
    first, last = read(sample(f"rollbar.{firing}")), read(sample("rollbar.resolved-item"))
    assert (first.status, last.status) == ("firing", "resolved")
    assert fingerprint("acme", first.labels) == fingerprint("acme", last.labels)
    assert first.starts_at_s == 1_763_793_185.0


def test_a_new_title_and_level_leave_it_the_same_alert() -> None:
    changed = read(event("resolved_item", title="other", level=20))
    assert changed.labels == read(event()).labels


def test_items_projects_and_environments_are_separate() -> None:
    labels = read(event()).labels
    for other in (event(id=1), event(project_id=91), event(environment="staging")):
        assert read(other).labels != labels


@pytest.mark.parametrize(
    "name",
    ["new_item", "occurrence", "exp_repeat_item", "item_velocity", "reactivated_item",
     "reopened_item"],
)  # fmt: skip
def test_an_active_item_fires(name: str) -> None:
    assert read(event(name)).status == "firing"


@pytest.mark.parametrize(
    ("level", "severity"),
    [(50, "critical"), (40, "high"), (30, "warning"), (20, "info"), (10, "low"),
     ("critical", "critical"), ("error", "high"), ("debug", "low"), (7, "warning"),
     (None, "warning")],
)  # fmt: skip
def test_severity_is_the_level(level: Any, severity: str) -> None:
    assert read(event(level=level)).severity == severity


def test_people_get_the_title_and_the_host_of_the_occurrence() -> None:
    alert = read(sample("rollbar.occurrence"))
    assert alert.name == alert.annotations["summary"] == "TimeoutError: payment took 30 s"
    assert alert.annotations["host"] == "web-2.example.com"
    assert read(sample("rollbar.new-item")).annotations["host"] == "web-1.example.com"


def test_a_deployment_is_no_alert() -> None:
    assert parse(sample("rollbar.deploy"), NOW_S) == []


@pytest.mark.parametrize(
    ("payload", "path"),
    [
        ({"event_name": "new_item"}, "data"),
        ({"event_name": "new_item", "data": {}}, "data.item"),
        (event(id=None), "data.item.id"),
        (event(id=[]), "data.item.id"),
        (event(environment={}), "data.item.environment"),
        (event(last_activated_timestamp="now"), "data.item.last_activated_timestamp"),
    ],
)
def test_what_cannot_be_read_is_named_by_its_path(payload: Any, path: str) -> None:
    (entry,) = parse(payload, NOW_S)
    assert isinstance(entry, InvalidAlert)
    assert entry.path == path


@pytest.mark.parametrize("payload", [None, [], {}, event("odd"), event(7), event(None)])
def test_a_body_of_another_kind_is_refused_by_name(payload: Any) -> None:
    with pytest.raises(InvalidPayload, match=r"^rollbar: "):
        parse(payload, NOW_S)
