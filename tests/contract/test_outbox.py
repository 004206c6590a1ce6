import pytest

from tests.builders import T0
from tocsin.adapters.aws import client
from tocsin.adapters.memory import MemoryOutbox
from tocsin.adapters.sqlite import SqliteQueues
from tocsin.adapters.sqs import SqsOutbox
from tocsin.ports import DeadLetter, OutMessage


class MemorySide:
    def __init__(self):
        self.outbox = MemoryOutbox()

    def received(self, queue):
        return [(message.tenant, message.body) for message in self.outbox.take(queue)]

    def dead(self, queue):
        return [
            (letter.message.body, letter.message.tenant, letter.error, letter.reason)
            for letter in self.outbox.dead[queue]
        ]


class AwsSide:
    def __init__(self, cloud):
        self._cloud = cloud
        self.outbox = SqsOutbox(client("sqs"), cloud.queues, cloud.dead_letters)

    def received(self, queue):
        messages = self._cloud.receive(queue, 100)
        self._cloud.delete(queue, messages)
        return [(each["Attributes"]["MessageGroupId"], each["Body"]) for each in messages]

    def dead(self, queue):
        letters = []
        for each in self._cloud.letters(queue):
            said = {name: value["StringValue"] for name, value in each["MessageAttributes"].items()}
            letters.append((each["Body"], said["tenant"], said["error"], said["reason"]))
        return letters


class SqliteSide:
    def __init__(self, database):
        self.outbox = SqliteQueues(database, lambda: T0)

    def received(self, queue):
        messages = self.outbox.receive([queue], 100)
        self.outbox.delete(messages)
        return [(each.tenant, each.body) for each in messages]

    def dead(self, queue):
        return [
            (letter.body, letter.tenant, letter.error, letter.reason)
            for letter in self.outbox.letters.all(queue)
        ]


@pytest.fixture
def world(side, request):
    if side == "sqlite":
        return SqliteSide(request.getfixturevalue("database"))
    return MemorySide() if side == "memory" else AwsSide(request.getfixturevalue("cloud"))


@pytest.mark.parametrize("count", [0, 1, 2, 11])
def test_every_message_arrives_with_its_tenant(world, count):
    messages = [OutMessage(f"tenant-{index % 2}", f"body {index}") for index in range(count)]
    world.outbox.send("evaluate", messages)
    assert sorted(world.received("evaluate")) == sorted(
        (message.tenant, message.body) for message in messages
    )


def test_a_depth_counts_what_waits(world):
    world.outbox.send("notify", [OutMessage("acme", "one"), OutMessage("acme", "two")])
    assert world.outbox.depth("notify").visible == 2
    assert world.outbox.depth("notify-urgent").visible == 0


def test_queues_are_apart(world):
    world.outbox.send("notify-urgent", [OutMessage("acme", "urgent")])
    assert world.received("notify") == []
    assert world.received("notify-urgent") == [("acme", "urgent")]


def test_a_dead_letter_says_what_went_wrong(world):
    letter = DeadLetter(OutMessage("acme", "body"), "InvalidAlert", "no alertname")
    world.outbox.bury("enrich", [letter])
    assert world.dead("enrich") == [("body", "acme", "InvalidAlert", "no alertname")]
    assert world.received("enrich") == []


@pytest.mark.parametrize("count", [0, 1, 2, 9])
def test_every_dead_letter_arrives_with_its_own_reason(world, count):
    letters = [
        DeadLetter(OutMessage("acme", f'{{"id":"r","select":[{index}]}}'), f"E{index}", "it failed")
        for index in range(count)
    ]
    world.outbox.bury("enrich", (each for each in letters))
    assert sorted(world.dead("enrich")) == sorted(
        (each.message.body, "acme", each.error, "it failed") for each in letters
    )
