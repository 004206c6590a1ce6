"""`tocsin keys`: create, list, rotate and revoke API keys."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime

import click
from msgspec.structs import replace

from cli.target import Target, with_target
from tocsin.configuration.application import IssuedKey
from tocsin.domain.apikey import SCOPES
from tocsin.domain.duration import parse_duration
from tocsin.ports import ApiKey

_LIVE_LIMIT = 2
TENANT = click.option("--tenant", required=True, help="Whose key it is.")


def _duration(_: click.Context, __: click.Parameter, value: str | None) -> float | None:
    if value is None:
        return None
    try:
        return parse_duration(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


@click.group()
def command() -> None:
    """Create, list, rotate and revoke API keys.

    A key belongs to one tenant and is shown once, when it is made. To replace one without a gap:
    `rotate` makes a second key of the same name, the sender gets it, and `list` shows when each
    was last used; `revoke` ends the old one when nobody uses it any more.
    """


@command.command()
@TENANT
@click.option("--name", default="", help="What lists call it.  [default: its id]")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    default=["ingest"],
    show_default=True,
    type=click.Choice(SCOPES),
    help="What it may do; can be given several times.",
)
@click.option(
    "--expires",
    "lives_s",
    callback=_duration,
    metavar="DURATION",
    help="End by itself after so long, such as 90d.  [default: never]",
)
@with_target
def create(
    tenant: str, name: str, scopes: tuple[str, ...], lives_s: float | None, target: Target
) -> None:
    """Create a key and print it: the only time that it is shown.

    Give each sender a key of its own, so that one can be replaced without the others. A sender
    whose key has expired is refused: its alerts are lost if it does not keep them.
    """
    if target.configs.current(tenant) is None:
        raise click.ClickException(
            f"tenant {tenant} has no configuration; add it to tocsin.yaml, then `config apply`"
        )
    if name and _live(target, tenant, name):
        raise click.ClickException(f"{tenant} has a key {name}; replace it with `keys rotate`")
    _show(target.issue(tenant, name, dict.fromkeys(scopes), lives_s))


@command.command(name="list")
@click.option("--tenant", help="Only this tenant's keys.")
@with_target
def list_keys(tenant: str | None, target: Target) -> None:
    """List keys: what they may do, whether they work, and when they were last used.

    The last use is known to the hour. Secrets are not stored, so none is shown.
    """
    now_s = time.time()
    for name in [tenant] if tenant else sorted(target.configs.tenants()):
        keys = sorted(target.keys.all(name), key=lambda key: key.created_at_s)
        stamps = target.seen.stamps(name) if keys else {}
        for key in keys:
            click.echo(_line(key, stamps.get(key.id), now_s))


@command.command()
@click.argument("name", metavar="NAME")
@TENANT
@click.option(
    "--overlap",
    "overlap_s",
    callback=_duration,
    metavar="DURATION",
    help="Let the old key end by itself after so long, such as 7d.  [default: until revoked]",
)
@with_target
def rotate(name: str, tenant: str, overlap_s: float | None, target: Target) -> None:
    """Make a second key called NAME, with the scopes of the first, which goes on working.

    There are two at most. An old key that would have expired hands on how long keys live.
    """
    live = _live(target, tenant, name)
    if not live:
        raise click.ClickException(f"{tenant} has no live key {name}; see `keys list`")
    if len(live) >= _LIVE_LIMIT:
        ids = " or ".join(key.id for key in live)
        raise click.ClickException(f"{name} has two live keys already; revoke {ids} first")
    (old,) = live
    lives_s = None if old.expires_at_s is None else old.expires_at_s - old.created_at_s
    _show(target.issue(tenant, name, old.scopes, lives_s))
    if overlap_s is not None:
        old = replace(old, expires_at_s=min(time.time() + overlap_s, old.expires_at_s or 1e12))
        target.keys.put(old)
    until = (
        "until you revoke it" if old.expires_at_s is None else f"until {_date(old.expires_at_s)}"
    )
    click.echo(f"the old key {old.id} works {until}: tocsin keys revoke {old.id}", err=True)


@command.command()
@click.argument("key_id", metavar="ID")
@with_target
def revoke(key_id: str, target: Target) -> None:
    """Refuse the key with this ID from now on; every function has heard of it within a minute."""
    key = target.keys.find(key_id)
    if key is None:
        raise click.ClickException(f"there is no key {key_id}; see `keys list`")
    if key.revoked_at_s is None:
        target.keys.put(replace(key, revoked_at_s=time.time()))
    click.echo(
        f"{key.tenant}: key {key.name} ({key.id}) is revoked; it may work for another minute"
    )


def _live(target: Target, tenant: str, name: str) -> Sequence[ApiKey]:
    now_s = time.time()
    return [key for key in target.keys.all(tenant) if key.name == name and key.is_live(now_s)]


def _show(issued: IssuedKey) -> None:
    ends = "" if issued.key.expires_at_s is None else f", until {_date(issued.key.expires_at_s)}"
    click.echo(
        f"key {issued.key.name} ({issued.key.id}){ends}; it cannot be shown again:", err=True
    )
    click.echo(issued.text)


def _line(key: ApiKey, used_at_s: float | None, now_s: float) -> str:
    used = "never used" if used_at_s is None else f"used {_date(used_at_s)}"
    columns = (key.id, key.tenant, key.name, ",".join(key.scopes))
    return "  ".join([*columns, f"created {_date(key.created_at_s)}", used, _state(key, now_s)])


def _state(key: ApiKey, now_s: float) -> str:
    if key.revoked_at_s is not None:
        return f"revoked {_date(key.revoked_at_s)}"
    if key.expires_at_s is None:
        return "live"
    word = "live until" if key.is_live(now_s) else "expired"
    return f"{word} {_date(key.expires_at_s)}"


def _date(at_s: float) -> str:
    return datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
