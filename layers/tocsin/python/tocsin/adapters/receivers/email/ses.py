"""Mail through SES, version 2 of its API, as the bytes that were rendered.

SES puts a Message-ID and a Date of its own in the place of those that it is given.
Sources: docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html (errors),
docs.aws.amazon.com/ses/latest/dg/header-fields.html,
docs.aws.amazon.com/ses/latest/dg/manage-sending-quotas-errors.html.
"""

from typing import Any

from botocore.exceptions import ClientError

from tocsin.adapters.aws import AWS_ERRORS, error_codes, translate
from tocsin.adapters.mail import Envelope
from tocsin.adapters.receivers.posting import Tools
from tocsin.domain.channels import Email
from tocsin.domain.errors import Retryable, Throttled, TocsinError

# The rate or the quota of a day is used up; nothing is wrong with the message.
_THROTTLED = {
    "LimitExceededException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
}
# "Currently paused", which the owner of the account ends; "permanently restricted" is for good.
_PAUSED = {"SendingPausedException"}


def send(settings: Email, envelope: Envelope, tools: Tools) -> str:
    """Send, and return the Message-ID that SES gave the message.

    Raises:
        Throttled: The account sends as much as it may.
        Retryable: There was no answer, or one after which the same may succeed.
        Permanent: SES refuses for good.
    """
    request: dict[str, Any] = {
        "FromEmailAddress": envelope.sender,
        "Destination": {"ToAddresses": list(envelope.to)},
        "Content": {"Raw": {"Data": envelope.content}},
    }
    if settings.configuration_set:
        request["ConfigurationSetName"] = settings.configuration_set
    client = tools.aws("sesv2")
    try:
        answer = client.send_email(**request)
    except AWS_ERRORS as error:
        raise _meant(error) from None
    return _message_id(str(answer["MessageId"]), str(client.meta.region_name))


def _meant(error: Exception) -> TocsinError:
    meant = translate(error, "ses")
    codes = error_codes(error) if isinstance(error, ClientError) else set()
    if codes & _THROTTLED:
        return Throttled(str(meant))
    return Retryable(str(meant)) if codes & _PAUSED else meant


def _message_id(name: str, region: str) -> str:
    """Return the Message-ID header that SES writes: the name that it answers, and its host.

    Its host is not documented; what goes by it alone is which message a reader calls the first.
    """
    host = "email" if region == "us-east-1" else region
    return f"<{name}>" if "@" in name else f"<{name}@{host}.amazonses.com>"
