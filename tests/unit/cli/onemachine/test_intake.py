"""An answer comes when what was sent is merged, so that whoever asks next sees it."""

import json

import pytest

from cli.onemachine.intake import Intake
from cli.onemachine.options import TENANT
from tests.builders import T0
from tocsin.adapters.sqlite import Database, SqliteBlobs, SqliteQueues
from tocsin.domain.errors import Retryable
from tocsin.ports import OutMessage
from tocsin.runtime.gateway import HttpRequest

STAGES = {"enrich": "evaluate", "enrich-urgent": "evaluate-urgent"}


class Workers(SqliteQueues):
    """Queues whose workers come to their turn only while somebody waits for them."""

    def wait_until_past(self, queues, seq, until_s):
        for message in self.receive(queues, 100):
            if message.queue in STAGES:
                self.send(STAGES[message.queue], [OutMessage(message.tenant, message.body)])
            self.delete([message])
        return super().wait_until_past(queues, seq, until_s)


@pytest.fixture
def database(tmp_path):
    database = Database(tmp_path / "state.db")
    yield database
    database.close()


def clock():
    return T0


def post(queues, database, alerts):
    request = HttpRequest(
        id="1",
        resource="/api/v2/alerts",
        parameters={},
        query={},
        headers={"content-type": "application/json"},
        raw_body=json.dumps(alerts).encode(),
        method="POST",
    )
    return Intake(queues, SqliteBlobs(database, clock), clock)(request, TENANT, T0)


def waiting(queues):
    return [queues.depth(queue).visible for queue in ("enrich", "evaluate", "evaluate-urgent")]


GOOD, URGENT, BAD = (
    {"labels": {"alertname": "A"}},
    {"labels": {"alertname": "B", "severity": "critical"}},
    {"labels": {}},
)


@pytest.mark.parametrize(("alerts", "status"), [([GOOD, URGENT], 200), ([GOOD, BAD], 400)])
def test_what_was_taken_has_left_both_stages_when_the_answer_comes(database, alerts, status):
    queues = Workers(database, clock)
    assert post(queues, database, alerts).status == status
    assert waiting(queues) == [0, 0, 0]


def test_the_end_of_the_process_ends_the_wait(database):
    queues = SqliteQueues(database, clock)
    queues.close()
    assert post(queues, database, [GOOD]).status == 200
    assert waiting(queues) == [1, 0, 0]


def test_what_cannot_be_stored_is_not_accepted(database, monkeypatch):
    def full(*_, **__):
        raise Retryable("sqlite: database or disk is full")

    queues = SqliteQueues(database, clock)
    monkeypatch.setattr(queues, "send", full)
    reply = post(queues, database, [GOOD])
    assert (reply.status, reply.headers["Retry-After"]) == (503, "1")
