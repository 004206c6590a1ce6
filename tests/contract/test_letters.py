"""Looking through dead-letter queues, in memory and on SQS."""

from typing import get_args

import pytest

from tests.builders import T0
from tests.integration.letters import OlderSqs, dead_letters
from tocsin.adapters.memory import MemoryDeadLetters
from tocsin.adapters.sqs import SqsOutbox
from tocsin.domain.deadletter import Depth, Letter
from tocsin.ports import DeadLetter, OutMessage, Queue

BODIES = [f"body {index:02}" for index in range(23)]


def _letter(body):
    return Letter(
        queue="enrich",
        id=body,
        tenant="acme",
        error="InvalidAlert",
        reason="no alertname",
        sent_at_s=T0,
        receives=1,
        message_id=body,
        body=body,
    )


@pytest.fixture(params=["memory", "aws"])
def side(request):
    """Return the sides that have this port: one machine has none yet."""
    return request.param


@pytest.fixture
def letters(side, request):
    if side == "memory":
        made = MemoryDeadLetters()
        made.letters["enrich"] = [_letter(body) for body in BODIES]
        return made
    cloud, sqs = request.getfixturevalue("cloud"), OlderSqs()
    outbox = SqsOutbox(sqs, cloud.queues, cloud.dead_letters)
    for body in BODIES:
        outbox.bury(
            "enrich", [DeadLetter(OutMessage("acme", body), "InvalidAlert", "no alertname")]
        )
    return dead_letters(cloud, sqs)


def test_every_queue_has_dead_letters(letters):
    assert set(letters.queues) == set(get_args(Queue))
    assert letters.depth("enrich") == Depth(visible=23, in_flight=0)
    assert letters.depth("notify-urgent") == Depth(visible=0, in_flight=0)


def test_a_reading_meets_each_letter_once_and_hides_it_until_its_end(letters):
    with letters.reading("enrich") as reading:
        pages = list(reading.pages())
        assert letters.depth("enrich") == Depth(visible=0, in_flight=23)
        with letters.reading("enrich") as other:
            assert list(other.pages()) == []
    met = [letter for page in pages for letter in page]
    assert sorted(letter.body for letter in met) == BODIES
    assert {(each.queue, each.tenant, each.error) for each in met} == {
        ("enrich", "acme", "InvalidAlert")
    }
    assert letters.depth("enrich") == Depth(visible=23, in_flight=0)


def test_a_reading_that_is_given_up_early_shows_what_it_met(letters):
    with letters.reading("enrich") as reading:
        next(reading.pages())
        assert letters.depth("enrich") == Depth(visible=13, in_flight=10)
    assert letters.depth("enrich") == Depth(visible=23, in_flight=0)


def test_a_reading_that_has_no_time_left_to_show_what_it_met_leaves_it_hidden(letters):
    with letters.reading("enrich", lambda: False) as reading:
        assert sum(map(len, reading.pages())) == 23
    assert letters.depth("enrich") == Depth(visible=0, in_flight=23)
