"""Alerts that were told before are read as if they had not been."""

import copy
from typing import Any

import orjson
import pytest

from tests.integration.payloads import member, webhook
from tocsin.providers.registry import provider
from tocsin.providers.remembered import Remembered

AT_S = 1_763_793_300.0
NAMES = ("alertmanager", "prometheus", "victoriametrics")


def _read_again(remembered: Remembered, payload: Any, name: str = "alertmanager") -> Any:
    again = provider(name).parse_again
    assert again is not None
    # As from the wire: no two payloads share an object.
    return again(copy.deepcopy(payload), AT_S, remembered)


def _known(payload: Any, name: str = "alertmanager") -> Remembered:
    """Return what remembers a payload, if that can be remembered."""
    remembered = Remembered()
    _read_again(remembered, payload, name)
    return remembered


def _without(field: str) -> dict[str, Any]:
    return {name: value for name, value in member("db-1").items() if name != field}


def _labelled(**labels: Any) -> dict[str, Any]:
    return {**member("db-1"), "labels": {**member("db-1")["labels"], **labels}}


OTHERS: list[Any] = [
    member("db-2"),
    member("db-1", name="Disk"),
    member("db-1", severity="critical"),
    member("db-1", status="resolved", endsAt="2025-11-22T05:50:00.000Z"),
    member("db-1", status="suppressed"),
    member("db-1", status=["firing"]),
    member("db-1", startsAt="2025-11-22T05:41:00.000Z"),
    member("db-1", startsAt="yesterday"),
    member("db-1", endsAt="2025-11-22T05:50:00.000Z"),
    member("db-1", generatorURL="http://prometheus.example:9090/other"),
    member("db-1", generatorURL="javascript:alert(1)"),
    member("db-1", generatorURL={"a": 1}),
    member("db-1", annotations={}),
    member("db-1", annotations=None),
    member("db-1", annotations=[]),
    member("db-1", annotations={"summary": "another"}),
    member("db-1", annotations={"summary": 1}),
    member("db-1", annotations={**member("db-1")["annotations"], "summary": "another"}),
    member("db-1", annotations={"value": "3"}),
    member("db-1", labels={}),
    member("db-1", labels=["a"]),
    _labelled(job=""),
    _labelled(job=1),
    _labelled(job={"a": "b"}),
    _labelled(alertname=""),
    {
        **member("db-1"),
        "labels": dict(zip("abcdefg", member("db-1")["labels"].values(), strict=True)),
    },
    _without("status"),
    _without("labels"),
    _without("annotations"),
    _without("endsAt"),
    "db-1",
    None,
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("other", OTHERS)
def test_what_is_remembered_changes_nothing(name: str, other: Any) -> None:
    for known, told in ((member("db-1"), other), (other, member("db-1"))):
        remembered = _known(webhook(known), name)
        payload = webhook(told, member("db-1"), told)
        expected = provider(name).parse(copy.deepcopy(payload), AT_S)
        for _ in range(3):
            assert _shown(_read_again(remembered, payload, name)) == _shown(expected)


def _shown(entries: list[Any]) -> list[str]:
    # The order of labels and texts counts, too.
    return [repr(entry) for entry in entries]


@pytest.mark.parametrize("field", ["labels", "annotations"])
def test_the_order_of_labels_and_texts_is_that_of_this_time(field: str) -> None:
    # Without the same values in both orders, the labels would be others at the first look.
    first = member("db-1", **{field: dict.fromkeys("abc", "same")})
    turned = {**first, field: dict(reversed(first[field].items()))}
    remembered = _known(webhook(first))
    (alert,) = _read_again(remembered, webhook(turned))
    (expected,) = provider("alertmanager").parse(webhook(turned), AT_S)
    assert repr(alert) == repr(expected)


def test_providers_are_not_mixed_up() -> None:
    remembered = Remembered()
    for name in (*NAMES, *NAMES, *NAMES):
        (alert,) = _read_again(remembered, webhook(member("db-1")), name)
        assert alert.provider == name


def test_without_a_status_the_group_and_the_time_tell() -> None:
    told = _without("status")
    payload = webhook({**told, "endsAt": "2025-11-22T06:00:00Z"})
    again, remembered = provider("alertmanager").parse_again, _known(payload)
    assert again is not None
    statuses = [again(payload, at_s, remembered)[0].status for at_s in (AT_S - 86_400, AT_S)]  # type: ignore[union-attr]
    assert statuses == ["firing", "resolved"]
    (ended,) = again({**payload, "status": "resolved"}, AT_S, remembered)
    assert ended.status == "resolved"  # type: ignore[union-attr]


def test_what_is_told_again_is_not_read_again() -> None:
    remembered = _known(webhook(member("db-1")))
    (first,) = _read_again(remembered, webhook(member("db-1")))
    (second,) = _read_again(remembered, webhook(member("db-1")))
    assert first is second


@pytest.mark.parametrize(
    "fields",
    [
        {"annotations": {"log": "x" * 3000}},
        {"annotations": {str(n): "" for n in range(60)}},
        {"generatorURL": "http://a.example/" + "x" * 3000},
        {"generatorURL": {"x": "y" * 3000}},
    ],
)
def test_what_is_large_is_not_remembered(fields: dict[str, Any]) -> None:
    payload = webhook(member("db-1", **fields))
    remembered = _known(payload)
    first, second = (_read_again(remembered, payload)[0] for _ in range(2))
    assert first == second
    assert first is not second


def _keys(hosts: list[str]) -> dict[str, int]:
    return {host: hash(("firing", *member(host)["labels"].values())) for host in hosts}


def _known_of(remembered: Remembered, hosts: list[str]) -> list[str]:
    keys = _keys(hosts)
    return [host for host in hosts if remembered.get(keys[host]) is not None]


def test_no_more_are_remembered_than_fit_and_some_of_them_stay() -> None:
    remembered = Remembered(capacity=3)
    hosts = [f"db-{number}" for number in range(10)]
    for _ in range(20):
        for host in hosts:
            _read_again(remembered, webhook(member(host)))
        assert len(_known_of(remembered, hosts)) <= 6
    assert len(_known_of(remembered, hosts)) >= 3


def test_what_is_told_no_more_makes_room() -> None:
    remembered = Remembered(capacity=3)
    for hosts in (["a", "b", "c"], ["d", "e", "f"]):
        for _ in range(6):
            for host in hosts:
                _read_again(remembered, webhook(member(host)))
        assert _known_of(remembered, hosts) == hosts
    assert len(_known_of(remembered, ["a", "b", "c", "d", "e", "f"])) <= 6


def test_what_was_said_under_the_same_labels_last_is_remembered() -> None:
    remembered = Remembered(capacity=1)
    first, second = (
        webhook(member("db-1")),
        webhook(member("db-1", generatorURL="http://b.example/")),
    )
    for payload in (first, second, second):
        _read_again(remembered, payload)
    assert _read_again(remembered, second)[0] is _read_again(remembered, second)[0]
    assert _read_again(remembered, first)[0].url == first["alerts"][0]["generatorURL"]


def test_what_is_told_once_takes_no_more_than_half_of_the_places() -> None:
    remembered = Remembered(capacity=4)
    hosts = [f"db-{number}" for number in range(10)]
    for host in hosts:
        _read_again(remembered, webhook(member(host)))
    assert _known_of(remembered, hosts) == ["db-0", "db-1"]


def test_which_were_told_once_is_bounded() -> None:
    remembered = Remembered(capacity=2, seen=2)
    for host in ("first", "a", "b", "c"):
        _read_again(remembered, webhook(member(host)))
    _read_again(remembered, webhook(member("a")))
    assert _known_of(remembered, ["a"]) == []


def test_the_samples_of_the_wire_read_the_same() -> None:
    body = orjson.dumps(webhook(*(member(f"db-{n % 3}") for n in range(12))))
    remembered = Remembered()
    for _ in range(3):
        payload = orjson.loads(body)
        again = _read_again(remembered, payload)
        assert again == provider("alertmanager").parse(orjson.loads(body), AT_S)
