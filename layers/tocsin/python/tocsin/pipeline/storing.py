"""From the body that was received to the one that is stored, and so the one that is read."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import msgspec
import orjson

from tocsin.domain.alert import Alert
from tocsin.domain.errors import InvalidInput
from tocsin.domain.redaction import Redactor, written
from tocsin.domain.storage_rules import Redaction, StorageRule, storage_rule_for
from tocsin.domain.stored_fields import without_fields
from tocsin.providers.bodies import payload_of
from tocsin.providers.members import Entry
from tocsin.providers.registry import Provider


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """A body as it goes on, and its payload.

    `kept_whole` says that fields were to be left out, and were not: without them the alerts
    would be others.
    """

    body: bytes
    payload: Any
    kept_whole: bool = False


def as_stored(
    rules: Sequence[StorageRule],
    key: bytes,
    source: Provider,
    received: Stored,
    at_s: float,
) -> Stored:
    """Apply the first rule for a provider, secrets first; `key` is that of the placeholders."""
    rule = storage_rule_for(rules, source.name)
    if rule is None or not rule.rewrites:
        return received
    if rule.redact is not None:
        body, payload = _redactor(rule.redact, key).redacted(received.body, received.payload)
        received = Stored(body=body, payload=payload)
    if rule.drop_fields or rule.keep_fields:
        return _lighter(rule, source, received, at_s)
    return received


def _lighter(rule: StorageRule, source: Provider, received: Stored, at_s: float) -> Stored:
    """Leave fields out, unless that would change what an alert is."""
    light = written(
        without_fields(payload_of(source, received.body), rule.drop_fields, rule.keep_fields)
    )
    try:
        # A provider's module may change what it reads, so each reads a payload of its own.
        before = source.parse(payload_of(source, received.body), at_s)
    except InvalidInput:
        return received
    try:
        after = source.parse(orjson.loads(light), at_s)
    except InvalidInput:
        after = []
    if [_essence(each) for each in before] != [_essence(each) for each in after]:
        return msgspec.structs.replace(received, kept_whole=True)
    return Stored(body=light, payload=orjson.loads(light))


def _essence(entry: Entry) -> Alert | None:
    """Return an alert without its texts; None for one that cannot be read."""
    if not isinstance(entry, Alert):
        return None
    return msgspec.structs.replace(entry, annotations={}, url="", value=None)


@lru_cache(maxsize=64)
def _redactor(redaction: Redaction, key: bytes) -> Redactor:
    return Redactor(redaction, key)
