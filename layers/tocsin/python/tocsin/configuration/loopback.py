"""Receivers on loopback: the local cloud can reach them, a function on AWS cannot."""

from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from tocsin.configuration.fields import is_loopback
from tocsin.configuration.models import Document, Receiver
from tocsin.configuration.problems import Location, Problem, path_of
from tocsin.configuration.yamltree import read


def loopback_receivers(
    document: Document, text: str, filename: str, environ: Mapping[str, str]
) -> list[Problem]:
    """Return a problem for each receiver of a document that is on loopback.

    `text` and `environ` are what the document was loaded from: they say on which line the
    address stands, and which variables give it.
    """
    tree = read(text, filename, environ)
    return [
        Problem(
            filename,
            tree.line(location),
            path_of(location),
            _message(name, host, tree.variables.get(location, ())),
        )
        for name, host, location in _on_loopback(document)
    ]


def _on_loopback(document: Document) -> Iterator[tuple[str, str, Location]]:
    for tenant, block in document.tenants.items():
        for index, receiver in enumerate(block.receivers):
            kind, url = _address(receiver)
            host = urlsplit(url).hostname or ""
            if is_loopback(host):
                yield receiver.name, host, ("tenants", tenant, "receivers", index, kind, "url")


def _address(receiver: Receiver) -> tuple[str, str]:
    if receiver.slack is not None:
        return "slack", receiver.slack.url.get_secret_value()
    assert receiver.webhook is not None, "the model has exactly one kind"
    return "webhook", receiver.webhook.url.get_secret_value()


def _message(name: str, host: str, variables: tuple[str, ...]) -> str:
    what = f"set {' and '.join(variables)} to" if variables else "give it"
    return (
        f"receiver {name!r} is at {host}, which only the local cloud can reach; "
        f"{what} a public https:// address"
    )
