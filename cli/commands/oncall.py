"""`tocsin oncall`: who is on call, now or in the days to come."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from cli.configuration_file import ConfigurationFile
from cli.explanation import explained
from cli.target import Target
from tocsin.configuration.conversion import to_tenant_config
from tocsin.domain.config import TenantConfig
from tocsin.domain.oncall import Schedule
from tocsin.domain.oncall_turns import Shift, shifts
from tocsin.domain.time_interval import zone

# How far it looks for the end of the present shift.
_AHEAD_S = 14 * 86_400.0


@click.command()
@click.argument("name", required=False)
@click.option("--at", "at_text", metavar="TIME", help="Then, as RFC 3339.  [default: now]")
@click.option("--days", type=click.IntRange(1, 62), help="List the shifts of so many days.")
@click.option("--tenant", help="Only this tenant's schedules.  [default: all]")
@click.option(
    "--file",
    default="tocsin.yaml",
    show_default=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where the schedules stand, if not in a stack.",
)
@click.option("--stack", envvar="TOCSIN_STACK", help="As applied to this stack.")
@click.option(
    "--local",
    "is_local",
    is_flag=True,
    envvar="TOCSIN_LOCAL",
    help="As applied to the local cloud.",
)
def command(
    name: str | None,
    at_text: str | None,
    days: int | None,
    tenant: str | None,
    **where: Any,
) -> None:
    """Show who is on call in the schedule NAME, or in all, and where that is told.

    The schedules are those of tocsin.yaml; with --stack or --local, those that are in force.
    """
    with explained():
        configs = [each for each in _configs(**where) if tenant in (None, each.tenant)]
        if tenant is not None and not configs:
            raise click.ClickException(f"there is no tenant {tenant}")
        found = [
            (config, schedule)
            for config in configs
            for schedule in config.schedules.values()
            if name in (None, schedule.name)
        ]
        if not found:
            raise click.ClickException(_nothing(configs, name))
        at_s = _at_s(at_text)
        console = Console(highlight=False, markup=False, emoji=False)
        for config, schedule in found:
            console.print(_table(config, schedule, at_s, days))


def _configs(*, file: Path, stack: str | None, is_local: bool) -> list[TenantConfig]:
    given = click.get_current_context().find_object(Target)
    if given is None and not stack and not is_local:
        document = ConfigurationFile(file).document
        return [to_tenant_config(name, each, 0) for name, each in document.tenants.items()]
    configs = (given or Target.load(stack, is_local=is_local)).configs
    found = (configs.current(name) for name in sorted(configs.tenants()))
    return [each for each in found if each is not None]


def _nothing(configs: list[TenantConfig], name: str | None) -> str:
    names = sorted({each for config in configs for each in config.schedules})
    if name is None or not names:
        return "there are no on-call schedules"
    return f"there is no schedule {name}; there are {', '.join(names)}"


def _at_s(text: str | None) -> float:
    if text is None:
        return time.time()
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise click.UsageError("--at is a time with an offset, such as 2026-01-05T09:00Z")
    return at.timestamp()


def _table(config: TenantConfig, schedule: Schedule, at_s: float, days: int | None) -> Table:
    table = Table(
        title=f"{config.tenant}: {schedule.name} ({schedule.time_zone or 'UTC'})",
        title_justify="left",
        title_style="bold",
        box=None,
        padding=(0, 2, 0, 0),
        header_style="dim",
    )
    for column in ("on call", "from", "until", "told at"):
        table.add_column(column, overflow="fold")
    for shift in _shifts(schedule, at_s, days):
        table.add_row(*_row(config, schedule, shift, days, at_s))
    return table


def _shifts(schedule: Schedule, at_s: float, days: int | None) -> Iterator[Shift]:
    if days is not None:
        yield from shifts(schedule, at_s, at_s + days * 86_400.0)
        return
    yield next(shifts(schedule, at_s, at_s + _AHEAD_S))


def _row(
    config: TenantConfig, schedule: Schedule, shift: Shift, days: int | None, at_s: float
) -> tuple[str, str, str, str]:
    where = zone(schedule.time_zone) or UTC

    def written(moment_s: float) -> str:
        return datetime.fromtimestamp(moment_s, where).strftime("%a %Y-%m-%d %H:%M")

    told = {name: None for person in shift.people for name in config.people.get(person, ())}
    is_open = days is None and shift.until_s >= at_s + _AHEAD_S
    return (
        ", ".join(shift.people) or "nobody",
        written(shift.from_s),
        "for more than 14 days" if is_open else written(shift.until_s),
        ", ".join(told),
    )
