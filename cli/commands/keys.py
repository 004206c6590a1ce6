"""`tocsin keys`: create, list and revoke API keys."""

import time
from datetime import UTC, datetime

import click
import msgspec

from cli.target import Target, with_target
from tocsin.domain.apikey import SCOPES
from tocsin.ports import ApiKey


@click.group()
def command() -> None:
    """Create, list and revoke API keys."""


@command.command()
@click.option("--tenant", required=True, help="Whose key it will be.")
@click.option("--name", default="", help="What lists call it.  [default: its id]")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    default=["ingest"],
    show_default=True,
    type=click.Choice(SCOPES),
    help="What it may do; can be given twice.",
)
@with_target
def create(tenant: str, name: str, scopes: tuple[str, ...], target: Target) -> None:
    """Create a key and print it: the only time that it is shown."""
    if target.configs.current(tenant) is None:
        raise click.ClickException(
            f"tenant {tenant} has no configuration; add it to tocsin.yaml, then `config apply`"
        )
    issued = target.issue(tenant, name, dict.fromkeys(scopes))
    click.echo(f"key {issued.key.name} ({issued.key.id}); it cannot be shown again:", err=True)
    click.echo(issued.text)


@command.command(name="list")
@click.option("--tenant", help="Only this tenant's keys.")
@with_target
def list_keys(tenant: str | None, target: Target) -> None:
    """List keys; secrets are not stored, so none is shown."""
    for name in [tenant] if tenant else sorted(target.configs.tenants()):
        for key in sorted(target.keys.all(name), key=lambda key: key.created_at_s):
            click.echo(_line(key))


@command.command()
@click.argument("key_id", metavar="ID")
@with_target
def revoke(key_id: str, target: Target) -> None:
    """Refuse the key with this ID from now on."""
    key = target.keys.find(key_id)
    if key is None:
        raise click.ClickException(f"there is no key {key_id}; see `keys list`")
    if key.revoked_at_s is None:
        target.keys.put(msgspec.structs.replace(key, revoked_at_s=time.time()))
    click.echo(
        f"{key.tenant}: key {key.name} ({key.id}) is revoked; it may work for another minute"
    )


def _line(key: ApiKey) -> str:
    state = "live" if key.revoked_at_s is None else f"revoked {_date(key.revoked_at_s)}"
    scopes = ",".join(key.scopes)
    created = _date(key.created_at_s)
    return f"{key.id}  {key.tenant}  {key.name}  {scopes}  created {created}  {state}"


def _date(at_s: float) -> str:
    return datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
