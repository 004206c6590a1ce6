"""What SQS refuses of standard queues: a request, or single entries of a batch."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tests.strict.refusal import Refused

LIMIT_BYTES = 1024 * 1024
ENTRIES_LIMIT = 10
ATTRIBUTES_LIMIT = 10
# Of a batch, an entry that failed by itself, as the answer lists it.
Entry = dict[str, Any]
Params = dict[str, Any]

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ENTRY_ID = re.compile(r"[A-Za-z0-9_-]{1,80}")
_GROUP_ID = re.compile(r"[!-~]{1,128}")
_ATTRIBUTE_NAME = re.compile(r"(?!(?i:aws|amazon)\.)[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*")
_ATTRIBUTE_NAME_LIMIT = 256
_DATA_TYPE = re.compile(r"(String|Number|Binary)(\..+)?", re.DOTALL)
_DATA_TYPE_LIMIT = 256
_RANGES = {
    "DelaySeconds": (0, 900),
    "MaxNumberOfMessages": (1, 10),
    "VisibilityTimeout": (0, 43_200),
    "WaitTimeSeconds": (0, 20),
}
_PREFIX = "AWS.SimpleQueueService."


def check(operation: str, params: Params) -> list[Entry]:
    """Return the entries of a batch that SQS would not take, and leave the others in `params`.

    Raises Refused for a request that SQS would not take at all.
    """
    if operation.endswith("Batch"):
        _check_batch(operation, params["Entries"])
        failed = list(_failed(operation, params))
        ids = {entry["Id"] for entry in failed}
        # A new list: this one is the caller's.
        params["Entries"] = [entry for entry in params["Entries"] if entry["Id"] not in ids]
        return failed
    if operation == "SendMessage":
        _check_message(params, params["QueueUrl"])
        if message_bytes(params) > LIMIT_BYTES:
            raise _invalid("One or more parameters are invalid. Reason: Message is too long.")
    elif operation in ("ReceiveMessage", "ChangeMessageVisibility"):
        _check_ranges(params)
    return []


def _failed(operation: str, params: Params) -> Iterator[Entry]:
    for entry in params["Entries"]:
        try:
            if operation == "SendMessageBatch":
                _check_message(entry, params["QueueUrl"])
            else:
                _check_ranges(entry)
        except Refused as refused:
            reason = {"Code": refused.code, "Message": refused.message}
            yield {"Id": entry["Id"], "SenderFault": True, **reason}


def _check_batch(operation: str, entries: list[Params]) -> None:
    if not entries:
        raise Refused(f"{_PREFIX}EmptyBatchRequest", "There should be at least one entry")
    if len(entries) > ENTRIES_LIMIT:
        raise Refused(f"{_PREFIX}TooManyEntriesInBatchRequest", "Maximum number of entries is 10")
    ids = [entry["Id"] for entry in entries]
    if not all(map(_ENTRY_ID.fullmatch, ids)):
        raise Refused(
            f"{_PREFIX}InvalidBatchEntryId", "A batch entry id has 1 to 80 of A-Za-z0-9-_"
        )
    if len(set(ids)) != len(ids):
        raise Refused(f"{_PREFIX}BatchEntryIdsNotDistinct", "Two entries have the same id")
    if operation == "SendMessageBatch" and sum(map(message_bytes, entries)) > LIMIT_BYTES:
        raise Refused(f"{_PREFIX}BatchRequestTooLong", "Batch requests have 1048576 bytes at most")


def message_bytes(message: Mapping[str, Any]) -> int:
    """Return the size of a message: its body, and names, types and values of its attributes."""
    size_bytes = len(_encoded(message.get("MessageBody", "")))
    for name, attribute in (message.get("MessageAttributes") or {}).items():
        size_bytes += len(name.encode()) + len(attribute.get("DataType", "").encode())
        size_bytes += sum(
            len(_encoded(attribute.get(field, ""))) for field in ("StringValue", "BinaryValue")
        )
    return size_bytes


def _encoded(content: str | bytes) -> bytes:
    # A lone surrogate, which is refused for itself, has no encoding.
    return content.encode(errors="surrogatepass") if isinstance(content, str) else content


def _check_message(message: Params, url: str) -> None:
    if not message.get("MessageBody"):
        raise Refused("MissingParameter", "The request must contain the parameter MessageBody.")
    _check_text(message["MessageBody"])
    _check_attributes(message.get("MessageAttributes") or {})
    _check_ranges(message)
    group = message.get("MessageGroupId")
    if group is not None and not _GROUP_ID.fullmatch(group):
        raise _invalid(
            "MessageGroupId can only include alphanumeric and punctuation characters. "
            "1 to 128 in length."
        )
    if "MessageDeduplicationId" in message and not url.endswith(".fifo"):
        raise _invalid("The request include parameter that is not valid for this queue type")


def _check_text(text: str) -> None:
    # Printable ASCII, as bodies mostly are, is told much faster than by looking for the rest.
    if (not text.isascii() or not text.isprintable()) and _FORBIDDEN.search(text):
        raise Refused("InvalidMessageContents", "Invalid characters were found in the message")


def _check_attributes(attributes: Mapping[str, Params]) -> None:
    if len(attributes) > ATTRIBUTES_LIMIT:
        raise _invalid(
            f"Number of message attributes [{len(attributes)}] exceeds the maximum [10]."
        )
    for name, attribute in attributes.items():
        if len(name) > _ATTRIBUTE_NAME_LIMIT or not _ATTRIBUTE_NAME.fullmatch(name):
            raise _invalid("A message attribute's name is invalid")
        kind = attribute.get("DataType") or ""
        if len(kind) > _DATA_TYPE_LIMIT or not _DATA_TYPE.fullmatch(kind):
            raise _invalid(f"The message attribute '{name}' has an invalid message attribute type")
        content = attribute.get("BinaryValue" if kind.startswith("Binary") else "StringValue")
        if not content:
            raise _invalid(f"The message attribute '{name}' must contain a non-empty value")
        if isinstance(content, str):
            _check_text(content)


def _check_ranges(params: Params) -> None:
    for name, (least, most) in _RANGES.items():
        value = params.get(name)
        if value is not None and not least <= value <= most:
            raise _invalid(
                f"Value {value} for parameter {name} is invalid. "
                f"Reason: Must be between {least} and {most}, if provided."
            )


def _invalid(message: str) -> Refused:
    return Refused("InvalidParameterValue", message)
