"""From the body that was received to the one that is stored, and so the one that is read."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import msgspec
import orjson

from tocsin.domain.alert import Alert
from tocsin.domain.errors import InvalidAlert, InvalidInput
from tocsin.domain.fingerprint_rules import RuleSet, rule_for
from tocsin.domain.identity import Compiled, compiled
from tocsin.domain.redaction import Redactor, written
from tocsin.domain.storage_rules import Redaction, StorageRule, storage_rule_for
from tocsin.domain.stored_fields import without_fields
from tocsin.providers.bodies import payload_of
from tocsin.providers.members import Ignored
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
    fingerprints: Sequence[RuleSet],
) -> Stored:
    """Apply the first rule for a provider, secrets first; `key` is that of the placeholders.

    `fingerprints` are all sets of rules that an alert can be known under.
    """
    rule = storage_rule_for(rules, source.name)
    if rule is None or not rule.rewrites:
        return received
    if rule.redact is not None:
        body, payload = _redactor(rule.redact, key).redacted(received.body, received.payload)
        received = Stored(body=body, payload=payload)
    if rule.drop_fields or rule.keep_fields:
        return _lighter(rule, source, received, at_s, _adding(fingerprints, source.name))
    return received


def _lighter(
    rule: StorageRule,
    source: Provider,
    received: Stored,
    at_s: float,
    adding: Sequence[Compiled],
) -> Stored:
    """Leave fields out, unless that would change what an alert is."""
    light = written(
        without_fields(payload_of(source, received.body), rule.drop_fields, rule.keep_fields)
    )
    try:
        # A provider's module may change what it reads, so each reads a payload of its own.
        before = _essences(source, payload_of(source, received.body), at_s, adding)
    except InvalidInput:
        return received
    try:
        after = _essences(source, orjson.loads(light), at_s, adding)
    except InvalidInput:
        after = []
    if before != after:
        return msgspec.structs.replace(received, kept_whole=True)
    return Stored(body=light, payload=orjson.loads(light))


def _adding(fingerprints: Sequence[RuleSet], provider: str) -> list[Compiled]:
    """Return the rules by which more than labels tells the alerts of a provider apart."""
    rules = [rule_for(each.rules, provider) for each in fingerprints]
    return [compiled(rule) for rule in dict.fromkeys(rules) if rule is not None and rule.add]


_Essence = tuple[Alert, tuple[str, ...]] | Ignored | None


def _essences(
    source: Provider, payload: Any, at_s: float, adding: Sequence[Compiled]
) -> list[_Essence]:
    """Return what each alert of a payload is, as enrich will read it; None for an unreadable one.

    That is the alert without its texts, and its fingerprints under `adding`. Raises InvalidInput.
    """
    found: list[_Essence] = []
    for index, entry in enumerate(source.parse(payload, at_s)):
        if isinstance(entry, Alert):
            alert = msgspec.structs.replace(entry, annotations={}, url="", value=None)
            names = tuple(rule.fingerprint("", entry, payload, index) for rule in adding)
            found.append((alert, names))
        else:
            found.append(None if isinstance(entry, InvalidAlert) else entry)
    return found


@lru_cache(maxsize=64)
def _redactor(redaction: Redaction, key: bytes) -> Redactor:
    return Redactor(redaction, key)
