"""Where the dead letters of a stack are."""

from typing import get_args

from cli.target import Target
from tocsin.adapters.deadletters import DeadLetters, Pair
from tocsin.adapters.s3 import S3Blobs
from tocsin.adapters.shape import dead_letter_queue
from tocsin.ports import Blobs, Queue

QUEUES: tuple[Queue, ...] = get_args(Queue)


def dead_letters(target: Target) -> DeadLetters:
    """Return the dead letters of every queue of the stack."""
    return DeadLetters(target.client("sqs"), {queue: _pair(target, queue) for queue in QUEUES})


def blobs(target: Target) -> Blobs:
    """Return where the bodies lie that were too long for a message."""
    return S3Blobs(target.client("s3"), target.resource("ArchiveBucket"))


def _pair(target: Target, queue: Queue) -> Pair:
    name = "".join(word.title() for word in queue.split("-")) + "Queue"
    return Pair(target.resource(name), target.resource(dead_letter_queue(name)))
