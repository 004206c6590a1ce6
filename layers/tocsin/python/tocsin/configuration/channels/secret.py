"""Secrets of receivers in `tocsin.yaml`: where they are kept, and only their own tenant's."""

import re
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, WithJsonSchema, model_validator

from tocsin.configuration.block import Block
from tocsin.configuration.fields import wrong
from tocsin.configuration.signing import MASK, SecretValue
from tocsin.domain.secret import Secret

_PREFIX = "tocsin/"
# What both services take in a name. No part is `.` or `..`: nobody must wonder where it leads.
_PART = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}"
_NAME = re.compile(rf"{_PART}(/{_PART}){{0,7}}")


def _name(text: str) -> str:
    if text.lstrip("/").startswith(_PREFIX):
        raise wrong("name it without tocsin/TENANT/ before it: it is always of this tenant")
    if len(text) > 256 or _NAME.fullmatch(text) is None:
        raise wrong("a name is up to 256 of a-z, A-Z, 0-9, _, . and -, in up to 8 parts with /")
    return text


KeptName = Annotated[
    str, AfterValidator(_name), WithJsonSchema({"type": "string", "x-kind": "name"})
]


class SecretReference(Block):
    """A secret: where it is kept, or, for the local cloud, itself."""

    secret: KeptName | None = Field(
        default=None,
        description="`NAME` of a secret in Secrets Manager that is called `tocsin/TENANT/NAME`; "
        "changes there count within 5 minutes.",
    )
    parameter: KeptName | None = Field(
        default=None,
        description="`NAME` of a parameter of SSM that is called `/tocsin/TENANT/NAME`.",
    )
    value: SecretValue | None = Field(
        default=None,
        description="The secret itself, for the local cloud; it is stored with the configuration.",
    )
    field: str = Field(
        default="",
        max_length=256,
        description="Which field to take, where what is kept is a JSON object.",
    )

    @model_validator(mode="after")
    def _has_one(self) -> Self:
        given = [each for each in (self.secret, self.parameter, self.value) if each is not None]
        if len(given) != 1:
            raise wrong("a secret has exactly one of secret, parameter and value")
        if self.field and self.value is not None:
            raise wrong("field is for what is kept elsewhere; give the value alone")
        return self

    def of(self, tenant: str) -> Secret:
        """Return the reference as the pipeline uses it; it leads to nothing of another tenant."""
        if self.secret is not None:
            return Secret(name=f"{_PREFIX}{tenant}/{self.secret}", field=self.field)
        if self.parameter is not None:
            return Secret(parameter=f"/{_PREFIX}{tenant}/{self.parameter}", field=self.field)
        assert self.value is not None, "the model has exactly one of them"
        return Secret(value=self.value.get_secret_value())


def shown_secret(secret: Secret) -> dict[str, Any]:
    """Return a reference in the words of `tocsin.yaml`; a value is masked."""
    shown = {"field": secret.field} if secret.field else {}
    if secret.name:
        return {"secret": secret.name.split("/", 2)[2], **shown}
    if secret.parameter:
        return {"parameter": secret.parameter.split("/", 3)[3], **shown}
    return {"value": MASK}
