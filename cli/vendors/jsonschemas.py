"""What vendors document of the bodies that they take, as JSON schemas written here."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import orjson
from jsonschema import Draft202012Validator

_FOLDER = Path(__file__).parent / "schemas"
# What tocsin itself documents of the webhooks that it sends.
_OWN = {"notification": Path(__file__).parents[2] / "docs/notification.schema.json"}
_TEXT_LIMIT = 200


@cache
def _validator(name: str) -> Draft202012Validator:
    path = _OWN.get(name, _FOLDER / f"{name}.json")
    return Draft202012Validator(orjson.loads(path.read_bytes()))


def checked(name: str, body: bytes) -> Any:
    """Return a body as it is read, once it is what the vendor takes.

    Raises jsonschema.ValidationError if it is not, and ValueError if it is no JSON.
    """
    value = orjson.loads(body)
    _validator(name).validate(value)
    return value


def faults(name: str, body: bytes) -> Iterator[str]:
    """Yield in which ways a body is not what the vendor takes."""
    try:
        value = orjson.loads(body)
    except ValueError:
        yield "not JSON"
        return
    for error in _validator(name).iter_errors(value):
        yield f"{error.json_path}: {error.message}"[:_TEXT_LIMIT]
