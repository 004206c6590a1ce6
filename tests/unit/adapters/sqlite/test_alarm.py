import threading

import pytest

from tests.builders import T0
from tocsin.adapters.sqlite.alarm import Alarm


@pytest.fixture
def alarm():
    return Alarm()


@pytest.fixture
def waiting(alarm):
    """Return a way to wait in a thread, and to say whether the wait is over."""

    def wait(until_s):
        thread = threading.Thread(target=alarm.wait, args=(until_s, T0), daemon=True)
        thread.start()
        return thread

    return wait


def ends(thread):
    thread.join(10)
    return not thread.is_alive()


def test_a_time_that_is_over_is_not_waited_for(waiting):
    assert ends(waiting(T0 - 1))


def test_an_earlier_time_ends_a_wait(alarm, waiting):
    thread = waiting(T0 + 3600)
    while alarm._until_s != T0 + 3600:
        pass
    alarm.note(None, T0 + 3601)
    assert not alarm._is_early
    alarm.note(T0 + 3599, None)
    assert ends(thread)


def test_what_is_noted_between_two_waits_ends_the_next_and_no_other(alarm, waiting):
    alarm.note(T0 + 5)
    assert ends(waiting(T0 + 3600))
    thread = waiting(T0 + 3600)
    while alarm._until_s != T0 + 3600:
        pass
    assert thread.is_alive()
    alarm.ring()
    assert ends(thread)
