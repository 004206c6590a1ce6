"""An SQS queue: the webhook's body, and attributes to tell messages apart by.

Source: docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html.
"""

from typing import Any

from tocsin.adapters.receivers.awstarget import (
    LIMIT_BYTES,
    attributes,
    attributes_bytes,
    called,
    client_of,
    order,
    target_of,
)
from tocsin.adapters.receivers.fitting import fitted, json_writer
from tocsin.adapters.receivers.posting import Tools, written
from tocsin.domain.errors import Unsendable
from tocsin.ports import Notification


def send(notification: Notification, tools: Tools) -> str:
    """Send the message; return what SQS calls it.

    Raises Unsendable for a queue of tocsin's own, and otherwise as `Receivers.send` does.
    """
    target = target_of(notification)
    path = f"/{target.account}/{target.name}"
    if any(url.endswith(path) for url in tools.own_queue_urls):
        raise Unsendable(f"receiver {notification.receiver.name}: is a queue of tocsin's own")
    request = written(notification.receiver, lambda: render(notification, tools.external_url))
    client = client_of(notification, tools, "sqs")
    url = client.meta.endpoint_url.rstrip("/") + path
    with called(notification, "sqs"):
        return str(client.send_message(QueueUrl=url, **request)["MessageId"])


def render(notification: Notification, external_url: str = "") -> dict[str, Any]:
    """Return the request, but for the queue's URL."""
    room_bytes = LIMIT_BYTES - attributes_bytes(notification)
    return {
        "MessageBody": fitted(notification, json_writer(notification, external_url), room_bytes),
        "MessageAttributes": attributes(notification),
        **order(notification),
    }
