"""The group of a step that several routes share: each run of an alert in one of them counts."""

from msgspec.structs import replace

from tests.builders import T0, alert
from tocsin.domain.climbing import Rung
from tocsin.domain.escalation import Climb
from tocsin.domain.group import Group, GroupKey, Member
from tocsin.domain.grouping import Applied
from tocsin.domain.handling import Action, handled
from tocsin.domain.stepgroup import News, add, tell

KEY = GroupKey("acme", "ann", (), "{}@pages/1")


def run(episode: int) -> Member:
    """Return an alert as it fires in the group of a route."""
    return Member(
        fingerprint="f",
        episode=episode,
        status="firing",
        alert=alert(),
        order_at_s=T0,
        changed_at_s=T0,
        fired_by="e:0",
        climb=Climb(policy="pages", reached=(("ann", KEY.route),)),
    )


def ended(member: Member) -> News:
    return News(KEY, member, replace(member, status="resolved"))


def told(*, after: Applied | None = None, episode: int, turn: int = 0) -> Applied:
    applied = after or Applied(group=Group(key=KEY))
    add(applied, Rung(KEY, run(episode), turn), T0)
    return applied


def of(applied: Applied) -> tuple[int, str, int]:
    member = applied.group.members["f"]
    return member.episode, member.status, member.round


def test_the_same_run_is_told_once_a_round_whichever_route_it_comes_from() -> None:
    applied = told(episode=5)
    told(after=applied, episode=5)
    assert of(applied) == (5, "firing", 0)
    told(after=applied, episode=5, turn=1)
    assert of(applied) == (5, "firing", 1)


def test_what_fires_on_after_another_route_had_its_end_is_told_anew_and_ends() -> None:
    for episode in (5, 4):
        applied = told(episode=5)
        tell(applied, ended(run(5)), T0)
        assert of(applied) == (5, "resolved", 0)
        told(after=applied, episode=episode, turn=1)
        assert of(applied) == (6, "firing", 1)
        told(after=applied, episode=episode, turn=2)
        assert of(applied) == (6, "firing", 2)
        tell(applied, ended(run(episode)), T0)
        assert of(applied) == (6, "resolved", 2)


def test_the_end_of_an_older_run_leaves_the_newer_one_and_what_people_did_about_it() -> None:
    applied = told(episode=5)
    told(after=applied, episode=7)
    action = Action(id="a", kind="acknowledge", fingerprint="f", episode=5, by="eve", at_s=T0)
    older = replace(run(5), handling=handled(None, action))
    tell(applied, News(KEY, run(5), older), T0)
    tell(applied, ended(older), T0)
    told(after=applied, episode=5, turn=1)
    assert of(applied) == (7, "firing", 0)
    assert not applied.group.members["f"].is_acknowledged
    tell(applied, ended(run(7)), T0)
    assert of(applied) == (7, "resolved", 0)


def test_what_people_do_about_a_run_that_was_told_anew_reaches_it() -> None:
    applied = told(episode=5)
    tell(applied, ended(run(5)), T0)
    told(after=applied, episode=5, turn=1)
    action = Action(id="a", kind="acknowledge", fingerprint="f", episode=5, by="eve", at_s=T0)
    tell(applied, News(KEY, run(5), replace(run(5), handling=handled(None, action))), T0)
    assert of(applied) == (6, "firing", 1)
    assert applied.group.members["f"].is_acknowledged
