"""The part of the SQS API that the functions call, on top of the queues."""

from collections.abc import Callable, Iterable
from typing import Any

from tests.chaos.queues import VISIBILITY_S, Message, Sqs

Answer = dict[str, Any]


class UnknownOperation(Exception):
    """This service does not have it; callers know how to do without."""


class SqsApi:
    """One operation a method, from decoded request to answer."""

    def __init__(self, sqs: Sqs, now_s: Callable[[], float]) -> None:
        self._sqs = sqs
        self._now_s = now_s

    def handle(self, operation: str, request: Answer, failing: int | None) -> Answer:
        """Carry out one request; entry number `failing` of a batch fails."""
        method = getattr(self, f"_{operation}", None)
        if method is None:
            raise UnknownOperation(operation)
        queue = request["QueueUrl"].rsplit("/", 1)[-1]
        if operation.endswith("Batch"):
            return self._batch(method, queue, request["Entries"], failing)
        result: Answer = method(queue, request)
        return result

    def _batch(self, method: Any, queue: str, entries: list[Answer], failing: int | None) -> Answer:
        done, failed = [], []
        for index, entry in enumerate(entries):
            if index == failing:
                failed.append({"Id": entry["Id"], "SenderFault": False, "Code": "InternalError"})
            else:
                done.append({"Id": entry["Id"], **method(queue, entry)})
        return {"Successful": done, **({"Failed": failed} if failed else {})}

    def _SendMessage(self, queue: str, entry: Answer) -> Answer:  # noqa: N802 - as AWS names it
        return self._sqs.send(queue, entry, self._now_s())

    _SendMessageBatch = _SendMessage

    def _DeleteMessage(self, queue: str, entry: Answer) -> Answer:  # noqa: N802
        self._sqs.delete(queue, [entry["ReceiptHandle"]])
        return {}

    _DeleteMessageBatch = _DeleteMessage

    def _ChangeMessageVisibility(self, queue: str, entry: Answer) -> Answer:  # noqa: N802
        at_s = self._now_s() + entry["VisibilityTimeout"]
        self._sqs.show(queue, entry["ReceiptHandle"], at_s)
        return {}

    _ChangeMessageVisibilityBatch = _ChangeMessageVisibility

    def _GetQueueAttributes(self, queue: str, _: Answer) -> Answer:  # noqa: N802
        messages, now_s = self._sqs.waiting(queue), self._now_s()
        visible = sum(each.visible_at_s <= now_s for each in messages)
        return {
            "Attributes": {
                "ApproximateNumberOfMessages": str(visible),
                "ApproximateNumberOfMessagesNotVisible": str(len(messages) - visible),
            }
        }

    def _ReceiveMessage(self, queue: str, request: Answer) -> Answer:  # noqa: N802
        most = request.get("MaxNumberOfMessages", 1)
        hold_s = request.get("VisibilityTimeout", VISIBILITY_S)
        messages = self._sqs.receive(queue, most, self._now_s(), hold_s)
        return {"Messages": [shown(each) for each in messages]} if messages else {}


def shown(message: Message) -> Answer:
    """Return a received message in the words of the API."""
    system = {
        "SentTimestamp": str(int(message.sent_at_s * 1000)),
        "ApproximateReceiveCount": str(message.receives),
        "ApproximateFirstReceiveTimestamp": str(int(message.sent_at_s * 1000)),
        "SenderId": "chaos",
    }
    if message.group:
        system["MessageGroupId"] = message.group
    if message.moved_from:
        arn = f"arn:aws:sqs:us-east-1:123456789012:{message.moved_from}"
        system["DeadLetterQueueSourceArn"] = arn
    return {
        "MessageId": message.id,
        "ReceiptHandle": message.receipt,
        "Body": message.body,
        "Attributes": system,
        "MessageAttributes": message.attributes,
    }


def batch_of(queue: str, messages: Iterable[Message]) -> Answer:
    """Return the event that Lambda makes of messages."""
    return {
        "Records": [
            {
                "messageId": each["MessageId"],
                "body": each["Body"],
                "attributes": each["Attributes"],
                "eventSourceARN": f"arn:aws:sqs:us-east-1:123456789012:{queue}",
            }
            for each in map(shown, messages)
        ]
    }
