"""SQS's own redrive: it moves a whole dead-letter queue without anybody receiving it."""

from typing import Any

import msgspec
from botocore.exceptions import ClientError

from tocsin.adapters.aws import error_codes, translated

# What services say that have SQS's interface, but not this operation.
_UNSUPPORTED = {
    "AWS.SimpleQueueService.UnsupportedOperation",
    "InvalidAction",
    "UnknownOperationException",
    "UnsupportedOperation",
}


class MoveProgress(msgspec.Struct, frozen=True, kw_only=True):
    """How far a task has come; `failure` says why it ended before its time."""

    is_running: bool
    moved: int
    total: int
    failure: str = ""


class MoveTask:
    """A task that goes on at SQS, whether or not anybody watches it."""

    def __init__(self, client: Any, source_arn: str, handle: str) -> None:
        self._client = client
        self._source_arn = source_arn
        self._handle = handle

    def progress(self) -> MoveProgress:
        """Ask how far it is."""
        with translated("sqs"):
            answer = self._client.list_message_move_tasks(SourceArn=self._source_arn, MaxResults=1)
        task = answer["Results"][0]
        return MoveProgress(
            is_running=task["Status"] in ("RUNNING", "CANCELLING"),
            moved=task.get("ApproximateNumberOfMessagesMoved", 0),
            total=task.get("ApproximateNumberOfMessagesToMove", 0),
            failure=task.get("FailureReason", ""),
        )

    def cancel(self) -> None:
        """End it early; fine if it has ended by itself."""
        with translated("sqs"):
            try:
                self._client.cancel_message_move_task(TaskHandle=self._handle)
            except ClientError as error:
                if "ResourceNotFoundException" not in error_codes(error):
                    raise


def start_move(client: Any, source_url: str, destination_url: str) -> MoveTask | None:
    """Start moving all messages of a dead-letter queue; None if the service has no such task.

    The destination is named, since SQS does not know where a letter belongs that a stage put
    there itself.
    """
    with translated("sqs"):
        source_arn = _arn(client, source_url)
        try:
            answer = client.start_message_move_task(
                SourceArn=source_arn, DestinationArn=_arn(client, destination_url)
            )
        except ClientError as error:
            if error_codes(error) & _UNSUPPORTED:
                return None
            raise
    return MoveTask(client, source_arn, answer["TaskHandle"])


def _arn(client: Any, url: str) -> str:
    answer = client.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    arn: str = answer["Attributes"]["QueueArn"]
    return arn
