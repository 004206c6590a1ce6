"""A Lambda function, invoked asynchronously with the webhook's body.

Lambda keeps the event and tries the function again itself; what is confirmed here is that it has
the event. Source: docs.aws.amazon.com/lambda/latest/api/API_Invoke.html.
"""

from tocsin.adapters.receivers.awstarget import LIMIT_BYTES, called, client_of, target_of
from tocsin.adapters.receivers.fitting import fitted, json_writer
from tocsin.adapters.receivers.posting import Tools, written
from tocsin.ports import Notification


def send(notification: Notification, tools: Tools) -> str:
    """Hand the event over; return the id of the invocation, which the function sees, too.

    Raises as `Receivers.send` does.
    """
    payload = written(notification.receiver, lambda: render(notification, tools.external_url))
    client = client_of(notification, tools, "lambda")
    with called(notification, "lambda"):
        answer = client.invoke(
            FunctionName=target_of(notification).arn, InvocationType="Event", Payload=payload
        )
        # It is empty, and its connection is free once it is closed.
        answer["Payload"].close()
    return str(answer["ResponseMetadata"].get("RequestId", ""))


def render(notification: Notification, external_url: str = "") -> bytes:
    """Return the event."""
    return fitted(notification, json_writer(notification, external_url), LIMIT_BYTES).encode()
