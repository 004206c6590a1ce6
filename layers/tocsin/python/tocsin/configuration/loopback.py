"""Receivers on the machine itself: the local cloud can reach them, a function on AWS cannot."""

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit

from tocsin.configuration.models import Document, Receiver
from tocsin.configuration.problems import Location, Problem, path_of
from tocsin.configuration.yamltree import Tree, read


def is_loopback(host: str) -> bool:
    """Return whether a host name or address means the machine that uses it."""
    if host.rstrip(".").lower() == "localhost":
        return True
    try:
        address: IPv4Address | IPv6Address = ip_address(host)
    except ValueError:
        return False
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


def loopback_receivers(
    document: Document, text: str, filename: str, environ: Mapping[str, str]
) -> list[Problem]:
    """Return a problem for each receiver of a valid document that is on loopback.

    `text` is what the document was loaded from; it says which variable gives the address.
    """
    tree = read(text, filename, environ)
    return [
        Problem(filename, tree.line(location), path_of(location), _message(name, location, tree))
        for name, location in _on_loopback(document)
    ]


def _on_loopback(document: Document) -> Iterator[tuple[str, Location]]:
    for tenant, block in document.tenants.items():
        for index, receiver in enumerate(block.receivers):
            kind, url = _address(receiver)
            if is_loopback(urlsplit(url).hostname or ""):
                yield receiver.name, ("tenants", tenant, "receivers", index, kind, "url")


def _address(receiver: Receiver) -> tuple[str, str]:
    if receiver.slack is not None:
        return "slack", receiver.slack.url.get_secret_value()
    assert receiver.webhook is not None, "the model has exactly one kind"
    return "webhook", receiver.webhook.url.get_secret_value()


def _message(name: str, location: Location, tree: Tree) -> str:
    variables = " and ".join(tree.variables.get(location, ()))
    what = f"set {variables} to" if variables else "give it"
    return (
        f"receiver {name!r} is on the machine itself, where only the local cloud can send; "
        f"{what} an https:// address that can be reached from outside"
    )
