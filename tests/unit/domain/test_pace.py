from tests.builders import T0
from tocsin.domain.pace import (
    GO,
    Pace,
    PacePolicy,
    Sent,
    Turn,
    Written,
    ask,
    ask_again,
    ask_for_digest,
    ask_for_written,
    leave_alone,
    let_go,
    pace_key,
    seen_from,
)

POLICY = PacePolicy(limit=40, window_s=100.0, storm=3, storm_s=60.0, every_s=10.0)
CALM = PacePolicy(limit=4, window_s=100.0, storm=1000, every_s=1.0)
EMPTY = Pace(key=pace_key("acme", "oncall"))


def sent(*at_s, **more):
    records = tuple(Sent(T0 + each, f"k{each}") for each in at_s)
    return Pace(key=EMPTY.key, sent=records, **more)


def test_the_first_messages_go_at_once_and_are_noted():
    turn, after = ask(EMPTY, POLICY, "k", T0)
    assert turn is GO
    assert after.sent == (Sent(T0, "k"),)


def test_the_same_message_takes_nothing_more():
    _, after = ask(EMPTY, POLICY, "k", T0)
    assert ask(after, POLICY, "k", T0 + 1) == (GO, after)


def test_from_so_many_on_that_want_to_speak_it_is_a_storm():
    pace = EMPTY
    for index in range(POLICY.storm - 1):
        turn, pace = ask(pace, POLICY, f"k{index}", T0 + index)
        assert turn is GO
    turn, pace = ask(pace, POLICY, "k9", T0 + 5)
    assert turn == Turn("digest", T0 + 1 + POLICY.every_s)
    assert pace.owes


def test_a_storm_is_over_when_fewer_want_to_speak():
    stormy = sent(0, wanted_at_s=(T0, T0 + 1, T0 + 2))
    assert ask(stormy, POLICY, "k", T0 + 30)[0].kind == "digest"
    assert ask(stormy, POLICY, "k", T0 + 63)[0] is GO


def test_what_comes_while_the_digest_owes_something_stands_behind_it():
    assert ask(sent(0, owes=True), CALM, "k", T0 + 30)[0].kind == "digest"


def test_in_a_storm_not_everybody_writes():
    stormy = sent(0, wanted_at_s=(T0, T0 + 1, T0 + 2), owes=True)
    assert ask(stormy, POLICY, "k", T0 + 2.5)[1] is stormy


def test_half_of_the_limit_is_free_and_the_rest_is_spread():
    assert ask(sent(0), CALM, "k", T0 + 1)[0] is GO
    turn, _ = ask(sent(0, 1), CALM, "k", T0 + 2)
    assert turn == Turn("digest", T0 + 1 + 50.0)
    assert ask(sent(0, 1), CALM, "k", T0 + 52)[0] is GO


def test_a_limit_that_is_used_up_waits_until_the_window_has_room():
    assert ask(sent(0, 1, 51, 99), CALM, "k", T0 + 99.5)[0] == Turn("digest", T0 + 100.0)


def test_what_tells_of_no_step_waits_and_leaves_nothing_to_the_digest():
    turn, after = ask_again(sent(0, 1), CALM, "k", T0 + 2)
    assert turn.kind == "wait"
    assert not after.owes


def test_what_is_not_news_makes_no_storm_and_waits_for_ever_for_nobody():
    pace, told, left = EMPTY, set(), [f"k{index}" for index in range(30)]
    # The clock wakes all of them together, each time within some seconds.
    for minute in range(40):
        for index, key in enumerate(left):
            turn, pace = ask_again(pace, POLICY, key, T0 + 60 * minute + index / 10)
            told |= {key} if turn is GO else set()
        left = [key for key in left if key not in told]
    assert not left


def test_what_the_digest_owes_no_more_holds_nobody_back():
    pace = sent(0, owes=True)
    for asked in (ask, ask_again):
        turn, after = asked(pace, CALM, "k", T0 + 30, lambda: False)
        assert turn is GO
        assert not after.owes
    assert ask_again(pace, CALM, "k", T0 + 30)[0].kind == "wait"


def test_a_digest_keeps_its_distance_and_then_owes_nothing():
    pace = sent(0, owes=True)
    assert ask_for_digest(pace, POLICY, "d", T0 + 5, more=False) == (Turn("wait", T0 + 10), pace)
    turn, after = ask_for_digest(pace, POLICY, "d", T0 + 10, more=False)
    assert turn is GO
    assert not after.owes
    assert ask_for_digest(after, POLICY, "d", T0 + 11, more=False)[0] is GO


def test_a_digest_that_cannot_say_all_of_it_still_owes():
    assert ask_for_digest(sent(0), POLICY, "d", T0 + 10, more=True)[1].owes


def test_others_stand_behind_a_digest_that_waits():
    turn, after = ask_for_digest(sent(0), POLICY, "d", T0 + 5, more=False)
    assert (turn, after.owes) == (Turn("wait", T0 + 10), True)
    assert ask_again(after, POLICY, "k", T0 + 9)[0].kind == "wait"
    assert ask(after, POLICY, "k", T0 + 9)[0].kind == "digest"


def test_what_left_the_window_is_forgotten():
    _, after = ask(sent(0, 1), POLICY, "k", T0 + 100.5)
    assert [each.key for each in after.sent] == ["k1", "k"]


def test_a_retry_counts_and_waits_as_anything_else():
    retry = Written(key="k1", tried_at_s=T0 + 1)
    turn, after = ask_for_written(sent(1), CALM, retry, T0 + 2)
    assert turn is GO
    assert after.sent == (Sent(T0 + 1, "k1"), Sent(T0 + 2, "k1"))
    assert ask_for_written(sent(0, 1), CALM, retry, T0 + 2)[0] == Turn("wait", T0 + 51)


def test_a_try_whose_answer_was_lost_takes_nothing_more_but_a_later_one_does():
    _, after = ask_for_written(EMPTY, CALM, Written(key="k"), T0)
    assert ask_for_written(after, CALM, Written(key="k"), T0 + 1) == (GO, after)
    assert len(ask_for_written(after, CALM, Written(key="k"), T0 + 11)[1].sent) == 2


def test_a_storm_has_so_many_messages_at_most_whoever_sends_them():
    assert ask_for_written(sent(0, 1), POLICY, Written(key="k"), T0 + 2)[0] is GO
    full = sent(0, 1, 2)
    assert ask_for_written(full, POLICY, Written(key="k"), T0 + 2)[0] == Turn("wait", T0 + 60)
    assert ask_for_digest(full, POLICY, "k", T0 + 30, more=False)[0] == Turn("wait", T0 + 60)


def test_what_is_written_down_takes_turns_with_the_digest_where_turns_are_scarce():
    scarce, retry = sent(0, 1, owes=True), Written(key="k")
    assert ask_for_written(scarce, CALM, retry, T0 + 52)[0].kind == "wait"
    assert ask_for_written(scarce, CALM, retry, T0 + 52, lambda: False)[0] is GO
    _, spoken = ask_for_digest(scarce, CALM, "d", T0 + 52, more=True)
    assert ask_for_written(spoken, CALM, retry, T0 + 103)[0] is GO
    # Where they are not, nobody waits for it; nor does the digest for itself.
    assert ask_for_written(sent(0, owes=True), CALM, retry, T0 + 52)[0] is GO
    assert ask_for_written(scarce, CALM, Written(key="d", is_digest=True), T0 + 52)[0] is GO


def test_while_a_receiver_is_left_alone_what_is_new_joins_the_digest():
    pace = leave_alone(sent(0), "k0", "e", T0 + 90, was_sent=True)
    assert ask(pace, POLICY, "k", T0 + 20)[0] == Turn("digest", T0 + 90)
    assert ask_again(pace, POLICY, "k", T0 + 20)[0] == Turn("wait", T0 + 90)
    assert ask_for_digest(pace, POLICY, "d", T0 + 20, more=False)[0] == Turn("wait", T0 + 90)
    # Somebody has to find out whether it is well again.
    assert ask_for_written(pace, POLICY, Written(key="k0", tried_at_s=T0), T0 + 20)[0] is GO
    assert ask(seen_from(pace, "another"), POLICY, "k", T0 + 20)[0] is GO
    assert seen_from(pace, "e") is pace


def test_what_was_not_sent_gives_its_turn_back():
    pace = leave_alone(sent(0, 1), "k1", "e", T0 + 90, was_sent=False)
    assert [each.key for each in pace.sent] == ["k0"]
    assert [each.key for each in leave_alone(sent(0), "k0", "e", T0 + 9, was_sent=True).sent]
    # Whoever is left alone longest decides, and nobody writes what is known.
    assert leave_alone(pace, "k2", "e", T0 + 50, was_sent=False) is pace
    assert leave_alone(pace, "k2", "f", T0 + 50, was_sent=False).held_until_s == T0 + 50


def test_whoever_does_not_ask_makes_no_record_that_grows_for_ever():
    pace = EMPTY
    for index in range(100):
        pace = let_go(pace, POLICY, f"k{index}", T0 + index / 10)
    assert len(pace.sent) <= max(POLICY.limit, POLICY.storm)
