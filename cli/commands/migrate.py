"""`tocsin migrate`: rewrite what is stored in an older format."""

import time
from collections.abc import Iterator

import click
import orjson

from cli.deadletters.walk import progress_bar
from cli.migration.progress import Shown
from cli.migration.run import Migration
from cli.migration.servicetime import ServiceClock, TimedClient
from cli.migration.tables import tables
from cli.migration.tally import Tally, tally_json, tally_line
from cli.target import Target, with_target
from tocsin.adapters.aws import translated
from tocsin.adapters.dynamodb.formats import NewerFormat
from tocsin.domain.errors import TocsinError

_NEITHER = "say --dry-run to see what would change, or --apply to change it"


@click.command()
@click.option("--dry-run", "is_dry", is_flag=True, help="Count by format; change nothing.")
@click.option("--apply", "is_meant", is_flag=True, help="Rewrite what has an older format.")
@click.option("--restart", "restarts", is_flag=True, help="With --apply: forget how far it came.")
@click.option("--json", "is_json", is_flag=True, help="Print JSON lines.")
@with_target
def command(is_dry: bool, is_meant: bool, restarts: bool, is_json: bool, target: Target) -> None:
    """Rewrite what is stored in an older format; doing it twice changes nothing.

    Deploy the release first, then migrate. Nothing has to stand still meanwhile. An interrupted
    run goes on where it was.
    """
    if is_dry == is_meant:
        raise click.UsageError(_NEITHER)
    if restarts and is_dry:
        raise click.UsageError("--restart is for --apply; a dry run always begins anew")
    migration = _migration(target)
    with progress_bar() as bar:
        watcher = Shown(bar)
        if is_dry:
            _survey(migration.survey(watcher), is_json=is_json)
        else:
            _apply(migration.apply(watcher, restarts=restarts), is_json=is_json)


def _migration(target: Target) -> Migration:
    """Return the migration of a stack, by the time of its service."""
    clock = ServiceClock(time.time)
    client = TimedClient(target.client("dynamodb"), clock, time.time)
    names = tables(target)
    with translated("dynamodb"):
        client.describe_table(TableName=names["control"])
    if clock.warning:
        click.echo(clock.warning, err=True)
    return Migration(client, names, clock, time.sleep)


def _survey(tallies: Iterator[Tally], *, is_json: bool) -> None:
    newer = 0
    for tally in tallies:
        _print(tally, is_dry=True, is_json=is_json)
        newer += tally.newer
    if newer:
        raise click.ClickException(
            f"{newer} of the items were stored by a newer release: use the tocsin of that release"
        )


def _apply(tallies: Iterator[Tally], *, is_json: bool) -> None:
    busy = 0
    try:
        for tally in tallies:
            _print(tally, is_dry=False, is_json=is_json)
            busy += tally.busy
    except NewerFormat:
        raise
    except (TocsinError, KeyboardInterrupt):
        click.echo("interrupted; the same command goes on after the last whole page", err=True)
        raise
    click.echo("finished; the checkpoints are deleted", err=True)
    if busy:
        raise click.ClickException(
            f"{busy} of the items stayed in use by an older release: run it again once that has "
            "stopped"
        )


def _print(tally: Tally, *, is_dry: bool, is_json: bool) -> None:
    if is_json:
        click.echo(orjson.dumps(tally_json(tally, is_dry=is_dry)))
    else:
        click.echo(tally_line(tally, is_dry=is_dry))
