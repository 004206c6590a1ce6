"""Secrets that stand in the file: they are stored with the configuration."""

from collections.abc import Iterator, Mapping

from pydantic import BaseModel

from tocsin.configuration.channels.secret import SecretReference
from tocsin.configuration.models import Document, Tenant
from tocsin.configuration.problems import Location, Problem, path_of
from tocsin.configuration.yamltree import read

_MESSAGE = (
    "the secret is stored with the configuration; keep it in Secrets Manager as "
    "tocsin/{tenant}/NAME and name it here with `secret`"
)


def plain_secrets(
    document: Document, text: str, filename: str, environ: Mapping[str, str]
) -> list[Problem]:
    """Return a problem for each secret of a sender or a receiver that is given by its value."""
    tree = read(text, filename, environ)
    return [
        Problem(filename, tree.line(at), path_of(at), _MESSAGE.format(tenant=tenant))
        for tenant, block in document.tenants.items()
        for at in (
            ("tenants", tenant, *location)
            for find in (_of_senders, _of_receivers)
            for location in find(block)
        )
    ]


def _of_senders(tenant: Tenant) -> Iterator[Location]:
    for index, signature in enumerate(tenant.signatures):
        for position, secret in enumerate(signature.secrets):
            if secret.value is not None:
                yield "signatures", index, "secrets", position, "value"


def _of_receivers(tenant: Tenant) -> Iterator[Location]:
    for index, receiver in enumerate(tenant.receivers):
        kind, channel = receiver.channel
        yield from _values(channel, ("receivers", index, kind))


def _values(value: object, at: Location) -> Iterator[Location]:
    """Yield where secrets are given by their value in a block, however deep."""
    if isinstance(value, SecretReference):
        if value.value is not None:
            yield (*at, "value")
    elif isinstance(value, BaseModel):
        for name, field in type(value).model_fields.items():
            yield from _values(getattr(value, name), (*at, field.alias or name))
    elif isinstance(value, list | tuple):
        for index, each in enumerate(value):
            yield from _values(each, (*at, index))
