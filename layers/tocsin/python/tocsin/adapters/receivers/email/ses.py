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
from tocsin.domain.errors import Permanent, Retryable, Throttled, TocsinError, Unsendable

# The rate or the quota of a day is used up; nothing is wrong with the message.
_THROTTLED = {
    "LimitExceededException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
}
# Why SES would not take the same message later either. What is not here may pass: "currently
# paused", which the owner of the account ends, or a signature of a clock that is wrong.
_REFUSALS = {
    "AccessDenied",
    "AccessDeniedException",
    "AccountSuspendedException",
    "BadRequestException",
    "MailFromDomainNotVerifiedException",
    "MessageRejected",
    "NotFoundException",
    "ValidationError",
    "ValidationException",
}


def send(settings: Email, envelope: Envelope, tools: Tools) -> str:
    """Send, and return the Message-ID that SES gave the message.

    Raises:
        Throttled: The account sends as much as it may.
        Retryable: There was no answer, or one after which the same may succeed.
        Permanent: SES refuses for good.
        Unsendable: It was not asked.
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
    reason = str(meant)
    if not isinstance(error, ClientError):
        return Retryable(reason) if isinstance(meant, Retryable) else Unsendable(reason)
    codes = error_codes(error)
    if codes & _THROTTLED:
        return Throttled(reason)
    return Permanent(reason) if codes & _REFUSALS else Retryable(reason)


def _message_id(name: str, region: str) -> str:
    """Return the Message-ID header that SES writes: the name that it answers, and its host.

    Its host is not documented; what goes by it alone is which message a reader calls the first.
    """
    host = "email" if region == "us-east-1" else region
    return f"<{name}>" if "@" in name else f"<{name}@{host}.amazonses.com>"
