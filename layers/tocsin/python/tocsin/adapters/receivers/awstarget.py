"""What receivers share that are services of AWS: facts for filters, order, and what errors mean.

The codes are those of the services' references:
docs.aws.amazon.com/sns/latest/api/API_Publish.html,
docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html,
docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsResultEntry.html,
docs.aws.amazon.com/lambda/latest/api/API_Invoke.html, and those that all services have:
docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import ClientError

from tocsin.adapters.aws import AWS_ERRORS, error_codes, translate
from tocsin.adapters.receivers.message import message_of
from tocsin.adapters.receivers.posting import Tools, retry_after_s, settings_of
from tocsin.domain.channels import AwsTarget
from tocsin.domain.errors import Permanent, Retryable, Throttled, TocsinError, Unsendable
from tocsin.ports import Notification

# What each of the four takes of one message today without being asked for more; some take 1 MiB.
LIMIT_BYTES = 262_144

# Of FIFO topics and queues: letters, digits and punctuation.
_GROUP_ID = re.compile(r"[!-~]{1,128}")

_THROTTLED = {
    "EC2ThrottledException",
    "KMS.ThrottlingException",
    "KMSThrottling",
    "KMSThrottlingException",
    "KmsThrottled",
    "OverLimit",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
}
_ACCESS = "notify may not call it; is its ARN in the stack's NotifyTargetArns?"
_ABSENT = "it is not there"
_KEY = "its KMS key cannot be used; does the key's policy allow the role of notify?"
_WRONG = "it does not take this"
# A key that is busy, or fails, is no reason to give up. Each service has its own spelling, such as
# KMSDisabled, KMS.DisabledException and KmsDisabled.
_KEY_REFUSED = re.compile(
    r"KMS\.?(?:AccessDenied|Disabled|InvalidKeyUsage|InvalidState|NotFound|OptInRequired)"
    r"(?:Exception)?",
    re.IGNORECASE,
)
# Why an attempt with the same message would end in the same way. What is not here may pass.
_REFUSALS = {
    "AccessDenied": _ACCESS,
    "AccessDeniedException": _ACCESS,
    "AuthorizationError": _ACCESS,
    "InvalidAccountIdException": _ACCESS,
    "NotAuthorizedForDetailTypeException": _ACCESS,
    "NotAuthorizedForSourceException": _ACCESS,
    "AWS.SimpleQueueService.NonExistentQueue": _ABSENT,
    "AWS.SimpleQueueService.UnsupportedOperation": _WRONG,
    "InvalidAddress": _ABSENT,
    "NoPublishedVersionException": _ABSENT,
    "NotFound": _ABSENT,
    "QueueDoesNotExist": _ABSENT,
    "ResourceNotFoundException": _ABSENT,
    "InvalidArgument": _WRONG,
    "InvalidMessageContents": _WRONG,
    "InvalidParameter": _WRONG,
    "InvalidParameterValue": _WRONG,
    "InvalidParameterValueException": _WRONG,
    "InvalidRequestContentException": _WRONG,
    "MalformedDetail": _WRONG,
    "MissingParameter": _WRONG,
    "ModeNotSupportedException": _WRONG,
    "ParameterValueInvalid": _WRONG,
    "RequestEntityTooLargeException": _WRONG,
    "RequestTooLargeException": _WRONG,
    "UnsupportedMediaTypeException": _WRONG,
    "UnsupportedOperation": _WRONG,
    "ValidationError": _WRONG,
    "ValidationException": _WRONG,
}


def target_of(notification: Notification) -> AwsTarget:
    """Return where a notification goes. Raises Unsendable where its receiver does not say."""
    return settings_of(notification.receiver, AwsTarget)


def client_of(notification: Notification, tools: Tools, service: str) -> Any:
    """Return the client for a target, in its region. Raises Unsendable where there can be none."""
    try:
        return tools.aws(service, target_of(notification).region)
    except AWS_ERRORS as error:
        reason = f"receiver {notification.receiver.name}: {service}: {type(error).__name__}"
        raise Unsendable(reason) from None


def attributes(notification: Notification) -> dict[str, dict[str, str]]:
    """Return what subscriptions and consumers can filter by without reading the message."""
    message = message_of(notification, 0)
    facts = {
        "idempotency_key": notification.key,
        "receiver": notification.receiver.name,
        "severity": message.severity,
        "status": message.state if message.state != "update" else "firing",
        "tenant": notification.group.tenant,
    }
    return {name: {"DataType": "String", "StringValue": said} for name, said in facts.items()}


def attributes_bytes(notification: Notification) -> int:
    """Return how much of a message's size its attributes are: names, types and values."""
    return sum(
        len(name) + sum(len(text.encode()) for text in each.values())
        for name, each in attributes(notification).items()
    )


def order(notification: Notification) -> dict[str, str]:
    """Return what a FIFO topic or queue needs: one message a key, one after another in a group."""
    if not target_of(notification).name.endswith(".fifo"):
        return {}
    group = notification.group.id
    if _GROUP_ID.fullmatch(group) is None:
        group = group.rpartition("#")[2]
    return {"MessageDeduplicationId": notification.key, "MessageGroupId": group}


@contextmanager
def called(notification: Notification, service: str) -> Iterator[None]:
    """Raise the errors of a service as what they mean of a receiver."""
    try:
        yield
    except AWS_ERRORS as error:
        raise _meaning(error, notification.receiver.name, service) from None


def failure(receiver: str, what: str, code: str, wait_s: float | None = None) -> TocsinError:
    """Return what an error code means: Throttled, Permanent or Retryable."""
    reason = f"receiver {receiver}: {what}: {code}"
    if code in _THROTTLED:
        return Throttled(reason, wait_s)
    why = _REFUSALS.get(code) or (_KEY if _KEY_REFUSED.fullmatch(code) else "")
    return Permanent(f"{reason}; {why}") if why else Retryable(reason, wait_s)


def _meaning(error: Exception, receiver: str, service: str) -> TocsinError:
    if not isinstance(error, ClientError):
        translated = translate(error, service)
        kind = Retryable if isinstance(translated, Retryable) else Unsendable
        return kind(f"receiver {receiver}: {translated}")
    (code,) = error_codes(error)
    headers = error.response.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    # Lambda says it, in seconds.
    said = str(headers.get("retry-after", ""))
    wait_s = retry_after_s(said, 0.0) if said.isdigit() else None
    return failure(receiver, f"{service} {error.operation_name}", code, wait_s)
