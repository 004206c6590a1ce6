"""Signing secrets that stand in the file: they are stored with the configuration."""

from collections.abc import Mapping

from tocsin.configuration.models import Document
from tocsin.configuration.problems import Problem, path_of
from tocsin.configuration.yamltree import read

_MESSAGE = (
    "the secret is stored with the configuration; keep it in Secrets Manager as "
    "tocsin/{tenant}/NAME and name it here with `secret`"
)


def plain_secrets(
    document: Document, text: str, filename: str, environ: Mapping[str, str]
) -> list[Problem]:
    """Return a problem for each signing secret that is given by its value."""
    tree = read(text, filename, environ)
    locations = [
        ("tenants", tenant, "signatures", index, "secrets", position, "value")
        for tenant, block in document.tenants.items()
        for index, signature in enumerate(block.signatures)
        for position, secret in enumerate(signature.secrets)
        if secret.value is not None
    ]
    return [
        Problem(filename, tree.line(at), path_of(at), _MESSAGE.format(tenant=at[1]))
        for at in locations
    ]
