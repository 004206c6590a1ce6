"""`tocsin oncall`: who is on call, now or in the days to come."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import click
from rich.console import Console
from rich.table import Table

from cli.configured import Configured, with_configured
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
@with_configured("schedules")
def command(
    configured: Configured,
    name: str | None,
    at_text: str | None,
    days: int | None,
    tenant: str | None,
) -> None:
    """Show who is on call in the schedule NAME, or in all, and where that is told.

    The schedules are those of tocsin.yaml; with --stack or --local, those that are in force.
    """
    configs = configured.configs(tenant)
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
