"""From the body that was received to the one that is stored, and so the one that is read.

A payload takes up to thirty times the memory of its body, so one is held at a time.
"""

from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import msgspec

from tocsin.domain.alert import Alert
from tocsin.domain.errors import InvalidInput, TooLarge
from tocsin.domain.fingerprint_rules import RuleSet, rule_for
from tocsin.domain.identity import Compiled, compiled
from tocsin.domain.redaction import Redactor, written
from tocsin.domain.storage_rules import Redaction, StorageRule, storage_rule_for
from tocsin.domain.stored_fields import without_fields
from tocsin.pipeline.envelope import FRAME_LIMIT_BYTES
from tocsin.providers.bodies import payload_of
from tocsin.providers.members import Entry, Ignored
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
    body: bytes,
    at_s: float,
    fingerprints: Sequence[RuleSet],
) -> Stored:
    """Apply the first rule for a provider, secrets first; `key` is that of the placeholders.

    `fingerprints` are all sets of rules that an alert can be known under. Raises InvalidInput
    for a body that cannot be read, or not be written anew.
    """
    payload = payload_of(source, body)
    rule = storage_rule_for(rules, source.name)
    if rule is None or not rule.rewrites:
        return Stored(body=body, payload=payload)
    if rule.redact is not None:
        body, payload = _redactor(rule.redact, key).redacted(body, payload)
        if len(body) > FRAME_LIMIT_BYTES:
            # Enrich could not read it, and placeholders can be longer than what they hide.
            raise TooLarge(f"a body may have {FRAME_LIMIT_BYTES} bytes after redaction")
    if not rule.drop_fields and not rule.keep_fields:
        return Stored(body=body, payload=payload)
    adding = _adding(fingerprints, source.name)
    before = _essences(source, payload, at_s, adding)
    if before is None:
        return Stored(body=body, payload=payload)
    payload = without_fields(payload, rule.drop_fields, rule.keep_fields)
    light = written(payload)
    if _essences(source, payload, at_s, adding) == before:
        return Stored(body=light, payload=payload)
    # Fields were taken from it, so it is read again.
    del payload
    return Stored(body=body, payload=payload_of(source, body), kept_whole=True)


def _adding(fingerprints: Sequence[RuleSet], provider: str) -> list[Compiled]:
    """Return the rules by which more than labels tells the alerts of a provider apart."""
    rules = [rule_for(each.rules, provider) for each in fingerprints]
    return [compiled(rule) for rule in dict.fromkeys(rules) if rule is not None and rule.add]


def _essences(
    source: Provider, payload: Any, at_s: float, adding: Sequence[Compiled]
) -> list[bytes] | None:
    """Return digests of what each alert is, as enrich will read it; None if nothing can be read.

    That is the alert without its texts, and its fingerprints under `adding`.
    """
    try:
        entries = source.parse(payload, at_s)
    except InvalidInput:
        return None
    return [
        blake2b(
            msgspec.json.encode(_essence(entry, payload, index, adding)), digest_size=16
        ).digest()
        for index, entry in enumerate(entries)
    ]


def _essence(entry: Entry, payload: Any, index: int, adding: Sequence[Compiled]) -> Any:
    if not isinstance(entry, Alert):
        return isinstance(entry, Ignored)
    alert = msgspec.structs.replace(entry, annotations={}, url="", value=None)
    return alert, [rule.fingerprint("", entry, payload, index) for rule in adding]


@lru_cache(maxsize=64)
def _redactor(redaction: Redaction, key: bytes) -> Redactor:
    return Redactor(redaction, key)
