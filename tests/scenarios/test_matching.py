"""The scenarios' own judge notices what is wrong."""

from typing import Any

import pytest

from tests.scenarios.loading import WrongScenarioError, load_all, read
from tests.scenarios.matching import Heard, problems
from tests.scenarios.model import Expected
from tests.scenarios.timeline import Timeline

ONE = Expected(between=(1.0, 2.0), firing=["a"])


def heard(at: float, *firing: str, **fields: Any) -> Heard:
    whole = {"to": "hook", "answered": 200, "resolved": (), "body": {}, **fields}
    return Heard(at=at, firing=firing, **whole)


def test_what_is_expected_and_comes_is_right() -> None:
    assert problems([heard(1.5, "a")], [ONE], late=0.0) == []


def test_what_comes_unclaimed_is_wrong() -> None:
    assert problems([heard(1.5, "a"), heard(1.6, "a")], [ONE], 0.0) == [
        "unclaimed:   1.60  hook  firing a"
    ]


@pytest.mark.parametrize(
    "came",
    [
        [],
        [heard(0.5, "a")],
        [heard(2.5, "a")],
        [heard(1.5, "b")],
        [heard(1.5, "a", "b")],
        [heard(1.5, "a", resolved=("b",))],
        [heard(1.5, resolved=("a",))],
        [heard(1.5, "a", to="other")],
        [heard(1.5, "a", answered=500)],
    ],
)
def test_what_is_expected_and_does_not_come_is_wrong(came: list[Heard]) -> None:
    lines = problems(came, [ONE], late=0.2)
    assert lines[-1] == "unmet: between 1 and 2 to hook  firing a, came 0 times"
    assert len(lines) == 1 + len(came)


def test_a_body_must_hold_what_is_said_of_it() -> None:
    one = Expected(
        between=(1.0, 2.0), firing=["a"], body={"x": {"y": 1}}, alerts={"a": {"starts": 1.0}}
    )
    body = {"x": {"y": 2, "z": 3}, "alerts": [{"name": "a", "starts": 2.0}]}
    lines = problems([heard(1.5, "a", body=body)], [one], 0.0)
    assert [line.partition(" in ")[0] for line in lines] == [
        "body.x.y is 2 instead of 1",
        "a.starts is 2.00, not 1",
    ]


def test_a_notification_goes_to_the_expectation_that_it_meets_in_full() -> None:
    ones = [Expected(between=(0, 2), firing=["a"], body={"k": each}) for each in ("x", "y")]
    came = [heard(1, "a", body={"k": "y"}), heard(1, "a", body={"k": "x"})]
    assert problems(came, ones, 0.0) == []


def test_several_tries_may_come() -> None:
    tries = Expected(between=(1.0, 2.0), firing=["a"], times=(2, 3))
    assert len(problems([heard(1.5, "a")] * 1, [tries], 0.0)) == 1
    assert problems([heard(1.5, "a")] * 3, [tries], 0.0) == []
    assert len(problems([heard(1.5, "a")] * 4, [tries], 0.0)) == 1


def test_time_stands_still_in_a_pause() -> None:
    timeline = Timeline(2.0)
    began_s = timeline.at_s(0)
    timeline.pause(began_s - 10)
    assert timeline.at_s(1) == pytest.approx(began_s + 2 + 10, abs=0.5)
    assert timeline.units(timeline.at_s(1)) == pytest.approx(1)
    assert timeline.units(began_s - 10) == pytest.approx(timeline.units(began_s - 5))


@pytest.mark.parametrize(
    "fields",
    [
        {"events": [{"at": 0, "push": ["b"]}]},
        {"events": [{"at": 0}]},
        {"events": [{"at": 0, "push": ["a"], "kill": True}]},
        {"events": [{"at": 9, "push": ["a"]}]},
        {"expect": [{"between": [2, 1]}]},
        {"expect_tocsin": [{"between": [0, 1]}]},
        {"differs": "for no reason"},
        {"unknown": 1},
    ],
)
def test_nonsense_is_refused(fields: dict[str, Any]) -> None:
    whole = {"configuration": {}, "alerts": {"a": {}}, "events": [], "until": 3, **fields}
    with pytest.raises(WrongScenarioError, match=r"x\.yaml: y"):
        list(read("x", {"y": whole}))


def test_each_theme_has_scenarios_and_the_short_form_is_short() -> None:
    scenarios = load_all().values()
    assert len({each.theme for each in scenarios}) == 12
    assert 8 <= sum(each.short for each in scenarios) <= 10
