"""The canonical alert as JSON, and its schema."""

from pathlib import Path
from typing import Any

import orjson
import pytest
from jsonschema import Draft202012Validator

from tests.builders import T0, alert
from tests.unit.providers.samples import sample, sample_names
from tocsin.domain.alert import Alert
from tocsin.domain.fingerprint import fingerprint
from tocsin.domain.wire import canonical, json_schema, rfc3339
from tocsin.providers.registry import provider

SCHEMA = Path(__file__).parents[3] / "docs" / "alert.schema.json"
KEYS = ["name", "status", "severity", "labels", "annotations", "starts_at", "ends_at", "provider",
        "url", "fingerprint", "value"]  # fmt: skip


def shown(value: Alert) -> dict[str, Any]:
    return canonical(value, fingerprint("default", value.labels), T0)


def test_the_keys_and_their_order_are_fixed() -> None:
    assert list(shown(alert())) == KEYS


def test_times_are_utc_with_milliseconds() -> None:
    line = shown(alert(status="resolved", starts_at_s=T0 - 1.5, ends_at_s=T0))
    assert (line["starts_at"], line["ends_at"]) == (
        "2025-11-22T05:39:58.500Z",
        "2025-11-22T05:40:00.000Z",
    )
    assert rfc3339(-62_135_596_800) == "0001-01-01T00:00:00.000Z"


def test_a_firing_alert_without_a_start_began_when_it_was_received() -> None:
    assert shown(alert())["starts_at"] == "2025-11-22T05:40:00.000Z"
    assert shown(alert(status="resolved"))["starts_at"] is None


def test_the_published_schema_is_the_one_in_the_code() -> None:
    assert orjson.loads(SCHEMA.read_bytes()) == json_schema()


@pytest.mark.parametrize("name", sample_names())
def test_every_sample_meets_the_schema(name: str) -> None:
    validator = Draft202012Validator(orjson.loads(SCHEMA.read_bytes()))
    for entry in provider(name.partition(".")[0]).parse(sample(name), T0):
        assert isinstance(entry, Alert)
        validator.validate(orjson.loads(orjson.dumps(shown(entry))))


@pytest.mark.parametrize(
    "wrong",
    [
        {"status": "pending"},
        {"severity": "medium"},
        {"starts_at": "2025-11-22T05:40:00+01:00"},
        {"url": "javascript:alert(1)"},
        {"fingerprint": "73dbeed5635ea4e4"},
        {"labels": {"instance": "db-1"}},
        {"labels": {"alertname": 1}},
        {"extra": 1},
        {"name": ""},
    ],
)
def test_the_schema_refuses_what_no_canonical_alert_has(wrong: dict[str, Any]) -> None:
    validator = Draft202012Validator(json_schema())
    assert validator.is_valid(shown(alert()))
    assert not validator.is_valid({**shown(alert()), **wrong})


@pytest.mark.parametrize("key", KEYS)
def test_the_schema_asks_for_every_key(key: str) -> None:
    line = shown(alert())
    del line[key]
    assert not Draft202012Validator(json_schema()).is_valid(line)
