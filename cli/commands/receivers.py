"""`tocsin receivers`: list them, and send a test through the adapter that notify uses."""

import time
from collections.abc import Iterator
from typing import Any

import click
import orjson
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.configured import Configured, with_configured
from cli.onealert.text import plain
from cli.receivers.tools import aws_command, tools_of
from cli.receivers.trial import Trial, try_out
from tocsin.adapters.receivers import ChannelReceivers
from tocsin.domain.config import Receiver, TenantConfig
from tocsin.domain.routing import integrations_of

_Found = tuple[TenantConfig, Receiver]


_with_receivers = with_configured("receivers")
_json = click.option("--json", "is_json", is_flag=True, help="Print JSON, a line each.")


@click.group()
def command() -> None:
    """List receivers, and send them a test.

    They are those of tocsin.yaml; with --stack or --local, those that are in force.
    """


@command.command(name="list")
@_with_receivers
@_json
def list_receivers(configured: Configured, tenant: str | None, is_json: bool) -> None:
    """Print the receivers: of what kind they are, and what they are told of. No secrets."""
    table = _table("tenant", "receiver", "kind", "resolved", "updates", "most alerts", "pace")
    for config in configured.configs(tenant):
        for receiver in config.receivers.values():
            shown = _shown(config, receiver)
            if is_json:
                click.echo(orjson.dumps(shown))
            else:
                table.add_row(*(Text(plain(str(value))) for value in shown.values()))
    if not is_json:
        _console().print(table)


@command.command()
@click.argument("name", required=False)
@click.option("--all", "is_all", is_flag=True, help="Test every receiver.")
@click.option(
    "--allow-loopback", "allows_loopback", is_flag=True,
    help="Also reach receivers on this machine, as --local does.",
)  # fmt: skip
@_with_receivers
@_json
def test(
    configured: Configured,
    tenant: str | None,
    is_json: bool,
    name: str | None,
    is_all: bool,
    allows_loopback: bool,
) -> None:
    """Send a test notification to the receiver NAME, or to --all.

    It goes through the adapter that notify uses, with the address, secrets and limits of the
    receiver, and is marked as a test in which nothing is wrong: an alert TocsinTest of severity
    info. Where it would open an incident (PagerDuty, Opsgenie) its end is sent as well. It is
    sent once, from this machine, which must reach what the stack reaches and may read the
    secrets that the receiver names. Nothing is written to the books.

    Exits with 1 if a receiver did not take it.
    """
    if is_all == (name is not None):
        raise click.UsageError("give the name of a receiver, or --all")
    found = list(_chosen(configured.configs(tenant), name))
    if not found:
        raise click.ClickException(_unknown(configured.configs(tenant), name))
    receivers = ChannelReceivers(tools_of(configured.target, allows_loopback=allows_loopback))
    aws = aws_command(configured.target)
    is_good = True
    for config, receiver in found:
        if receiver.kind == "nobody":
            click.echo(f"{receiver.name}: tells nobody, so there is nothing to test", err=True)
            continue
        trial = try_out(receivers, config, receiver, time.time(), aws)
        _print(config, trial, is_json=is_json)
        is_good = is_good and trial.is_ok
    if not is_good:
        raise SystemExit(1)


def _chosen(configs: list[TenantConfig], name: str | None) -> Iterator[_Found]:
    for config in configs:
        names = list(config.receivers) if name is None else integrations_of(config, name)
        for each in names:
            if each in config.receivers:
                yield config, config.receivers[each]


def _unknown(configs: list[TenantConfig], name: str | None) -> str:
    names = sorted({each for config in configs for each in config.receivers})
    there_are = f"there are {', '.join(names)}" if names else "there are none"
    return f"there is no receiver {name}; {there_are}" if name else "there are no receivers"


def _shown(config: TenantConfig, receiver: Receiver) -> dict[str, Any]:
    pace = receiver.pace
    return {
        "tenant": config.tenant,
        "receiver": receiver.name,
        "kind": receiver.kind,
        "send_resolved": receiver.send_resolved,
        "send_updates": receiver.send_updates,
        "max_alerts": receiver.max_alerts or "all",
        "is_paced": pace is not None,
    }


def _print(config: TenantConfig, trial: Trial, *, is_json: bool) -> None:
    receiver = trial.receiver
    if is_json:
        fields = {"tenant": config.tenant, "receiver": receiver.name, "kind": receiver.kind,
                  "is_ok": trial.is_ok, "took_s": round(trial.took_s, 3),
                  "receipt": trial.receipt, "error": trial.error}  # fmt: skip
        click.echo(orjson.dumps(fields))
        return
    name = f"{config.tenant}/{receiver.name} ({receiver.kind})"
    if trial.is_ok:
        called = f", and calls it {plain(trial.receipt)}" if trial.receipt else ""
        click.echo(f"{name}: took the test in {trial.took_s:.2f} s{called}")
        return
    click.echo(f"{name}: FAILED after {trial.took_s:.2f} s: {plain(trial.error)}")
    click.echo(f"  {trial.advice}")


def _table(*columns: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _console() -> Console:
    return Console(highlight=False, markup=False, emoji=False)
