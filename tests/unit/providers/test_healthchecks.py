"""Checks of Healthchecks.io, in the body that the page recommends."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.unit.providers.samples import sample
from tocsin.domain.alert import Alert
from tocsin.domain.errors import InvalidAlert, InvalidPayload
from tocsin.domain.fingerprint import fingerprint
from tocsin.providers.healthchecks import parse

NOW_S = 1_763_800_000.0
PAGE = Path(__file__).parents[3] / "docs" / "providers" / "healthchecks.md"


def down(**fields: Any) -> dict[str, Any]:
    return {**sample("healthchecks.down"), **fields}


def read(payload: Any) -> Alert:
    (entry,) = parse(payload, NOW_S)
    assert isinstance(entry, Alert), entry
    return entry


def test_a_silence_and_its_end_are_one_alert() -> None:
    firing, resolved = read(sample("healthchecks.down")), read(sample("healthchecks.up"))
    assert (firing.status, resolved.status) == ("firing", "resolved")
    assert fingerprint("acme", firing.labels) == fingerprint("acme", resolved.labels)
    assert firing.starts_at_s == firing.observed_at_s == 1_763_793_185
    assert resolved.ends_at_s == resolved.observed_at_s == 1_763_795_560


def test_the_identity_is_the_check() -> None:
    alert = read(down())
    assert alert.labels == {
        "alertname": 'Backup of "homes"',
        "code": "c1f9b6a4-3f8e-4f0b-9a56-2b8b6d1c7e10",
    }
    assert read(down(code="7d2a5b1e")).labels != alert.labels
    assert read(down(tags="", check=None)).labels == alert.labels


@pytest.mark.parametrize(
    ("tags", "severity"),
    [("a severity:high", "high"), ("Severity:info b", "info"), ("severity:odd", "warning"),
     ("a b", "critical"), ("", "critical"), (None, "critical"), (7, "critical")],
)  # fmt: skip
def test_severity_is_what_a_tag_says_and_else_that_it_is_down(tags: Any, severity: str) -> None:
    assert read(down(tags=tags, check=None)).severity == severity
    assert read(down(tags=None, check={"tags": tags})).severity == severity


def test_people_get_the_description_and_no_address_that_changes_the_check() -> None:
    annotations = read(down(new="kept")).annotations
    assert annotations["summary"] == 'Backup of "homes" is down'
    assert annotations["description"] == "rsync of /homes, every night"
    assert annotations["last_ping"] == "2025-11-21T02:00:11+00:00"
    assert annotations["new"] == "kept"
    assert not [name for name in annotations if name.endswith("_url")]


def test_the_body_of_the_page_is_read() -> None:
    page = PAGE.read_text(encoding="utf-8")
    (template,) = (line for line in page.splitlines() if line.startswith('{"code"'))
    check = sample("healthchecks.down")["check"]
    values = {
        "$CODE": "c1f9b6a4", "$NAME_JSON": '"Says \\"hello\\""', "$STATUS": "down",
        "$NOW": "2025-11-22T06:33:05+00:00", "$JSON": orjson.dumps(check).decode(),
    }  # fmt: skip
    for name, value in values.items():
        template = template.replace(name, value)
    alert = read(orjson.loads(template))
    assert alert.name == 'Says "hello"'
    assert alert.severity == "high"


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"status": "paused"}, "status"),
        ({"status": None}, "status"),
        ({"name": ""}, "name"),
        ({"code": 7}, "code"),
        ({"now": "soon"}, "now"),
    ],
)
def test_what_cannot_be_read_is_named_by_its_path(fields: dict[str, Any], path: str) -> None:
    (entry,) = parse(down(**fields), NOW_S)
    assert isinstance(entry, InvalidAlert)
    assert entry.path == path


@pytest.mark.parametrize("payload", [None, [], {}, {"code": "x"}, {"status": "down"}])
def test_a_body_of_another_kind_is_refused_by_name(payload: Any) -> None:
    with pytest.raises(InvalidPayload, match=r"^healthchecks: "):
        parse(payload, NOW_S)
