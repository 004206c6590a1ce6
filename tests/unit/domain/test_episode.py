"""The state machine of one alert."""

from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.builders import T0, change
from tocsin.domain.change import KEYED, Change
from tocsin.domain.episode import KEY_S, merge, resolve_by_hand, time_out
from tocsin.domain.group import Member
from tocsin.domain.handling import Action, handled


def _apply(*changes: Change) -> Member:
    member = None
    for each in changes:
        member = merge(member, each).member
    assert member is not None
    return member


def _verdicts(*changes: Change) -> list[str]:
    member, verdicts = None, []
    for each in changes:
        merged = merge(member, each)
        member = merged.member
        verdicts.append(merged.verdict)
    return verdicts


FIRE = change(at_s=T0)
REPEAT = change(at_s=T0 + 60)
RESOLVE = change(at_s=T0 + 120, status="resolved", ends_at_s=T0 + 110)
REFIRE = change(at_s=T0 + 180)


def test_an_alert_fires_repeats_resolves_and_fires_again() -> None:
    verdicts = _verdicts(FIRE, REPEAT, RESOLVE, REFIRE)
    assert verdicts == ["new", "repeat", "resolved", "reopened"]


def test_a_new_episode_is_greater_than_the_one_before() -> None:
    first, second = _apply(FIRE), _apply(FIRE, RESOLVE, REFIRE)
    assert second.episode > first.episode
    assert second.closed == (first.episode, RESOLVE.source)


def test_a_resolve_that_overtook_its_firing_wins() -> None:
    member = _apply(RESOLVE, FIRE)
    assert member.status == "resolved"
    assert _verdicts(RESOLVE, FIRE) == ["resolved", "stale"]


def test_a_late_resolve_of_an_earlier_episode_changes_nothing() -> None:
    assert _verdicts(FIRE, REFIRE, RESOLVE) == ["new", "repeat", "stale"]
    assert _apply(FIRE, REFIRE, RESOLVE).status == "firing"


def test_at_one_time_the_resolve_is_the_later_event() -> None:
    fire = change(observed_at_s=T0)
    resolve = change(status="resolved", observed_at_s=T0)
    assert _apply(fire, resolve).status == "resolved"
    assert _apply(resolve, fire).status == "resolved"


def test_the_same_event_again_says_what_it_was_and_counts_no_more() -> None:
    member = _apply(FIRE)
    again = merge(member, FIRE)
    assert (again.verdict, again.again, again.member) == ("new", True, member)
    resolved = _apply(FIRE, RESOLVE)
    again = merge(resolved, RESOLVE)
    assert (again.verdict, again.again) == ("resolved", True)


def _keyed(name: str, at_s: float, **fields: Any) -> Change:
    return change(at_s=at_s, source=f"{KEYED}{name}:0", **fields)


def test_a_key_that_comes_again_within_a_day_of_the_end_is_a_retry() -> None:
    ended = _apply(_keyed("a", T0), _keyed("b", T0 + 3600, status="resolved"))
    retry = merge(ended, _keyed("a", T0 + 3600 + KEY_S))
    assert (retry.again, retry.member) == (True, ended)


def test_a_key_that_comes_again_later_is_another_event_and_so_is_that_of_its_end() -> None:
    late_s = T0 + 3600 + KEY_S + 1
    verdicts = _verdicts(
        _keyed("a", T0),
        _keyed("b", T0 + 3600, status="resolved"),
        _keyed("a", late_s),
        _keyed("b", late_s + 60, status="resolved"),
    )
    assert verdicts == ["new", "resolved", "reopened", "resolved"]


def test_a_key_that_comes_again_while_the_alert_fires_tells_nothing() -> None:
    firing = _apply(_keyed("a", T0))
    late = merge(firing, _keyed("a", T0 + 2 * KEY_S))
    assert (late.verdict, late.member.episode) == ("repeat", firing.episode)


@pytest.mark.parametrize("source", ["r-1:0", "signed-1:0", "named-1:0"])
def test_only_an_idempotency_key_is_used_anew(source: str) -> None:
    fire, end = change(source=source), change(at_s=T0 + 60, status="resolved")
    ended = _apply(fire, end)
    assert merge(ended, replace(fire, received_at_s=T0 + 2 * KEY_S)).again


def test_a_message_that_is_delivered_again_however_late_is_no_new_use_of_its_key() -> None:
    fire, end = _keyed("a", T0), _keyed("b", T0 + 3600, status="resolved")
    ended = _apply(fire, end)
    assert merge(ended, fire).again
    assert merge(ended, end).again
    again = _keyed("c", T0 + 3 * KEY_S)
    assert _apply(fire, end, again, end).status == "firing"


def test_what_a_sender_sends_again_later_says_what_it_was() -> None:
    first, end = change(at_s=T0, source="a:0"), change(at_s=T0 + 1, status="resolved", source="b:0")
    ended = _apply(first, end)
    late = merge(ended, replace(first, received_at_s=T0 + 2))
    assert (late.verdict, late.again, late.member) == ("new", True, ended)
    reopened = _apply(first, end, change(at_s=T0 + 3, source="c:0"))
    late = merge(reopened, replace(end, received_at_s=T0 + 4))
    assert (late.verdict, late.again, late.member) == ("resolved", True, reopened)


def test_a_repeat_keeps_the_first_start_and_extends_the_hold() -> None:
    first = change(at_s=T0, holds_until_s=T0 + 300)
    later = change(at_s=T0 + 60, starts_at_s=T0 + 50, holds_until_s=T0 + 360)
    member = _apply(first, later)
    assert member.alert.starts_at_s == T0
    assert member.holds_until_s == T0 + 360


def test_a_resolve_keeps_when_and_how_severely_it_fired() -> None:
    member = _apply(
        change(severity="critical", starts_at_s=T0 - 5),
        change(at_s=T0 + 9, status="resolved", severity="info"),
    )
    assert member.alert.severity == "critical"
    assert member.alert.starts_at_s == T0 - 5
    assert member.alert.ends_at_s == T0 + 9


def test_a_sender_that_is_wildly_wrong_about_the_time_is_held_to_the_plausible() -> None:
    far = change(observed_at_s=T0 + 10**6)
    assert far.order[0] == T0 + 300
    old = change(observed_at_s=1.0)
    assert old.order[0] == T0 - 30 * 86400


@pytest.mark.parametrize("order", list(permutations([FIRE, REPEAT, RESOLVE, REFIRE])))
def test_every_order_of_arrival_ends_in_the_same_status(order: tuple[Change, ...]) -> None:
    assert _apply(*order).status == "firing"
    assert _apply(*order, *order).status == "firing"


@given(
    st.lists(
        st.tuples(st.integers(0, 20), st.sampled_from(["firing", "resolved"])),
        min_size=1,
        max_size=6,
        unique=True,
    ).flatmap(lambda events: st.tuples(st.just(events), st.permutations(events)))
)
def test_status_is_that_of_the_newest_event(events: tuple[list, list]) -> None:  # type: ignore[type-arg]
    sent, arrived = events
    newest = max(sent, key=lambda event: (event[0], event[1] == "resolved"))
    member = _apply(*(change(at_s=T0 + at, status=status) for at, status in arrived))
    assert member.status == newest[1]


def test_an_alert_that_nobody_repeats_times_out_at_its_hold() -> None:
    member = _apply(change(holds_until_s=T0 + 300))
    assert time_out(member, T0 + 299) is None
    ended = time_out(member, T0 + 300)
    assert ended is not None
    assert (ended.status, ended.alert.status, ended.alert.ends_at_s) == (
        "resolved",
        "resolved",
        T0 + 300,
    )


def test_what_holds_until_it_is_resolved_never_times_out() -> None:
    assert time_out(_apply(FIRE), T0 + 10**9) is None
    assert time_out(_apply(FIRE, RESOLVE), T0 + 10**9) is None


def test_a_repeat_after_the_time_out_opens_a_new_episode() -> None:
    ended = time_out(_apply(change(holds_until_s=T0 + 300)), T0 + 300)
    assert merge(ended, change(at_s=T0 + 310)).verdict == "reopened"


def _by_hand(member: Member, at_s: float) -> Member:
    action = Action(
        id="1", kind="resolve", fingerprint=member.fingerprint, episode=0, by="ann", at_s=at_s
    )
    done = replace(member, handling=handled(member.handling, action))
    return resolve_by_hand(done, action)


@pytest.mark.parametrize("is_late", [False, True])
def test_a_senders_end_that_comes_after_somebody_resolved_it_lets_it_fire_again(
    is_late: bool,
) -> None:
    # Late: it was sent before, and so was the beginning of what fires again.
    ends_at_s, fires_at_s = (T0 + 40, T0 + 45) if is_late else (T0 + 60, T0 + 65)
    member = _by_hand(_apply(FIRE), T0 + 50)
    end = change(at_s=ends_at_s, status="resolved", ends_at_s=ends_at_s)
    again = change(at_s=T0 + 70, starts_at_s=fires_at_s)
    assert merge(merge(member, end).member, again).verdict == "reopened"


def test_an_end_of_an_earlier_episode_does_not() -> None:
    member = _by_hand(_apply(FIRE), T0 + 50)
    end = change(at_s=T0 - 10, status="resolved", ends_at_s=T0 - 10)
    again = change(at_s=T0 + 70, starts_at_s=T0)
    assert merge(merge(member, end).member, again).verdict == "stale"


def test_what_is_resolved_by_hand_ends_with_the_sender_as_it_was_told() -> None:
    member = _by_hand(_apply(FIRE), T0 + 50)
    end = change(at_s=T0 + 60, status="resolved", ends_at_s=T0 + 60)
    merged = merge(member, end)
    assert (merged.verdict, merged.member.status) == ("repeat", "resolved")
    assert merged.member.alert.ends_at_s == T0 + 50
