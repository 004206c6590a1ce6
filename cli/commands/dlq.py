"""`tocsin dlq`: list, show, redrive and purge dead letters."""

import time
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

import click
import orjson

from cli.deadletters.archived import ArchivedRedrive, archived, find_archived, survey
from cli.deadletters.outcome import report, require
from cli.deadletters.redrive import Redrive
from cli.deadletters.stack import QUEUES, blobs, dead_letters, groups, journal
from cli.deadletters.text import counted, letter_json, letter_line, pile_json, pile_lines
from cli.deadletters.walk import find, progress_bar, walk
from cli.target import Target, with_target
from tocsin.adapters.deadletters import DeadLetters, Reading
from tocsin.domain.deadletter import Letter, Piles, Selection
from tocsin.domain.group import GroupKey
from tocsin.pipeline.deadletters import contents, summary
from tocsin.pipeline.givenupsteps import given_up_alerts
from tocsin.ports import Queue


@click.group()
def command() -> None:
    """List, show, redrive and purge dead letters."""


def _filters(function: Callable[..., None]) -> Callable[..., None]:
    """Give a command the filters, as `queues` and `selection`."""

    @click.option(
        "--queue",
        "queues",
        multiple=True,
        type=click.Choice(QUEUES),
        help="Only this queue's; can be given twice.",
    )
    @click.option("--tenant", help="Only this tenant's.")
    @click.option("--error", help="Only those with this error, as `list` shows it.")
    @wraps(function)
    def run(
        queues: tuple[Queue, ...], tenant: str | None, error: str | None, **options: Any
    ) -> None:
        selection = Selection(tenant=tenant, error=error, id=options.pop("letter_id", None))
        function(queues=queues or QUEUES, selection=selection, **options)

    return run


_archived = click.option(
    "--archived", "is_archived", is_flag=True, help="Those that were archived, for 30 days."
)
_by_id = click.option("--id", "letter_id", metavar="ID", help="Only the letter with this id.")


@command.command(name="list")
@_filters
@click.option("--each", "is_each", is_flag=True, help="A line a letter instead of counts.")
@click.option("--json", "is_json", is_flag=True, help="Print JSON lines.")
@_archived
@with_target
def list_letters(
    queues: Sequence[Queue],
    selection: Selection,
    is_each: bool,
    is_json: bool,
    is_archived: bool,
    target: Target,
) -> None:
    """Count dead letters by queue, tenant and error; the age is since they were first sent."""
    if is_each:
        _print_each(target, queues, selection, is_json=is_json, is_archived=is_archived)
        return
    if is_archived:
        with progress_bar() as bar:
            piles = survey(archived(blobs(target), queues, selection, bar))
    else:
        piles = _survey(dead_letters(target), queues, selection)
    if is_json:
        for pile in piles.all():
            click.echo(orjson.dumps(pile_json(pile)))
    else:
        _print_piles(piles)


@command.command()
@click.argument("letter_id", metavar="ID")
@click.option("--queue", type=click.Choice(QUEUES), help="Look only here.")
@with_target
def show(letter_id: str, queue: Queue | None, target: Target) -> None:
    """Print what the letter with this ID holds, one JSON line each: its alerts or its groups.

    With a group come the alerts of the notification that was given up.

    The letter itself is described on standard error. What SQS holds no more is looked for in
    the archive.
    """
    queues = [queue] if queue else QUEUES
    letter = find(dead_letters(target), queues, letter_id)
    if letter is None:
        with progress_bar() as bar:
            letter = find_archived(blobs(target), queues, letter_id, bar)
    if letter is None:
        raise click.ClickException(f"there is no dead letter {letter_id}; see `dlq list --each`")
    click.echo(letter_line(letter, time.time()), err=True)
    held = contents(
        letter, blobs(target), target.configs, lambda key: _given_up(letter, key, target)
    )
    for line in held:
        click.echo(orjson.dumps(line))


@command.command()
@_filters
@_by_id
@click.option("--dry-run", is_flag=True, help="Only say what would be redriven.")
@click.option("--yes", "is_sure", is_flag=True, help="Do not ask.")
@_archived
@with_target
def redrive(
    queues: Sequence[Queue],
    selection: Selection,
    dry_run: bool,
    is_sure: bool,
    is_archived: bool,
    target: Target,
) -> None:
    """Send dead letters back to their queues; doing it twice does no harm."""
    letters = dead_letters(target)
    if is_archived:
        _redrive_archived(target, queues, selection, dry_run=dry_run, is_sure=is_sure)
        return
    if dry_run or not is_sure:
        piles = _survey(letters, queues, selection)
        _print_piles(piles)
        require(piles.letters, selection)
        if dry_run or not piles.letters:
            return
        click.confirm(f"Redrive {counted(piles.letters, 'letter')}?", abort=True)
    with progress_bar() as bar:
        tally = Redrive(letters, selection, time.time(), time.sleep, bar).run(queues)
    report(tally, selection)


@command.command()
@_filters
@_by_id
@click.option("--yes", "is_sure", is_flag=True, help="Delete; without it, nothing is deleted.")
@with_target
def purge(queues: Sequence[Queue], selection: Selection, is_sure: bool, target: Target) -> None:
    """Delete dead letters for good: the alerts in them are told to nobody."""
    letters = dead_letters(target)
    if not is_sure:
        piles = _survey(letters, queues, selection)
        _print_piles(piles)
        require(piles.letters, selection)
        if piles.letters:
            found = counted(piles.letters, "letter")
            raise click.ClickException(f"{found} not deleted: say --yes to delete for good")
        return
    gone, kept = Piles(), Piles()

    def delete(reading: Reading, chosen: list[Letter]) -> None:
        deleted = {letter.message_id for letter in reading.delete(chosen)}
        for letter in chosen:
            (gone if letter.message_id in deleted else kept).add(letter)

    with progress_bar() as bar:
        walk(letters, queues, selection, delete, bar)
    _print_piles(gone)
    require(gone.letters + kept.letters, selection)
    click.echo(f"{counted(gone.letters, 'letter')} deleted", err=True)
    if kept.letters:
        raise click.ClickException(f"{counted(kept.letters, 'letter')} could not be deleted")


def _redrive_archived(
    target: Target, queues: Sequence[Queue], selection: Selection, *, dry_run: bool, is_sure: bool
) -> None:
    archive = ArchivedRedrive(blobs(target), dead_letters(target), journal(target))
    with progress_bar() as bar:
        letters = archive.plan(queues, selection, time.time(), bar)
    if dry_run or not is_sure:
        _print_piles(survey((each.key, each.letter) for each in letters))
        if dry_run or not letters:
            return
        click.confirm(f"Redrive {counted(len(letters), 'letter')}?", abort=True)
    with progress_bar() as bar:
        tally = archive.send(letters, bar)
    report(tally, Selection())


def _given_up(letter: Letter, key: GroupKey, target: Target) -> list[dict[str, Any]]:
    return given_up_alerts(letter, key, groups(target), journal(target))


def _survey(letters: DeadLetters, queues: Sequence[Queue], selection: Selection) -> Piles:
    piles = Piles()

    def count(_: Reading, chosen: list[Letter]) -> None:
        for letter in chosen:
            piles.add(letter)

    with progress_bar() as bar:
        walk(letters, queues, selection, count, bar)
    return piles


def _print_each(
    target: Target,
    queues: Sequence[Queue],
    selection: Selection,
    *,
    is_json: bool,
    is_archived: bool,
) -> None:
    now_s = time.time()
    stored = blobs(target)

    def show_page(_: object, chosen: list[Letter]) -> None:
        for letter in chosen:
            what = summary(letter, stored, target.configs)
            json_line = orjson.dumps({**letter_json(letter), "summary": what})
            click.echo(json_line if is_json else letter_line(letter, now_s, what))

    # Rows on the terminal show progress by themselves, and a bar would run through them.
    with progress_bar(is_shown=False) as bar:
        if is_archived:
            for _, letter in archived(stored, queues, selection, bar):
                show_page(None, [letter])
        else:
            walk(dead_letters(target), queues, selection, show_page, bar)


def _print_piles(piles: Piles) -> None:
    if not piles.letters:
        click.echo("no dead letters", err=True)
        return
    for line in pile_lines(piles.all(), time.time()):
        click.echo(line)
