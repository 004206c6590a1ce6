"""The alerts that tocsin makes itself, by rules: canonical alerts as JSON."""

from typing import Any

import msgspec

from tocsin.domain import rule
from tocsin.domain.alert import Alert
from tocsin.domain.errors import InvalidPayload
from tocsin.providers.members import Entry
from tocsin.providers.registry import Provider

# No sender can use it: there is no address of this name.
PROVIDER = rule.OWN


def parse(payload: Any, received_at_s: float) -> list[Entry]:
    """Read a list of canonical alerts. Raises InvalidPayload for anything else."""
    try:
        return list(msgspec.convert(payload, list[Alert]))
    except msgspec.ValidationError as error:
        raise InvalidPayload(f"{PROVIDER}: {error}") from error


OWN = Provider(PROVIDER, parse)
