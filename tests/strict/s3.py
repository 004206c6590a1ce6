"""What S3 refuses of keys, metadata and sizes."""

from typing import Any

from tests.strict.refusal import Refused

KEY_LIMIT_BYTES = 1024
METADATA_LIMIT_BYTES = 2048
PUT_LIMIT_BYTES = 5 * 1024**3
DELETE_LIMIT = 1000

Params = dict[str, Any]


def check(operation: str, params: Params) -> list[Any]:
    """Raise Refused for a request that S3 would not take.

    An empty key is refused as well: S3 would take the request for one about the bucket.
    """
    if "Key" in params:
        _check_key(params["Key"])
    _check_metadata(params.get("Metadata") or {})
    if operation == "PutObject" and _body_bytes(params) > PUT_LIMIT_BYTES:
        raise Refused("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size")
    if operation == "DeleteObjects":
        objects = params["Delete"]["Objects"]
        if not 1 <= len(objects) <= DELETE_LIMIT:
            raise Refused("MalformedXML", "A request deletes from 1 to 1000 objects")
        for each in objects:
            _check_key(each["Key"])
    return []


def _check_key(key: str) -> None:
    if not key:
        raise Refused("InvalidRequest", "The key is empty")
    if len(key.encode()) > KEY_LIMIT_BYTES:
        raise Refused("KeyTooLongError", "Your key is too long")


def _check_metadata(metadata: dict[str, str]) -> None:
    if sum(len(name.encode()) + len(text.encode()) for name, text in metadata.items()) > (
        METADATA_LIMIT_BYTES
    ):
        raise Refused(
            "MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size"
        )


def _body_bytes(params: Params) -> int:
    if params.get("ContentLength") is not None:
        return int(params["ContentLength"])
    body = params.get("Body", b"")
    if isinstance(body, str):
        return len(body.encode())
    if isinstance(body, bytes | bytearray):
        return len(body)
    at = body.tell()
    end: int = body.seek(0, 2)
    body.seek(at)
    return end - at
