"""The short form of the drills; `make drills` is the long one."""

import pytest

from tests.drills.drill import Drill, Plan, Result

pytestmark = pytest.mark.no_cover
STORM = Plan(minutes=20, storm=30, storm_from=2, storm_until=8, ends_after=6)
DEAD = Plan(
    minutes=20, storm=30, storm_from=2, storm_until=8, ends_after=6, dead_from=2, dead_until=12
)


@pytest.fixture(scope="module")
def storm() -> Result:
    return Drill(STORM).run()


@pytest.fixture(scope="module")
def dead() -> Result:
    return Drill(DEAD).run()


@pytest.mark.parametrize("name", ["storm", "dead"])
def test_nothing_is_lost_and_nothing_told_twice(name: str, request: pytest.FixtureRequest) -> None:
    result: Result = request.getfixturevalue(name)
    assert (result.is_settled, result.left) == (True, 0)
    assert (result.twice("chat"), result.twice("pager")) == (0, 0)
    # What is over before anybody could be told is told to nobody; all that fires long is told.
    told = {each.host for each in result.steps["pager"] if each.status == "firing"}
    assert len(told) == 30 * 6 + 14


def test_a_person_gets_few_messages_in_a_storm(storm: Result) -> None:
    assert max(storm.a_minute("chat")) <= 10
    assert len(storm.messages_at_s["chat"]) < len(storm.messages_at_s["pager"]) / 10
    assert {each.host for each in storm.steps["chat"]} == {
        each.host for each in storm.steps["pager"]
    }


def test_others_are_as_fast_as_ever(dead: Result) -> None:
    assert dead.latencies_s("pager", 0, 60)[-1] <= 10.0


def test_a_dead_receiver_is_left_alone_and_drained_without_a_flood(dead: Result) -> None:
    # Five failures open its breaker, and a probe follows each opening.
    assert dead.in_vain <= 12
    # Those that were let go before it died, and then as many as are no storm.
    assert max(dead.a_minute("chat")) <= 24
    late = dead.latencies_s("chat", 0, 60)[-1]
    assert late <= (DEAD.dead_until - DEAD.dead_from + 10) * 60.0


def test_an_end_never_comes_before_its_beginning(dead: Result) -> None:
    fired: set[str] = set()
    for each in dead.steps["chat"]:
        assert each.status == "firing" or each.host in fired
        fired.add(each.host)
