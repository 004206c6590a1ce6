"""Secrets that stand in the file: they are stored with the configuration."""

from collections.abc import Iterator, Mapping

import msgspec
from pydantic import BaseModel

from tocsin.configuration.channels.secret import SecretReference
from tocsin.configuration.models import Document, Tenant
from tocsin.configuration.problems import Location, Problem, path_of
from tocsin.configuration.yamltree import read
from tocsin.domain.secret import Secret

_MESSAGE = (
    "the secret is stored with the configuration; keep it in Secrets Manager as "
    "tocsin/{tenant}/NAME and name it here with `secret`"
)

_OF_ALERTMANAGER = (
    "the secrets of receivers in this file are stored with the configuration: those of {names}; "
    "`tocsin config import` writes it as a tocsin.yaml that names them instead"
)


def plain_secrets(
    document: Document, text: str, filename: str, environ: Mapping[str, str]
) -> list[Problem]:
    """Return a problem for each secret of a sender or a receiver that is given by its value.

    For all of an Alertmanager's file there is one.
    """
    tree = read(text, filename, environ)
    found = [
        Problem(filename, tree.line(at), path_of(at), _MESSAGE.format(tenant=tenant))
        for tenant, block in document.tenants.items()
        for at in (
            ("tenants", tenant, *location)
            for find in (_of_senders, _of_receivers)
            for location in find(block)
        )
    ]
    for tenant, block in document.tenants.items():
        names = _taken(block)
        if names:
            at = ("tenants", tenant, "alertmanager")
            message = _OF_ALERTMANAGER.format(names=", ".join(names))
            found.append(Problem(filename, tree.line(at), path_of(at), message))
    return found


def _taken(tenant: Tenant) -> list[str]:
    """Return the receivers of an Alertmanager's file that have a secret beside an address."""
    receivers = tenant.taken.config.receivers.values() if tenant.taken else ()
    return [each.name for each in receivers if _has_value(each.settings)]


def _has_value(settings: object) -> bool:
    if isinstance(settings, Secret):
        return settings.value != ""
    fields = settings.__struct_fields__ if isinstance(settings, msgspec.Struct) else ()
    return any(_has_value(getattr(settings, name)) for name in fields)


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
