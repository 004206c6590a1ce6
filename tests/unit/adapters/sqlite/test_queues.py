"""What SQS does for Lambda, done in a file."""

import threading

import pytest

from tocsin.adapters.sqlite import SqliteQueues
from tocsin.adapters.sqlite.queues import MOST_RECEIVES
from tocsin.domain.deadletter import RECEIVED_TOO_OFTEN, Depth
from tocsin.domain.errors import Retryable
from tocsin.ports import DeadLetter, OutMessage

ENRICH = ("enrich-urgent", "enrich")


@pytest.fixture
def queues(database, clock):
    return SqliteQueues(database, clock)


def send(queues, *bodies, queue="enrich", delay_s=0.0):
    queues.send(queue, [OutMessage("acme", body) for body in bodies], delay_s)


def bodies(queues, names=ENRICH, limit=100):
    return [message.body for message in queues.receive(names, limit)]


def test_the_first_queue_comes_first_and_the_oldest_of_each(queues):
    send(queues, "a", "b")
    send(queues, "urgent", queue="enrich-urgent")
    assert bodies(queues, limit=2) == ["urgent", "a"]
    assert bodies(queues) == ["b"]


def test_what_is_received_is_hidden_for_a_while_and_then_comes_back(queues, clock):
    send(queues, "a")
    assert [each.body for each in queues.receive(ENRICH, 1, visibility_s=10)] == ["a"]
    assert queues.depth("enrich") == Depth(visible=0, in_flight=1)
    clock.now_s += 9.9
    assert bodies(queues) == []
    clock.now_s += 0.1
    (again,) = queues.receive(ENRICH, 1)
    assert (again.body, again.receives) == ("a", 2)


def test_what_is_deleted_is_gone(queues, clock):
    send(queues, "a", "b")
    first, _ = queues.receive(ENRICH, 2)
    queues.delete([first])
    clock.now_s += 1000
    assert bodies(queues) == ["b"]


def test_a_delay_counts_in_milliseconds(queues, clock):
    send(queues, "later", delay_s=0.25)
    send(queues, "now")
    assert bodies(queues) == ["now"]
    clock.now_s += 0.249
    assert bodies(queues) == []
    clock.now_s += 0.001
    assert bodies(queues) == ["later"]


def test_what_fails_comes_back_later_each_time(queues, clock):
    send(queues, "a")
    pauses_s = []
    for _ in range(4):
        (message,) = queues.receive(ENRICH, 1)
        queues.release(message)
        assert bodies(queues) == []
        pauses_s.append(message.pause_s)
        clock.now_s += message.pause_s
    assert pauses_s == [0.5, 1.0, 2.0, 4.0]


def test_what_never_succeeds_becomes_a_dead_letter(queues, clock):
    send(queues, "a")
    for _ in range(MOST_RECEIVES):
        assert bodies(queues) == ["a"]
        clock.now_s += 1000
    assert bodies(queues) == []
    (letter,) = queues.letters.all("enrich")
    assert (letter.message, letter.error) == (OutMessage("acme", "a"), RECEIVED_TOO_OFTEN)
    clock.now_s += 1000
    assert bodies(queues) == []
    assert queues.depth("enrich") == Depth(visible=0, in_flight=0)


def test_the_next_process_has_at_once_what_the_last_one_had_in_its_hands(queues, reopened, clock):
    send(queues, "a", "b")
    send(queues, "later", delay_s=60)
    assert bodies(queues, limit=1) == ["a"]
    after = SqliteQueues(reopened(), clock)
    assert [(each.body, each.receives) for each in after.receive(ENRICH, 9)] == [("a", 2), ("b", 1)]
    clock.now_s += 60
    assert bodies(after) == ["later"]


def test_nothing_is_lost_where_it_cannot_be_taken_into_hand(queues, database, monkeypatch):
    send(queues, "a")
    with monkeypatch.context() as patch:
        patch.setattr(database, "write", _full)
        with pytest.raises(Retryable):
            queues.receive(ENRICH, 1)
    assert bodies(queues) == ["a"]


def _full(*_, **__):
    raise Retryable("sqlite: database or disk is full")


def test_whoever_waits_is_woken_by_a_message(queues):
    heard = threading.Event()

    def wait():
        while not bodies(queues):
            queues.wait(ENRICH)
        heard.set()

    waiting = threading.Thread(target=wait, daemon=True)
    waiting.start()
    send(queues, "a")
    assert heard.wait(10)
    waiting.join()


def test_one_waits_for_what_came_before_and_not_for_what_has_failed(queues, clock):
    send(queues, "a", "b")
    mark = queues.newest
    send(queues, "c")
    assert not queues.wait_until_past(ENRICH, mark, clock.now_s)
    first, second = queues.receive(ENRICH, 2)
    queues.delete([first])
    assert not queues.wait_until_past(ENRICH, mark, clock.now_s)
    queues.release(second)
    assert queues.wait_until_past(ENRICH, mark, clock.now_s)
    assert not queues.wait_until_past(ENRICH, queues.newest, clock.now_s)
    queues.close()
    assert queues.wait_until_past(ENRICH, queues.newest, clock.now_s + 60)


def test_what_a_receiver_refused_is_sent_back_later_each_time(queues, clock, reopened):
    letter = OutMessage("acme", '{"id": "dead.toc_1"}')
    pauses_s = []
    for _ in range(6):
        queues.bury("notify", [DeadLetter(letter, "DeliveryFailed", "HTTP 404")])
        (buried,) = queues.letters.all("notify")
        pauses_s.append(buried.again_at_s - clock.now_s)
        clock.now_s = buried.again_at_s - 1
        assert SqliteQueues(reopened(), clock).redrive() == 0
        clock.now_s += 1
        assert (queues.redrive(), queues.redrive()) == (1, 0)
        (message,) = queues.receive(["notify"], 9)
        assert message.body == letter.body
        queues.delete([message])
    assert pauses_s == [300, 600, 1200, 2400, 3600, 3600]
    assert queues.letters.all("notify")[0].deaths == 6


def test_what_no_try_can_mend_is_kept_and_not_sent_back(queues, clock):
    queues.bury("enrich", [DeadLetter(OutMessage("acme", "x"), "InvalidAlert", "no alertname")])
    clock.now_s += 10_000
    assert queues.redrive() == 0
    assert [each.reason for each in queues.letters.all("enrich")] == ["no alertname"]
