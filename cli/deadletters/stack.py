"""Where the dead letters of a stack are."""

from typing import get_args

from cli.target import Target
from tocsin.adapters.deadletters import DeadLetters, Pair
from tocsin.adapters.dynamodb.groups import DynamoGroups
from tocsin.adapters.dynamodb.journal import DynamoJournal
from tocsin.adapters.s3 import S3Blobs
from tocsin.adapters.shape import dead_letter_queue
from tocsin.ports import Groups, Journal, ListedBlobs, Queue

QUEUES: tuple[Queue, ...] = get_args(Queue)


def dead_letters(target: Target) -> DeadLetters:
    """Return the dead letters of every queue of the stack."""
    return DeadLetters(target.client("sqs"), {queue: _pair(target, queue) for queue in QUEUES})


def blobs(target: Target) -> ListedBlobs:
    """Return where archived letters lie, and bodies that were too long for a message."""
    return S3Blobs(target.client("s3"), target.resource("ArchiveBucket"))


def journal(target: Target) -> Journal:
    """Return the records of what became of the alerts in a letter."""
    return DynamoJournal(target.client("dynamodb"), target.resource("JournalTable"))


def groups(target: Target) -> Groups:
    """Return the groups that letters of notify name."""
    return DynamoGroups(
        target.client("dynamodb"),
        target.resource("GroupTable"),
        target.resource("JournalTable"),
        blobs(target),
    )


def _pair(target: Target, queue: Queue) -> Pair:
    name = "".join(word.title() for word in queue.split("-")) + "Queue"
    return Pair(target.resource(name), target.resource(dead_letter_queue(name)))
