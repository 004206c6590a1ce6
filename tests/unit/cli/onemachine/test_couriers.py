"""Who is carried next, and what need not be carried at all."""

import pytest

from cli.onemachine.couriers import Errand, Waiting
from tocsin.adapters.sqlite.queues import Received
from tocsin.domain.group import GroupKey


@pytest.fixture
def waiting():
    made = Waiting()
    made.close()
    return made


def errand(seq, receiver, *groups, queue="notify", is_plain=True):
    return Errand(
        message=Received(seq, queue, "acme", "", 1),
        whom=("acme", receiver),
        groups=frozenset(GroupKey("acme", receiver, (("team", name),)) for name in groups),
        is_plain=is_plain,
    )


def taken(waiting, count):
    return [waiting.take().message.seq for _ in range(count)]


def test_the_receiver_with_the_fewest_couriers_is_next(waiting):
    for seq in range(10):
        waiting.add(errand(seq, "slow", f"g{seq}"))
    assert taken(waiting, 8) == list(range(8))
    waiting.add(errand(99, "quick", "a"))
    # No receiver has more than eight couriers, and nobody waits behind one that is slow.
    assert taken(waiting, 1) == [99]
    assert waiting.take() is None
    waiting.done(("acme", "slow"))
    assert taken(waiting, 1) == [8]


def test_urgent_ones_of_a_receiver_come_first(waiting):
    waiting.add(errand(1, "hook", "a"))
    waiting.add(errand(2, "hook", "b", queue="notify-urgent"))
    assert taken(waiting, 2) == [2, 1]


def test_what_others_that_wait_ask_for_is_not_asked_again(waiting):
    assert waiting.add(errand(1, "hook", "a", "b"))
    assert waiting.add(errand(2, "hook", "c"))
    assert not waiting.add(errand(3, "hook", "a", "c"))
    assert waiting.add(errand(4, "hook", "a", "d"))
    assert taken(waiting, 3) == [1, 2, 4]
    # What is under way may have looked already.
    assert waiting.add(errand(5, "hook", "a"))


def test_what_is_urgent_does_not_wait_behind_what_is_not(waiting):
    waiting.add(errand(1, "hook", "a"))
    assert waiting.add(errand(2, "hook", "a", queue="notify-urgent"))
    assert not waiting.add(errand(3, "hook", "a"))


def test_a_redriven_letter_is_no_plain_look(waiting):
    waiting.add(errand(1, "hook", "a"))
    assert waiting.add(errand(2, "hook", is_plain=False))
    assert taken(waiting, 2) == [1, 2]
