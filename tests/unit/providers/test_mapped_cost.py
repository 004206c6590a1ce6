"""What reading with a mapping costs: alerts and body add up, and are never multiplied."""

import sys
from types import FrameType
from typing import Any

import pytest

from tests.unit.providers.mapping import provider_of
from tocsin.domain.alert import Alert
from tocsin.domain.errors import InvalidAlert
from tocsin.providers import limits
from tocsin.providers.registry import Provider

NOW_S = 1_763_800_000.0
ALERTS = 200
ELEMENTS = 2000
FIELDS = "alerts: events\n%sfields: {name: n, %s}"


def body(alerts: int, elements: int) -> dict[str, Any]:
    return {
        "events": [{"n": "A", "h": "x"}] * alerts,
        "tags": ["x"] * elements,
        "empty": [""] * elements,
        "objects": [{}] * elements,
        "odd": [*["x"] * elements, []],
        "lists": {str(index): [] for index in range(elements)},
    }


def calls(source: Provider, payload: Any) -> int:
    """Return how many functions reading a payload calls."""
    count = 0

    def note(_: FrameType, event: str, __: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        source.parse(payload, NOW_S)
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize(
    "mapping",
    [
        FIELDS % ("", "annotations: {s: '{{ $.tags[*] }}'}"),
        FIELDS % ("", "annotations: {s: '$.tags[*]'}"),
        FIELDS % ("", "annotations: {s: '$.objects[*].x'}"),
        FIELDS % ("", "annotations: {s: '{{ $.odd[*] }} on {{ h }}'}"),
        FIELDS % ("", "annotations: {s: '{{ $.objects[*].x }} on {{ h }}'}"),
        FIELDS % ("", "labels: {s: '{{ $.odd[*] }}'}"),
        FIELDS % ("", "labels: {'*': '$.tags'}"),
        FIELDS % ("", "labels: {'*': '$.odd'}"),
        FIELDS % ("", "labels: {'*': '$.lists'}"),
        FIELDS % ("", "annotations: {'*': '$.lists'}"),
        FIELDS % ("match: {'$.tags[*]': [nope]}\n", "url: u"),
        FIELDS % ("match: {'$.objects[*].x': [nope]}\n", "url: u"),
    ],
)
def test_what_is_read_from_the_body_is_read_once_for_all_alerts(mapping: str) -> None:
    source = provider_of(mapping)
    few, many = (calls(source, body(ALERTS, elements)) for elements in (1, ELEMENTS))
    # Each element may cost some calls, but not some for each of the alerts.
    assert many - few < 20 * ELEMENTS


def test_more_labels_than_an_alert_may_have_are_counted_once() -> None:
    source = provider_of(FIELDS % ("", "labels: {'*': '$.tags'}"))
    tags = {f"t{index}": "x" for index in range(limits.LABELS_PER_ALERT + 1)}
    for payload in (tags, list(tags)):
        entries = source.parse({"events": [{"n": "A"}] * 2, "tags": payload}, NOW_S)
        assert [(type(each), getattr(each, "path", "")) for each in entries] == [
            (InvalidAlert, f"events[{index}].labels") for index in range(2)
        ]
        assert entries[0] is not entries[1]


def test_texts_from_the_body_are_cut_once_and_shared() -> None:
    source = provider_of(FIELDS % ("", "annotations: {a: '$.t', b: '{{ $.t }}', '*': '$.all'}"))
    long = "x" * (2 * limits.ANNOTATION_VALUE_CHARACTERS)
    payload = {"events": [{"n": "A"}, {"n": "B"}], "t": long, "all": {"c": long}}
    first, second = source.parse(payload, NOW_S)
    assert isinstance(first, Alert)
    assert isinstance(second, Alert)
    for name in "abc":
        text = first.annotations[name]
        assert (len(text), text[-1]) == (limits.ANNOTATION_VALUE_CHARACTERS, "…")
        assert text is second.annotations[name]


def test_joining_stops_at_the_longest_text_there_is() -> None:
    source = provider_of(FIELDS % ("", "annotations: {s: 'x {{ notes[*] }}'}"))
    long = "x" * limits.ANNOTATION_VALUE_CHARACTERS
    # What comes after the limit is not even looked at.
    (alert,) = source.parse({"events": [{"n": "A", "notes": [long, "y", {}]}]}, NOW_S)
    assert isinstance(alert, Alert)
    assert alert.annotations["s"] == "x " + long[: limits.ANNOTATION_VALUE_CHARACTERS - 3] + "…"


def test_a_template_of_many_long_texts_is_no_longer_than_one() -> None:
    source = provider_of(FIELDS % ("", f"annotations: {{s: '{'{{ $.t }}' * 100}'}}"))
    long = "x" * limits.ANNOTATION_VALUE_CHARACTERS
    few, many = (calls(source, {"events": [{"n": "A"}] * 2, "t": text}) for text in ("x", long))
    assert many < few / 2


def test_an_error_in_what_all_alerts_share_is_one_of_each() -> None:
    source = provider_of(FIELDS % ("", "labels: {s: $.s, t: $.s}"))
    first, second = source.parse({"events": [{"n": "A"}, {"n": "B"}], "s": []}, NOW_S)
    assert first is not second
    for each in (first, second):
        assert isinstance(each, InvalidAlert)
        assert (each.path, each.message) == (
            "$.s",
            "expected a string, a number or a boolean, got a list",
        )
