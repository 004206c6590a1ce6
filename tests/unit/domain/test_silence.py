"""The life of a silence, as ALERTMANAGER's silence package has it."""

import pytest
from msgspec.structs import replace

from tests.builders import T0
from tocsin.domain.errors import InvalidInput
from tocsin.domain.matchers import Matcher
from tocsin.domain.silence import (
    KEPT_S,
    SIZE_LIMIT_BYTES,
    Silence,
    WantedSilence,
    applied,
    check,
    expired,
    has_matchers,
    in_order,
    kept,
    silenced_by,
    state,
)

DB = (Matcher("team", "=", "db"), Matcher("env", "!=", "dev"))


def silence(silence_id="s1", starts=-60.0, ends=3600.0, **fields):
    defaults = {"matchers": DB, "updated_at_s": T0 - 60, "created_by": "ann", "comment": "c"}
    times = {"starts_at_s": T0 + starts, "ends_at_s": T0 + ends}
    return Silence(id=silence_id, **{**defaults, **times, "version": 3, **fields})


def wanted(starts=-60.0, ends=3600.0, **fields):
    times = {
        "starts_at_s": None if starts is None else T0 + starts,
        "ends_at_s": None if ends is None else T0 + ends,
    }
    defaults = {"id": "s1", "matchers": DB, "created_by": "bob", "comment": "longer"}
    return WantedSilence(**{**defaults, **times, **fields})


@pytest.mark.parametrize(
    ("starts", "ends", "expected"),
    [(1, 9, "pending"), (0, 9, "active"), (-9, 0, "active"), (-9, -0.001, "expired")],
)
def test_the_clock_alone_says_what_a_silence_is(starts, ends, expected):
    assert state(silence(starts=starts, ends=ends), T0) == expected


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"starts": 0, "ends": 0}, "start time must be before end time"),
        ({"starts": 1, "ends": 0}, "start time must be before end time"),
        ({"ends": None}, "start time must be before end time"),
        ({"starts": -9, "ends": -1}, "end time can't be in the past"),
        ({"starts": None, "ends": -1}, "end time can't be in the past"),
        ({"matchers": (Matcher("a", "=", ""),)}, "must not match the empty string"),
        ({"matchers": (Matcher("a", "=~", "b*"),)}, "must not match the empty string"),
        ({"matchers": ()}, "must not match the empty string"),
        ({"matchers": (Matcher("", "=", "x"),)}, 'label matcher 0: invalid label name ""'),
        ({"matchers": (*DB, Matcher("a", "=~", "("))}, "invalid label matcher 2: not a valid RE2"),
        ({"comment": "x" * SIZE_LIMIT_BYTES}, "silence exceeded maximum size"),
    ],
)
def test_what_is_no_silence_is_refused(fields, message):
    with pytest.raises(InvalidInput) as caught:
        check(wanted(**fields), T0)
    assert message in caught.value.message
    assert caught.value.status == 400


@pytest.mark.parametrize(
    "matchers",
    [(Matcher("a", "!=", ""),), (Matcher("a", "!~", "b*"),), (*DB, Matcher("b", "=", ""))],
)
def test_one_matcher_that_wants_something_is_enough(matchers):
    check(wanted(matchers=matchers, comment="", starts=None), T0)


class TestChanges:
    def change(self, former, asked):
        return applied(former, asked, "new", T0)

    def test_a_new_one_does_not_begin_before_now(self):
        for starts in (None, -60):
            ((found, (made,))) = self.change(None, wanted(id="", starts=starts))
            assert (found, made.id, made.starts_at_s, made.version) == ("new", "new", T0, 0)
            assert (made.updated_at_s, made.created_by, made.comment) == (T0, "bob", "longer")
        (_, (later,)) = self.change(None, wanted(id="", starts=60))
        assert later.starts_at_s == T0 + 60

    @pytest.mark.parametrize("starts", [-60, -60.0 + 0.9])
    def test_an_active_one_can_be_made_longer_or_shorter_in_place(self, starts):
        for ends in (7200, 0):
            found, (made,) = self.change(silence(), wanted(starts=starts, ends=ends))
            assert (found, made.id, made.version) == ("s1", "s1", 3)
            assert (made.ends_at_s, made.comment) == (T0 + ends, "longer")

    @pytest.mark.parametrize(
        "asked",
        [
            wanted(starts=-61),
            wanted(starts=30),
            wanted(matchers=DB[:1]),
            wanted(matchers=DB[::-1]),
        ],
    )
    def test_what_would_change_the_past_ends_it_and_begins_another(self, asked):
        found, (ended, made) = self.change(silence(), asked)
        assert (found, made.id, made.version) == ("new", "new", 0)
        assert made.starts_at_s == max(asked.starts_at_s, T0)
        assert (ended.id, ended.version, ended.ends_at_s) == ("s1", 3, T0)
        assert (ended.starts_at_s, ended.comment) == (T0 - 60, "c")

    def test_a_pending_one_can_be_moved_but_not_into_the_past(self):
        pending = silence(starts=60)
        assert self.change(pending, wanted(starts=90))[0] == "s1"
        assert self.change(pending, wanted(starts=0))[0] == "s1"
        found, (ended, made) = self.change(pending, wanted(starts=-1))
        assert (found, made.starts_at_s) == ("new", T0)
        assert (ended.starts_at_s, ended.ends_at_s) == (T0, T0)

    def test_an_expired_one_stays_as_it_is(self):
        found, written = self.change(silence(ends=-1), wanted())
        assert (found, [each.id for each in written]) == ("new", ["new"])


def test_ending_an_active_one_keeps_its_start():
    ended = expired(silence(), T0)
    assert (ended.starts_at_s, ended.ends_at_s, ended.updated_at_s) == (T0 - 60, T0, T0)


def test_ending_a_pending_one_leaves_nothing_of_it():
    ended = expired(silence(starts=60), T0)
    assert (ended.starts_at_s, ended.ends_at_s) == (T0, T0)


def test_ending_an_expired_one_does_nothing():
    assert expired(silence(ends=-1), T0) is None


def test_it_is_shown_for_five_days_after_its_end():
    found = silence(ends=0)
    assert kept([found], T0 + KEPT_S - 1) == [found]
    assert kept([found], T0 + KEPT_S) == []


def test_active_by_end_then_pending_by_start_then_expired_latest_first():
    ordered = [
        silence("a1", ends=10),
        silence("a2", ends=20),
        silence("p1", starts=5),
        silence("p2", starts=6),
        silence("e1", ends=-1),
        silence("e2", ends=-2),
    ]
    assert in_order(ordered[::-1], T0) == ordered
    assert in_order(ordered, T0) == ordered


def test_a_filter_is_met_by_an_equal_matcher_only():
    assert has_matchers(silence(), DB[:1])
    assert has_matchers(silence(), ())
    assert not has_matchers(silence(), (Matcher("team", "=~", "db"),))
    assert not has_matchers(silence(), (Matcher("team", "=", "d"),))


def test_an_alert_is_silenced_by_all_that_match_it_now():
    labels = {"team": "db"}
    regex = replace(silence("s0"), matchers=(Matcher("team", "=~", "d."),))
    every = [silence(), regex, silence("p", starts=1), silence("e", ends=-1)]
    assert silenced_by(every, labels, T0) == ("s0", "s1")
    assert silenced_by(every, {"team": "db", "env": "dev"}, T0) == ("s0",)
    assert silenced_by(every, {}, T0) == ()
