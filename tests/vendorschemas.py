"""What vendors document of the bodies that they take, as JSON schemas written for these tests."""

from functools import cache
from pathlib import Path
from typing import Any

import orjson
from jsonschema import Draft202012Validator

_FOLDER = Path(__file__).parent / "contract/schemas"


@cache
def _validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(orjson.loads((_FOLDER / f"{name}.json").read_bytes()))


def checked(name: str, body: bytes) -> Any:
    """Return a body as it is read, once it is what the vendor takes."""
    value = orjson.loads(body)
    _validator(name).validate(value)
    return value
