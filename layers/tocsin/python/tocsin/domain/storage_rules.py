"""Storage rules: which request bodies are kept in the archive, and what of them is stored."""

from collections.abc import Iterable
from hashlib import blake2b
from typing import Literal, get_args

import msgspec

# Kinds that let somebody in, and kinds that tell of a person.
SecretRedaction = Literal[
    "aws-key",
    "slack-token",
    "jwt",
    "private-key",
    "github-token",
    "gitlab-token",
    "grafana-token",
    "stripe-key",
    "google-key",
    "webhook-url",
    "authorization",
    "url-secret",
    "credential",
]
PersonalRedaction = Literal["iban", "card", "email"]
RedactionKind = Literal[SecretRedaction, PersonalRedaction]

REDACTION_KINDS: tuple[RedactionKind, ...] = get_args(RedactionKind)
SECRET_REDACTIONS: tuple[SecretRedaction, ...] = get_args(SecretRedaction)

_PARTS = 1_000_000


class Redaction(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What must never be stored: kinds of secrets, RE2 patterns, and paths into the body."""

    kinds: tuple[RedactionKind, ...] = ()
    patterns: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()


class StorageRule(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How the bodies of one provider are stored, or those of all where `provider` is empty.

    `keep_percent` of them are archived. `drop_fields` and `keep_fields` are paths; an empty
    `keep_fields` keeps all.
    """

    provider: str = ""
    keep_percent: float = 100.0
    drop_fields: tuple[str, ...] = ()
    keep_fields: tuple[str, ...] = ()
    redact: Redaction | None = None

    @property
    def rewrites(self) -> bool:
        """Whether a body may be stored otherwise than it was received."""
        return bool(self.drop_fields or self.keep_fields or self.redact)


def storage_rule_for(rules: Iterable[StorageRule], provider: str) -> StorageRule | None:
    """Return the first rule for a provider, if there is one."""
    return next((rule for rule in rules if rule.provider in ("", provider)), None)


def is_archived(rule: StorageRule | None, request_id: str) -> bool:
    """Tell whether the body of a request is archived: the same in every delivery of it."""
    if rule is None or rule.keep_percent >= 100.0:
        return True
    digest = blake2b(request_id.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % _PARTS < rule.keep_percent / 100.0 * _PARTS
