"""A rule whose feature flag is off is as if it were not there."""

import pytest

from tests.builders import T0
from tests.pipeline.ruling_world import FIRING, OVER, World, cpu
from tests.unit.domain.alertrule_world import fires
from tocsin.domain.flag import Flag
from tocsin.domain.rule import AlertRule
from tocsin.pipeline.batch import Delivery
from tocsin.pipeline.envelope import decode
from tocsin.pipeline.happenings import pack_happenings

RULE = cpu(flag="new")
OFF, ON = Flag(choice="off"), Flag()


def begun() -> World:
    """Return a world in which a rule has fired."""
    world = World(RULE)
    world.configure(RULE, flags={"new": ON})
    world.round(0)
    assert world.told() == [FIRING]
    return world


@pytest.mark.parametrize(
    "flags",
    [{"new": OFF}, {"new": Flag(percent=0)}, {}, {"new": ON, "stage-rules": OFF}],
)
def test_what_a_rule_began_that_rests_is_resolved_once(flags):
    world = begun()
    world.configure(RULE, flags=flags)
    told = []
    for minute in range(1, 4):
        assert world.round(minute).failed == {}
        told += world.told()
    assert told == [OVER]
    assert world.states.states == {}


def test_a_rule_that_rests_asks_nobody():
    world = World(RULE)
    world.round(0)
    assert (world.told(), world.sources.asked) == ([], [])


def test_a_rule_whose_flag_is_on_again_fires_anew():
    world = begun()
    world.configure(RULE, flags={"new": OFF})
    world.round(1)
    world.configure(RULE, flags={"new": ON})
    world.round(2)
    assert world.told() == [OVER, FIRING]


def test_a_flag_of_one_rule_leaves_the_others_alone():
    other = cpu(name="Other")
    world = World(RULE, other)
    world.configure(RULE, other, flags={"new": OFF})
    world.round(0)
    assert world.told() == [("Other", "a", "firing")]


@pytest.mark.parametrize(("flag", "told"), [(ON, [("Storm", None, "firing")]), (OFF, [])])
def test_a_rule_over_alerts_that_rests_hears_nothing(flag, told):
    storm = AlertRule(name="Storm", kind="count", threshold=1, flag="new")
    world = World(storm)
    world.configure(storm, flags={"new": flag})
    for message in pack_happenings("acme", [fires("A")], "batch", T0 + 1, world.blobs):
        delivery = Delivery("m", decode(message.body))
        assert world.ruling.handle([delivery], T0 + 1, lambda: True).failed == {}
    assert world.told() == told
