"""`tocsin normalize`: shows how a payload is read, without sending anything."""

import sys
import time
from pathlib import Path

import click
import orjson

from cli.configuration_file import ConfigurationFile
from cli.samples import samples
from tocsin.configuration.conversion import to_tenant_config
from tocsin.domain.alert import Alert
from tocsin.domain.errors import InvalidAlert, InvalidInput
from tocsin.domain.fingerprint import fingerprint
from tocsin.domain.wire import canonical
from tocsin.providers.bodies import payload_of
from tocsin.providers.mapped import default_mapping, mapped_provider
from tocsin.providers.members import Entry, Ignored
from tocsin.providers.reading import moment
from tocsin.providers.registry import NAMES, Provider, provider

SOME_UNREADABLE = 1
NOT_UNDERSTOOD = 2

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("normalize")
@click.option("--provider", "name", type=click.Choice(NAMES), help="Whose payload.")
@click.option("--config", "file", type=_FILE, help="Read with a mapping of this tocsin.yaml.")
@click.option("--mapping", help="Which mapping.  [default: the tenant's default]")
@click.option("--tenant", default="default", show_default=True, help="Part of the fingerprint.")
@click.option("--at", help="The time of receipt, RFC 3339 or epoch seconds. [default: now]")
@click.option("--all-samples", is_flag=True, help="Read events/providers instead; one line each.")
def command(
    name: str | None,
    file: Path | None,
    mapping: str | None,
    tenant: str,
    at: str | None,
    all_samples: bool,
) -> None:
    """Print the canonical alerts of a payload on standard input, one JSON line each.

    Alerts that cannot be read are named on standard error by index and path. Exits with 1 if
    there is one, and with 2 if the payload as a whole is not understood.
    """
    received_at_s = _received_at_s(at)
    if all_samples:
        sys.exit(_read_samples(received_at_s))
    source = _source(name, file, mapping, tenant)
    entries = _entries(source, sys.stdin.buffer.read(), received_at_s)
    if entries is None:
        sys.exit(NOT_UNDERSTOOD)
    for index, entry in enumerate(entries):
        _show(index, entry, tenant, received_at_s)
    if any(isinstance(entry, InvalidAlert) for entry in entries):
        sys.exit(SOME_UNREADABLE)


def _source(name: str | None, file: Path | None, mapping: str | None, tenant: str) -> Provider:
    if (name is None) == (file is None):
        raise click.UsageError("give --provider, or --config with --tenant and --mapping")
    if name is not None:
        return provider(name)
    assert file is not None
    model = ConfigurationFile(file).document.tenants.get(tenant)
    if model is None:
        raise click.BadParameter(f"{file} has no tenant {tenant!r}", param_hint="--tenant")
    config = to_tenant_config(tenant, model, 1)
    wanted = mapping or default_mapping(config)
    found = mapped_provider(config, wanted) if wanted else None
    if found is None:
        names = ", ".join(each.name for each in config.mappings) or "none"
        raise click.BadParameter(f"the mappings of {tenant} are: {names}", param_hint="--mapping")
    return found


def _received_at_s(at: str | None) -> float:
    if at is None:
        return time.time()
    try:
        at_s = moment(at, "--at")
    except InvalidInput as error:
        raise click.BadParameter(error.message, param_hint="--at") from error
    if at_s is None:
        raise click.BadParameter("not a time", param_hint="--at")
    return at_s


def _entries(source: Provider, body: bytes, received_at_s: float) -> list[Entry] | None:
    """Read a body; None, and a line on standard error, if it is not understood."""
    try:
        return source.parse(payload_of(source, body), received_at_s)
    except InvalidInput as error:
        click.echo(error.message, err=True)
        return None


def _show(index: int, entry: Entry, tenant: str, received_at_s: float) -> None:
    if isinstance(entry, InvalidAlert):
        click.echo(f"{index}: {entry.path}: {entry.message}", err=True)
        return
    if isinstance(entry, Ignored):
        return
    line = canonical(entry, fingerprint(tenant, entry.labels), received_at_s)
    click.echo(orjson.dumps(line))


def _read_samples(received_at_s: float) -> int:
    """Print a line for each sample; return what to exit with."""
    is_right = True
    for sample in samples():
        entries = _entries(provider(sample.provider), sample.body, received_at_s)
        unread = [entry for entry in entries or () if isinstance(entry, InvalidAlert)]
        is_right = is_right and entries is not None and not unread
        said = ", ".join(map(_summary, entries or ())) or "no alert"
        click.echo(f"{sample.name}: {said}")
    return 0 if is_right else SOME_UNREADABLE


def _summary(entry: Entry) -> str:
    if isinstance(entry, Alert):
        return f"{entry.status} {entry.severity} {entry.name}"
    if isinstance(entry, Ignored):
        return "ignored"
    return f"{entry.path}: {entry.message}"
