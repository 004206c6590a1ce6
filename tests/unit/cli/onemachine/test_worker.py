"""What becomes of messages whose stage fails, breaks, or cannot write down that it is done."""

import threading

import pytest

from cli.onemachine.worker import StageTurn, Worker
from tests.builders import T0
from tocsin.adapters.sqlite import Database, SqliteQueues
from tocsin.domain.errors import Retryable
from tocsin.pipeline.batch import Outcome
from tocsin.pipeline.envelope import VERSION, Envelope, encode

NAMES = ("enrich-urgent", "enrich")


@pytest.fixture
def queues(tmp_path):
    database = Database(tmp_path / "state.db")
    yield SqliteQueues(database, lambda: T0)
    database.close()


def send(queues, *names):
    envelopes = [Envelope(v=VERSION, kind="raw", id=name, tenant="acme", at_s=T0) for name in names]
    queues.send("enrich", [encode(each) for each in envelopes])


def turn(queues, stage):
    return StageTurn(queues, NAMES, stage, 100)


def names(deliveries):
    return [each.envelope.id for each in deliveries]


def left(queues):
    depth = queues.depth("enrich")
    return depth.visible + depth.in_flight


def test_what_is_done_is_gone_and_what_failed_comes_back(queues):
    def stage(deliveries, has_time):
        assert has_time()
        failed = {each.message_id: "why" for each in deliveries if each.envelope.id == "b"}
        return Outcome(failed=failed, warnings=["a receiver is down"])

    send(queues, "a", "b", "c")
    turn(queues, stage)()
    assert left(queues) == 1


def test_a_message_that_breaks_its_stage_takes_no_other_with_it(queues):
    done = []

    def stage(deliveries, has_time):
        if "b" in names(deliveries):
            raise ZeroDivisionError
        done.extend(names(deliveries))
        return Outcome()

    send(queues, "a", "b", "c")
    turn(queues, stage)()
    assert (done, left(queues)) == (["a", "c"], 1)


def test_what_cannot_be_written_down_as_done_comes_back(queues, monkeypatch):
    def full(_):
        raise Retryable("sqlite: database or disk is full")

    send(queues, "a", "b")
    monkeypatch.setattr(queues, "delete", full)
    with pytest.raises(Retryable):
        turn(queues, lambda deliveries, has_time: Outcome())()
    assert left(queues) == 2
    assert queues.wait_until_past(NAMES, queues.newest, T0)


@pytest.mark.parametrize("error", [Retryable("no"), ZeroDivisionError()])
def test_a_worker_goes_on_after_whatever_goes_wrong(error, monkeypatch):
    monkeypatch.setattr("cli.onemachine.worker._PAUSE_S", 0.0)
    stopping, turns = threading.Event(), []

    def turn():
        turns.append(1)
        if len(turns) == 1:
            raise error
        stopping.set()

    worker = Worker("test", turn, stopping)
    worker.start()
    worker.join(10)
    assert len(turns) == 2
