"""tocsin's own form of pushed metrics."""

from typing import Any

import pytest

from tests.builders import T0
from tocsin.domain.errors import InvalidPayload, TooLarge
from tocsin.domain.series import Series
from tocsin.providers import limits
from tocsin.providers.pushed_metrics import parse

CPU = {"name": "cpu", "value": 1.5}
ONE = {"cpu": (Series((), ((T0, 1.5),)),)}


@pytest.mark.parametrize("payload", [CPU, [CPU], {"metrics": [CPU]}])
def test_one_a_list_and_an_object_with_a_list_are_the_same(payload: Any) -> None:
    pushed = parse(payload, T0)
    assert (pushed.metrics, pushed.accepted, pushed.rejected) == (ONE, 1, ())


@pytest.mark.parametrize(
    ("time", "at_s"),
    [
        (T0 - 60, T0 - 60),
        (int(T0) * 1000 + 250, T0 + 0.25),
        ("2025-11-22T05:40:00Z", T0),
        ("2025-11-22T06:40:00.5+01:00", T0 + 0.5),
        (None, T0),
        (T0 - 86_400, T0 - 86_400),
        (T0 + 300, T0 + 300),
    ],
)
def test_times_are_those_of_generic_alerts(time: Any, at_s: float) -> None:
    pushed = parse({**CPU, "time": time}, T0)
    assert pushed.metrics["cpu"][0].points == ((at_s, 1.5),)


def test_points_of_one_series_are_sorted_and_the_last_of_one_time_counts() -> None:
    points = [[T0, 2], {"time": T0 - 60, "value": 1}, [T0, 3], {"value": 4, "time": T0 - 30}]
    pushed = parse({"name": "cpu", "labels": {"b": 1, "a": True}, "points": points}, T0)
    expected = Series((("a", "true"), ("b", "1")), ((T0 - 60, 1.0), (T0 - 30, 4.0), (T0, 3.0)))
    assert (pushed.metrics, pushed.accepted) == ({"cpu": (expected,)}, 4)


def test_what_differs_in_a_label_is_another_series_and_empty_labels_are_none() -> None:
    pushed = parse(
        [{**CPU, "labels": {"host": "a"}}, {**CPU, "labels": {"host": "", "x": None}}, CPU], T0
    )
    assert [each.labels for each in pushed.metrics["cpu"]] == [(), (("host", "a"),)]


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"name": None}, "name"),
        ({"name": ""}, "name"),
        ({"name": "x" * 257}, "name"),
        ({"name": 5}, "name"),
        ({"value": None}, "value"),
        ({"value": "NaN"}, "value"),
        ({"value": "inf"}, "value"),
        ({"value": True}, "value"),
        ({"value": "much"}, "value"),
        ({"value": 10**400}, "value"),
        ({"labels": []}, "labels"),
        ({"labels": {"a": {}}}, "labels.a"),
        ({"labels": {"a" * 300: "x"}}, "labels."),
        ({"labels": {"__name__": "x"}}, "labels.__name__"),
        ({"labels": {f"l{n}": "x" for n in range(200)}}, "labels"),
        ({"time": T0 - 86_401}, "time"),
        ({"time": T0 + 301}, "time"),
        ({"time": "soon"}, "time"),
        ({"time": 1e300}, "time"),
        ({"time": []}, "time"),
        ({"points": []}, "points"),
        ({"points": {}}, "points"),
        ({"points": [7]}, "points[0]"),
        ({"points": [[T0]]}, "points[0]"),
        ({"points": [[T0, None]]}, "points[0][1]"),
        ({"points": [["x", 1]]}, "points[0][0]"),
    ],
)
def test_what_is_wrong_is_named_by_index_and_path(fields: dict[str, Any], path: str) -> None:
    pushed = parse([CPU, {**CPU, **fields}], T0)
    assert (pushed.metrics, pushed.accepted) == (ONE, 1)
    ((index, error),) = pushed.rejected
    assert index == 1
    assert error.path.startswith(f"[1].{path}")


def test_of_several_points_the_good_ones_are_taken() -> None:
    pushed = parse({"name": "cpu", "points": [[T0, 1], [T0, "NaN"], [T0 + 1, 2], [0.5, 3]]}, T0)
    assert pushed.accepted == 2
    assert [error.path for _, error in pushed.rejected] == ["points[1][1]", "points[3][0]"]


@pytest.mark.parametrize("payload", [None, 5, "x", True, {"metrics": {}}, {"metrics": None}])
def test_what_is_no_metrics_at_all_is_refused_whole(payload: Any) -> None:
    with pytest.raises(InvalidPayload):
        parse(payload, T0)


def test_there_is_a_limit_of_points_good_and_bad(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "POINTS_PER_REQUEST", 3)
    assert parse([CPU, 5, CPU], T0).accepted == 2
    for payload in ([CPU] * 4, [5] * 4, {"name": "cpu", "points": [[T0, 1]] * 4}):
        with pytest.raises(TooLarge):
            parse(payload, T0)
