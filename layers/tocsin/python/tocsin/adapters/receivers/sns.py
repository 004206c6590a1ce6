"""An SNS topic: one message for programs, another for people who get mail or an SMS.

Source: docs.aws.amazon.com/sns/latest/api/API_Publish.html.
"""

from typing import Any
from unicodedata import combining, normalize

from tocsin.adapters.receivers.awstarget import (
    LIMIT_BYTES,
    attributes,
    attributes_bytes,
    called,
    client_of,
    order,
    target_of,
)
from tocsin.adapters.receivers.fitting import fitted, json_text, json_writer
from tocsin.adapters.receivers.message import message_of
from tocsin.adapters.receivers.posting import Tools, written
from tocsin.adapters.receivers.textmessage import text_of
from tocsin.domain.plaintext import cut
from tocsin.ports import Notification

# "Less than 100 characters", of which old mail programs want ASCII.
SUBJECT_LIMIT = 99
SHOWN_ALERTS = 20
MAIL_LIMIT = 8000
# A title names all alerts, however many they are.
TITLE_LIMIT = 500
# What goes into one SMS of any alphabet that has to be sent as it is.
SMS_LIMIT = 140


def send(notification: Notification, tools: Tools) -> str:
    """Publish the message; return what SNS calls it.

    Raises as `Receivers.send` does.
    """
    request = written(notification.receiver, lambda: render(notification, tools.external_url))
    client = client_of(notification, tools, "sns")
    with called(notification, "sns"):
        return str(client.publish(**request)["MessageId"])


def render(notification: Notification, external_url: str = "") -> dict[str, Any]:
    """Return the request: JSON for programs, text for people, and attributes to filter by."""
    title = message_of(notification, 0).title
    machine = json_writer(notification, external_url)

    def write(part: Notification) -> str:
        text = text_of(message_of(part, SHOWN_ALERTS, external_url), MAIL_LIMIT)
        mail = f"{cut(title, TITLE_LIMIT)}\n\n{text}"
        return json_text({"default": machine(part), "email": mail, "sms": cut(title, SMS_LIMIT)})

    room_bytes = LIMIT_BYTES - attributes_bytes(notification)
    return {
        "TopicArn": target_of(notification).arn,
        "Subject": subject(title),
        "Message": fitted(notification, write, room_bytes),
        "MessageStructure": "json",
        "MessageAttributes": attributes(notification),
        **order(notification),
    }


def subject(title: str) -> str:
    """Return a title as a subject: one line of printable ASCII, other letters as near as may be.

    It begins with no blank, which SNS would refuse; an accent alone is a blank and a mark.
    """
    letters = (each for each in normalize("NFKD", title) if not combining(each))
    text = "".join(each if " " <= each <= "~" else "?" for each in letters).strip() or "?"
    return text if len(text) <= SUBJECT_LIMIT else text[: SUBJECT_LIMIT - 3] + "..."
