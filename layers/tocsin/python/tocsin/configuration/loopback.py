"""Receivers and sources on loopback: the local cloud can reach them, a function on AWS cannot."""

from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlsplit

import msgspec

from tocsin.configuration.fields import is_loopback
from tocsin.configuration.models import Document
from tocsin.configuration.problems import Location, Problem, path_of
from tocsin.configuration.yamltree import read
from tocsin.domain.channels import Apprise, Email, Opsgenie, PagerDuty, SlackApp, Teams
from tocsin.domain.config import Receiver

# A warning names so many; `config apply` to a stack on AWS lists all.
_NAMED = 5


class LoopbackReceiver(msgspec.Struct, frozen=True):
    """A receiver or a source on loopback: where its address stands, which variables give it."""

    name: str
    host: str
    file: str
    line: int
    path: str
    variables: tuple[str, ...]
    kind: str = "receiver"

    @property
    def problem(self) -> Problem:
        """What is wrong with it for a stack on AWS."""
        what = f"{self._setting} to" if self.variables else "give it"
        wanted = "mail server" if self.path.endswith(".smtp") else "https:// address"
        message = (
            f"{self.kind} {self.name!r} is at {self.host}, which only the local cloud can reach; "
            f"{what} a public {wanted}"
        )
        return Problem(self.file, self.line, self.path, message)

    @property
    def brief(self) -> str:
        """Its name, where it stands and what to set."""
        setting = f", {self._setting}" if self.variables else ""
        return f"{self.name} ({self.file}:{self.line}{setting})"

    @property
    def _setting(self) -> str:
        return f"set {' and '.join(self.variables)}"


def loopback_receivers(
    document: Document, text: str, filename: str, environ: Mapping[str, str]
) -> list[LoopbackReceiver]:
    """Return each receiver and each source of a document that is on loopback.

    `text` and `environ` are what the document was loaded from: they say on which line the
    address stands, and which variables give it.
    """
    tree = read(text, filename, environ)
    return [
        LoopbackReceiver(
            name,
            host,
            filename,
            tree.line(location),
            path_of(location),
            tuple(tree.variables.get(location, ())),
            kind,
        )
        for kind, on_loopback in (("receiver", _receivers), ("source", _sources))
        for name, host, location in on_loopback(document)
    ]


def loopback_warning(receivers: Sequence[LoopbackReceiver]) -> str:
    """Say of all of them at once that a stack on AWS could not reach them."""
    named = [receiver.brief for receiver in receivers[:_NAMED]]
    if len(receivers) > _NAMED:
        named.append(f"{len(receivers) - _NAMED} more")
    return (
        f"only the local cloud can reach {', '.join(named)}; "
        "a stack on AWS needs public https:// addresses"
    )


def _receivers(document: Document) -> Iterator[tuple[str, str, Location]]:
    for tenant, block in document.tenants.items():
        for index, receiver in enumerate(block.receivers):
            kind, channel = receiver.channel
            for field, url in channel.urls().items():
                host = urlsplit(url).hostname or ""
                if is_loopback(host):
                    yield receiver.name, host, ("tenants", tenant, "receivers", index, kind, field)
        taken = block.taken.config.receivers.values() if block.taken else ()
        for made in taken:
            host = _host_of(made)
            if is_loopback(host):
                yield made.name, host, ("tenants", tenant, "alertmanager")


def _host_of(receiver: Receiver) -> str:
    """Return the host that a receiver of an Alertmanager's file names; "" if it names none."""
    settings, url = receiver.settings, receiver.url
    if isinstance(settings, Email):
        return settings.smtp.host if settings.smtp else ""
    if isinstance(settings, SlackApp):
        url = settings.api_url
    elif isinstance(settings, PagerDuty | Opsgenie):
        url = settings.url
    elif isinstance(settings, Teams | Apprise):
        url = settings.url.value
    return urlsplit(url).hostname or ""


def _sources(document: Document) -> Iterator[tuple[str, str, Location]]:
    for tenant, block in document.tenants.items():
        for index, source in enumerate(block.sources):
            url = source.prometheus.url.get_secret_value() if source.prometheus else ""
            host = urlsplit(url).hostname or ""
            if is_loopback(host):
                location = ("tenants", tenant, "sources", index, "prometheus", "url")
                yield source.name, host, location
