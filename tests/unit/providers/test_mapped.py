"""JSON that a mapping of the tenant's configuration describes."""

from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.providers.mapping import config_of, provider_of
from tests.unit.providers.test_hostile_payloads import HOSTILE, changed, paths
from tocsin.domain.alert import Alert
from tocsin.domain.errors import InvalidAlert, InvalidInput, InvalidPayload, TooLarge
from tocsin.domain.fingerprint import fingerprint
from tocsin.domain.wire import canonical
from tocsin.providers import limits
from tocsin.providers.mapped import default_mapping, mapped_provider
from tocsin.providers.members import Ignored

NOW_S = 1_763_800_000.0

MAPPING = """
alerts: result.events
match: {kind: [alarm, Alert]}
fields:
  name: check.title
  status: {from: state, words: {red: firing, green: resolved, grey: ignored}}
  severity: {from: level, words: {"1": critical, "2": high}, default: info}
  labels:
    host: source.host
    site: $.site
    team: {constant: storage}
    unit: {from: unit, words: {A: alpha}, default: none}
  annotations:
    summary: "{{ check.title }} on {{ source.host }}: {{ notes[*].text }}"
    steps: notes[*].text
    details: details
  starts_at: began
  ends_at: ended
  observed_at: at
  url: "https://monitor.example.com/{{ id }}"
  value: measured
"""


def event(**fields: Any) -> dict[str, Any]:
    return {
        "id": 7,
        "kind": "ALARM",
        "check": {"title": "Disk full"},
        "state": "Red",
        "level": 1,
        "source": {"host": "db-1"},
        "unit": "a",
        "notes": [{"text": "look"}, {"other": 1}, {"text": "mend"}],
        "details": {"deep": 1},
        "began": "2025-11-22T06:33:05Z",
        "at": 1_763_793_300_000,
        "measured": "91.5",
        **fields,
    }


def body(*events: Any) -> dict[str, Any]:
    return {"site": "fra", "result": {"events": list(events)}}


def entries(payload: Any, mapping: str = MAPPING) -> list[Any]:
    return provider_of(mapping).parse(payload, NOW_S)


def read(payload: Any, mapping: str = MAPPING) -> Alert:
    (entry,) = entries(payload, mapping)
    assert isinstance(entry, Alert), entry
    return entry


def test_every_field_is_read_as_the_mapping_says() -> None:
    assert read(body(event())) == Alert(
        name="Disk full",
        status="firing",
        severity="critical",
        labels={
            "host": "db-1", "site": "fra", "team": "storage", "unit": "alpha",
            "alertname": "Disk full",
        },
        annotations={"summary": "Disk full on db-1: look, mend", "steps": "look, mend"},
        starts_at_s=1_763_793_185.0,
        observed_at_s=1_763_793_300.0,
        provider="backup",
        url="https://monitor.example.com/7",
        value=91.5,
    )  # fmt: skip


def test_a_firing_and_its_end_are_one_alert_and_two_hosts_are_two() -> None:
    firing = read(body(event()))
    end = read(body(event(state="green", level=None, ended="2025-11-22T06:40:00Z", notes=None)))
    assert (firing.status, end.status, end.ends_at_s) == ("firing", "resolved", 1_763_793_600)
    assert end.severity == "info"
    assert fingerprint("acme", firing.labels) == fingerprint("acme", end.labels)
    assert read(body(event(source={"host": "db-2"}))).labels != firing.labels
    assert read({**body(event()), "site": "lon"}).labels != firing.labels


def test_what_does_not_match_and_what_is_ignored_is_no_alert() -> None:
    found = entries(body(event(kind="report"), event(kind=None), event(state="grey")))
    assert found == [Ignored()] * 3
    assert entries(body()) == []


def test_what_is_left_alone_keeps_the_places_of_the_others() -> None:
    found = entries(body(event(state="grey"), event(), event(kind="report"), event(state="odd")))
    assert [type(entry) for entry in found] == [Ignored, Alert, Ignored, InvalidAlert]
    assert found[3].path == "result.events[3].state"


def test_the_word_ignored_of_a_sender_means_nothing() -> None:
    (entry,) = entries(body(event(state="ignored")))
    assert isinstance(entry, InvalidAlert)


def test_one_bad_alert_fails_alone_and_its_path_begins_at_the_body() -> None:
    good, odd, listed, nameless, text = entries(
        body(event(), event(state="odd"), event(source={"host": []}), event(check=None), "x")
    )
    assert isinstance(good, Alert)
    assert (odd.path, odd.message) == (
        "result.events[1].state",
        "expected red, green, grey, or a word for firing or resolved, got 'odd'",
    )
    assert listed.path == "result.events[2].source.host"
    assert nameless.path == "result.events[3].check.title"
    assert (text.path, text.message) == ("result.events[4]", "expected an object, got a string")


def test_a_path_from_the_body_is_named_as_it_is() -> None:
    (entry,) = entries({**body(event()), "site": {}})
    assert entry.path == "$.site"


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        (None, "backup: expected an object or a list, got null"),
        ("x", "backup: expected an object or a list, got a string"),
        ({}, "backup: result.events: expected a list of alerts, got none"),
        ({"result": {"events": 7}}, "backup: result.events: expected a list of alerts, got a nu"),
    ],
)
def test_a_body_of_another_shape_is_refused_by_name_path_and_what_was_expected(
    payload: Any, message: str
) -> None:
    with pytest.raises(InvalidPayload) as raised:
        entries(payload)
    assert raised.value.message.startswith(message)
    assert raised.value.status == 422


SHORT = "fields: {name: n, labels: {host: h}}"


def test_without_a_path_the_body_is_one_alert_or_a_list_of_them() -> None:
    assert read({"n": "A", "h": 7.0}, SHORT).labels == {"alertname": "A", "host": "7"}
    assert len(entries([{"n": "A"}, {"n": "B"}], SHORT)) == 2
    (bad,) = entries([{}], SHORT)
    assert bad.path == "[0].n"


def test_an_object_at_the_path_is_one_alert_and_a_star_flattens() -> None:
    assert len(entries({"event": {"n": "A"}}, f"alerts: event\n{SHORT}")) == 1
    groups = {"groups": [{"alerts": [{"n": "A"}]}, {}, {"alerts": [{"n": "B"}, {}]}]}
    first, second, bad = entries(groups, f"alerts: 'groups[*].alerts'\n{SHORT}")
    assert (first.name, second.name, bad.path) == ("A", "B", "groups[2].alerts[1].n")
    assert entries({}, f"alerts: 'groups[*].alerts'\n{SHORT}") == []


def test_without_a_status_the_end_decides() -> None:
    mapping = "fields: {name: n, ends_at: e}"
    assert read({"n": "A"}, mapping).status == "firing"
    assert read({"n": "A", "e": NOW_S - 1}, mapping).status == "resolved"
    held = read({"n": "A", "e": NOW_S + 60}, mapping)
    assert (held.status, held.holds_until_s, held.ends_at_s) == ("firing", NOW_S + 60, None)


def test_a_hold_is_for_firings_that_nobody_ends() -> None:
    mapping = "hold: 1h\nfields: {name: n, status: s}"
    assert read({"n": "A", "s": "fire"}, mapping).holds_until_s == NOW_S + 3600
    assert read({"n": "A", "s": "ok"}, mapping).holds_until_s is None
    assert read({"n": "A"}, "fields: {name: n}").holds_until_s is None


@pytest.mark.parametrize(
    ("word", "status"), [("DOWN", "firing"), ("closed", "resolved"), ("odd", "firing")]
)
def test_a_default_status_is_for_words_that_nobody_knows(word: str, status: str) -> None:
    assert read({"n": "A", "s": word}, "fields: {name: n, status: {from: s, default: firing}}"
                ).status == status  # fmt: skip


@pytest.mark.parametrize(
    ("level", "severity"),
    [("P2", "high"), (None, "low"), ("odd", "low"), ("worst", "critical"), (True, "low")],
)
def test_a_severity_is_a_word_of_the_mapping_or_one_that_every_provider_knows(
    level: Any, severity: str
) -> None:
    mapping = "fields: {name: n, severity: {from: l, words: {Worst: critical}, default: low}}"
    assert read({"n": "A", "l": level}, mapping).severity == severity


def test_all_of_an_object_can_be_labels_and_annotations() -> None:
    mapping = "fields: {name: n, labels: {'*': tags, host: h}, annotations: {'*': '@', s: n}}"
    alert = read({"n": "A", "h": "x", "tags": {"a": 1, "host": "y", "b": None}}, mapping)
    assert alert.labels == {"a": "1", "host": "x", "alertname": "A"}
    assert alert.annotations == {"s": "A", "n": "A", "h": "x"}
    listed = read({"n": "A", "tags": ["env:prod", "x=y", "bare"]}, mapping)
    assert listed.labels == {"env": "prod", "x": "y", "bare": "true", "alertname": "A"}
    (bad,) = entries({"n": "A", "tags": {"a": []}}, mapping)
    assert bad.path == "tags.a"


def test_a_name_that_changes_is_no_part_of_the_identity() -> None:
    mapping = "name_changes: true\nfields: {name: n, labels: {id: i}}"
    first, later = read({"n": "90 %", "i": 1}, mapping), read({"n": "95 %", "i": 1}, mapping)
    assert (first.name, later.name) == ("90 %", "95 %")
    assert first.labels == later.labels == {"id": "1", "alertname": ""}
    (bad,) = entries({"n": "A"}, mapping)
    assert (bad.path, isinstance(bad, InvalidAlert)) == ("labels", True)


def test_what_is_required_and_missing_is_refused() -> None:
    mapping = "fields: {name: n, labels: {host: {from: h, required: true}}}"
    (bad,) = entries({"n": "A", "h": ""}, mapping)
    assert (bad.path, bad.message) == ("h", "expected a value, got none")


def test_a_template_whose_paths_lead_nowhere_is_missing() -> None:
    mapping = "fields: {name: {from: '{{ a }}/{{ b }}', default: Nameless}}"
    assert read({}, mapping).name == "Nameless"
    assert read({"b": 1}, mapping).name == "/1"


def test_more_alerts_than_a_request_may_hold_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "ALERTS_PER_REQUEST", 2)
    assert len(entries([{"n": "A"}] * 2, SHORT)) == 2
    with pytest.raises(TooLarge):
        entries([{"n": "A"}] * 3, SHORT)


def test_a_provider_knows_the_version_that_it_was_read_from() -> None:
    config = config_of("[{name: a, default: true, form: true, fields: {name: n}}]", version=7)
    found = mapped_provider(config, "a")
    assert found is not None
    assert (found.config_version, found.sends_forms) == (7, True)
    assert mapped_provider(config, "b") is None
    assert default_mapping(config) == "a"
    assert default_mapping(config_of("[{name: a, fields: {name: n}}]")) is None


@pytest.mark.parametrize("value", [*HOSTILE, "nothing"], ids=range(len(HOSTILE) + 1))
def test_a_payload_with_anything_changed_is_read_or_refused(value: Any) -> None:
    whole = orjson.dumps(body(event(ended="2025-11-22T06:40:00Z")))
    for path in paths(orjson.loads(whole)):
        check(changed(whole, path) if value == "nothing" else changed(whole, path, value))
    check(None if value == "nothing" else value)


@settings(deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(sorted(event())) | st.text(max_size=3), inner)
        ),
        max_leaves=20,
    )
)
def test_whatever_comes_is_read_or_refused_and_twice_the_same(payload: Any) -> None:
    assert check(payload) == check(payload)
    assert check(body(payload)) == check(body(payload))


def check(payload: Any) -> Any:
    try:
        found = entries(payload)
    except InvalidInput as error:
        return error.message
    for entry in found:
        if isinstance(entry, Alert):
            canonical(entry, fingerprint("acme", entry.labels), NOW_S)
    return [
        (entry.message, entry.path) if isinstance(entry, InvalidAlert) else entry for entry in found
    ]
