"""What tests of dead letters need: an SQS that neither waits nor moves, and a target."""

from typing import Any

from botocore.exceptions import ClientError

from cli.target import Target
from tests.integration.resources import Resources
from tocsin.adapters import aws
from tocsin.adapters.deadletters import HOLD_S, DeadLetters, Pair


class OlderSqs:
    """moto's SQS, refusing move tasks as services do that lack them.

    Entries of a batch fail where `fails` holds the name of the operation; so many as it says.
    """

    def __init__(self) -> None:
        self._sqs = aws.client("sqs")
        self.fails: dict[str, int] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sqs, name)

    def receive_message(self, **options: Any) -> Any:
        return self._sqs.receive_message(**{**options, "WaitTimeSeconds": 0})

    def start_message_move_task(self, **_: Any) -> Any:
        error = {"Error": {"Code": "InvalidAction"}, "ResponseMetadata": {"HTTPStatusCode": 400}}
        raise ClientError(error, "StartMessageMoveTask")

    def send_message_batch(self, **options: Any) -> Any:
        return self._some_fail("send_message_batch", options)

    def delete_message_batch(self, **options: Any) -> Any:
        return self._some_fail("delete_message_batch", options)

    def _some_fail(self, operation: str, options: dict[str, Any]) -> Any:
        count = self.fails.pop(operation, 0)
        entries = options["Entries"]
        failed, rest = entries[:count], entries[count:]
        answer: Any = {}
        if rest:
            answer = getattr(self._sqs, operation)(**{**options, "Entries": rest})
        return {**answer, "Failed": [{"Id": each["Id"], "Code": "Busy"} for each in failed]}


def dead_letters(resources: Resources, sqs: Any, hold_s: int = HOLD_S) -> DeadLetters:
    """Return the dead letters of a stack that was made for moto."""
    pairs: Any = {
        queue: Pair(url, resources.dead_letters[queue]) for queue, url in resources.queues.items()
    }
    return DeadLetters(sqs, pairs, wait_s=0, hold_s=hold_s)


def target(resources: Resources, sqs: Any) -> Target:
    """Return what the command line takes for a deployed stack."""
    made = Target("test", lambda service: sqs if service == "sqs" else aws.client(service))
    made.resources = {
        "ArchiveBucket": resources.environ["ARCHIVE_BUCKET"],
        "JournalTable": resources.environ["JOURNAL_TABLE"],
        "GroupTable": resources.environ["GROUP_TABLE"],
        "ControlTable": resources.environ["CONTROL_TABLE"],
    }
    for queue, url in resources.queues.items():
        name = "".join(word.title() for word in queue.split("-"))
        made.resources[f"{name}Queue"] = url
        made.resources[f"{name}DeadLetterQueue"] = resources.dead_letters[queue]
    return made
