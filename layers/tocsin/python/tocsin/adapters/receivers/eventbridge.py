"""An event bus of EventBridge: one event a notification, with the webhook's body as its detail.

Source: docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html.
"""

from tocsin.adapters.receivers import webhook
from tocsin.adapters.receivers.awstarget import (
    LIMIT_BYTES,
    called,
    client_of,
    failure,
    target_of,
)
from tocsin.adapters.receivers.fitting import fitted, json_writer
from tocsin.adapters.receivers.posting import Tools, written
from tocsin.ports import Notification

SOURCE = "tocsin"


def send(notification: Notification, tools: Tools) -> str:
    """Put the event on its bus; return the id that EventBridge gave it.

    Raises as `Receivers.send` does, also where the call went well and the event did not.
    """
    receiver = notification.receiver
    entry = written(receiver, lambda: render(notification, tools.external_url))
    client = client_of(notification, tools, "events")
    with called(notification, "events"):
        answer = client.put_events(Entries=[entry])
    (result,) = answer["Entries"]
    if answer.get("FailedEntryCount") or "ErrorCode" in result:
        code = result.get("ErrorCode", "unknown")
        raise failure(receiver.name, "events PutEvents", code)
    return str(result["EventId"])


def render(notification: Notification, external_url: str = "") -> dict[str, str]:
    """Return the entry. It bears no time: the same attempt later is the same event."""
    kind = f"Alert {webhook.status(notification.alerts)}"
    room_bytes = LIMIT_BYTES - len(SOURCE) - len(kind)
    return {
        "EventBusName": target_of(notification).arn,
        "Source": SOURCE,
        "DetailType": kind,
        "Detail": fitted(notification, json_writer(notification, external_url), room_bytes),
    }
