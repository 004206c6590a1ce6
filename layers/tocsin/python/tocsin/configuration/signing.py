"""The block `signatures` of a tenant: who signs requests, and with which secrets."""

import re
from collections.abc import Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, SecretStr, WithJsonSchema, model_validator

from tocsin.configuration.block import Block
from tocsin.configuration.fields import Duration, between, wrong
from tocsin.domain import config
from tocsin.domain.duration import format_duration

MASK = "***"
# SNS keeps the time of the first attempt, and goes on for up to an hour.
_TOLERANCE_S = {"sns": 3900.0}
_DEFAULT_TOLERANCE_S = 300.0

_TOPIC = re.compile(r"arn:aws[a-z-]*:sns:[a-z0-9-]{1,32}:[0-9]{12}:[A-Za-z0-9_-]{1,256}(\.fifo)?")
_SECRET_NAME = re.compile(r"tocsin/[A-Za-z0-9_-]{1,64}/[A-Za-z0-9/_+=.@-]{1,256}")
_HEADER = re.compile(r"[A-Za-z0-9-]{1,128}")


def _topic(text: str) -> str:
    if _TOPIC.fullmatch(text) is None:
        raise wrong("not the ARN of an SNS topic")
    return text


def _secret_name(text: str) -> str:
    if _SECRET_NAME.fullmatch(text) is None:
        raise wrong("a secret of a sender is called tocsin/TENANT/NAME in Secrets Manager")
    return text


def _header(text: str) -> str:
    if _HEADER.fullmatch(text) is None:
        raise wrong("not a name of an HTTP header")
    return text.lower()


def _value(secret: SecretStr) -> SecretStr:
    text = secret.get_secret_value()
    if not 1 <= len(text) <= 4096:
        raise wrong("a secret has 1 to 4096 characters")
    return secret


Topic = Annotated[
    str,
    AfterValidator(_topic),
    WithJsonSchema({"type": "string", "x-kind": "topic ARN"}),
]
SecretName = Annotated[
    str, AfterValidator(_secret_name), WithJsonSchema({"type": "string", "x-kind": "secret's name"})
]
SecretValue = Annotated[
    SecretStr, AfterValidator(_value), WithJsonSchema({"type": "string", "x-kind": "value"})
]
Header = Annotated[
    str, AfterValidator(_header), WithJsonSchema({"type": "string", "x-kind": "header name"})
]
Tolerance = Annotated[Duration, between("10s", "1d")]


class SigningSecret(Block):
    """One secret that a sender may have signed with: where it is kept, or itself."""

    secret: SecretName | None = Field(
        default=None,
        description="Its name in Secrets Manager, `tocsin/TENANT/…`; changes there count within "
        "5 minutes.",
    )
    value: SecretValue | None = Field(
        default=None,
        description="The secret itself, for the local cloud; it is stored with the configuration.",
    )

    @model_validator(mode="after")
    def _has_one(self) -> Self:
        if (self.secret is None) == (self.value is None):
            raise wrong("a secret has exactly one of secret and value")
        return self


class Signature(Block):
    """What requests of one provider must be signed with."""

    provider: str = Field(max_length=64, description="Whose requests: the name in the address.")
    scheme: Literal["github", "grafana", "pagerduty", "sentry", "slack", "sns", "standard"] = Field(
        description="How they are signed; access.md says which senders sign how."
    )
    secrets: list[SigningSecret] = Field(
        default=[],
        max_length=5,
        description="Any of them may have signed, so that one can be replaced.",
    )
    topics: list[Topic] = Field(
        default=[],
        max_length=100,
        description="The SNS topics that may send; their subscriptions are confirmed without you.",
    )
    tolerance: Tolerance | None = Field(
        default=None,
        description="How far the signed time may be from now; `5m`, and `1h5m` for `sns`, if left "
        "out.",
    )
    required: bool = Field(
        default=True,
        description="Whether a request without a signature is refused. A wrong one always is.",
    )
    header: Header | None = Field(
        default=None, description="The header of the signature, for `github` and `grafana`."
    )
    timestamp_header: Header | None = Field(
        default=None,
        description="The header of the time, for `grafana`; `X-Grafana-Alerting-Timestamp` if left "
        "out.",
    )

    @model_validator(mode="after")
    def _fits_its_scheme(self) -> Self:
        if self.scheme == "sns":
            self._check_sns()
        elif self.topics:
            raise wrong("topics are for the scheme sns")
        elif not self.secrets:
            raise wrong("needs secrets")
        if self.header is not None and self.scheme not in ("github", "grafana"):
            raise wrong("header is for the schemes github and grafana")
        if self.timestamp_header is not None and self.scheme != "grafana":
            raise wrong("timestamp_header is for the scheme grafana")
        return self

    def _check_sns(self) -> None:
        if self.provider != "cloudwatch":
            raise wrong("the scheme sns is for the provider cloudwatch")
        if self.secrets:
            raise wrong("SNS signs with AWS's key; leave secrets out")
        if not self.topics:
            raise wrong("needs topics: anybody can have SNS sign for a topic of their own")


def to_signatures(models: Sequence[Signature]) -> tuple[config.Signature, ...]:
    """Make what the pipeline uses."""
    return tuple(
        config.Signature(
            provider=model.provider,
            scheme=model.scheme,
            secrets=tuple(_secret(secret) for secret in model.secrets),
            topics=tuple(model.topics),
            tolerance_s=model.tolerance
            if model.tolerance is not None
            else _TOLERANCE_S.get(model.scheme, _DEFAULT_TOLERANCE_S),
            required=model.required,
            header=model.header or "",
            timestamp_header=model.timestamp_header or "",
        )
        for model in models
    )


def displayed_signatures(signatures: Sequence[config.Signature]) -> list[dict[str, Any]]:
    """Return the block as people may see it, every secret masked."""
    return [_displayed(signature) for signature in signatures]


def _secret(model: SigningSecret) -> config.SigningSecret:
    if model.secret is not None:
        return config.SigningSecret(name=model.secret)
    assert model.value is not None, "the model has exactly one of them"
    return config.SigningSecret(value=model.value.get_secret_value())


def _displayed(signature: config.Signature) -> dict[str, Any]:
    shown: dict[str, Any] = {"provider": signature.provider, "scheme": signature.scheme}
    if signature.secrets:
        shown["secrets"] = [
            {"secret": one.name} if one.name else {"value": MASK} for one in signature.secrets
        ]
    if signature.topics:
        shown["topics"] = list(signature.topics)
    shown["tolerance"] = format_duration(signature.tolerance_s)
    shown["required"] = signature.required
    for name in ("header", "timestamp_header"):
        if getattr(signature, name):
            shown[name] = getattr(signature, name)
    return shown
