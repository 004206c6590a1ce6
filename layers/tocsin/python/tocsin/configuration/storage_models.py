"""The shape of the storage rules in `tocsin.yaml`."""

from pydantic import Field

from tocsin.configuration.block import Block
from tocsin.configuration.fields import JsonPath, KeepPercent, Pattern, ProviderName
from tocsin.domain.storage_rules import RedactionKind


class Redaction(Block):
    """What is replaced by a placeholder before anything is stored."""

    kinds: list[RedactionKind] = Field(
        default=["aws-key", "slack-token", "jwt", "private-key", "card"],
        max_length=20,
        description="Secrets and personal data that are known by their looks; see storage.md.",
    )
    fields: list[JsonPath] = Field(
        default=[],
        max_length=100,
        description="Paths into the body whose values are secret: `alerts[*].annotations.query`.",
    )
    patterns: list[Pattern] = Field(
        default=[], max_length=20, description="RE2 patterns of texts that are secret."
    )


class StorageRule(Block):
    """How request bodies are stored; see storage.md."""

    provider: ProviderName | None = Field(
        default=None,
        description="Whose bodies; the first rule for a provider counts. All if left out.",
    )
    keep: KeepPercent = Field(
        default="all",
        validate_default=True,
        description="Which bodies the archive keeps: `all`, `none`, or a share: `sample 10%`.",
    )
    drop_fields: list[JsonPath] = Field(
        default=[], max_length=100, description="Paths into the body to leave out."
    )
    keep_fields: list[JsonPath] = Field(
        default=[],
        max_length=100,
        description="The only paths into the body to keep; all if empty.",
    )
    redact: Redaction | None = Field(
        default=None, description="What is replaced by a placeholder before anything is stored."
    )
