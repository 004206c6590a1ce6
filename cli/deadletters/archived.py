"""Archived letters at the terminal: found again, and sent back to their queues."""

from collections.abc import Callable, Iterator, Sequence

import click
from rich.progress import Progress

from cli.deadletters.redrive import Tally
from cli.deadletters.text import counted
from cli.deadletters.walk import walk
from tocsin.adapters.deadletters import DeadLetters
from tocsin.domain.deadletter import Letter, Piles, Selection
from tocsin.domain.errors import Permanent
from tocsin.pipeline.archivedletters import (
    Found,
    content_of,
    found,
    read_archived,
    undone,
    without_copies,
)
from tocsin.pipeline.letterarchive import archived_keys
from tocsin.ports import Journal, ListedBlobs, Queue

_AT_ONCE = 10


def archived(
    archive: ListedBlobs, queues: Sequence[Queue], selection: Selection, bar: Progress
) -> Iterator[tuple[str, Letter]]:
    """Yield the archived letters that are meant, with their keys."""
    keys = list(archived_keys(archive, queues, selection.tenant, selection.id))
    task = bar.add_task("archived", total=len(keys))
    for key in keys:
        try:
            letter = read_archived(key, archive)
        except Permanent as error:
            # Expired since it was listed, or damaged; the others are still of use.
            click.echo(f"{key}: {error}", err=True)
        else:
            if selection.takes(letter):
                yield key, letter
        bar.advance(task)


def find_archived(
    archive: ListedBlobs, queues: Sequence[Queue], letter_id: str, bar: Progress
) -> Letter | None:
    """Return the latest archived letter of this id."""
    letters = [each for _, each in archived(archive, queues, Selection(id=letter_id), bar)]
    return max(letters, key=lambda letter: letter.sent_at_s, default=None)


def survey(letters: Iterator[tuple[str, Letter]]) -> Piles:
    """Count archived letters."""
    piles = Piles()
    for _, letter in letters:
        piles.add(letter)
    return piles


class ArchivedRedrive:
    """Sends archived letters back: those that SQS holds no more, and whose work is not done."""

    def __init__(self, archive: ListedBlobs, letters: DeadLetters, journal: Journal) -> None:
        self._archive = archive
        self._letters = letters
        self._journal = journal

    def plan(
        self, queues: Sequence[Queue], selection: Selection, now_s: float, bar: Progress
    ) -> list[Found]:
        """Return what to send, and say why the rest stays.

        Raises ClickException if a letter was named and is not there.
        """
        every = without_copies(
            found(key, letter, self._archive)
            for key, letter in archived(self._archive, queues, selection, bar)
        )
        if selection.id is not None and not every:
            raise click.ClickException(f"there is no archived letter {selection.id}")
        held = self._held(queues, bar) if every else set()
        loose = [each for each in every if each.content not in held]
        left = undone(loose, self._journal, now_s)
        _say(len(every) - len(loose), "in the dead-letter queue still: redrive without --archived")
        _say(len(loose) - len(left), "done since, and not sent again")
        return left

    def send(self, letters: Sequence[Found], bar: Progress) -> Tally:
        """Send copies back, a few at a time; the archive keeps its own."""
        tally = Tally()
        task = bar.add_task("redrive", total=len(letters))
        by_queue: dict[Queue, list[Found]] = {}
        for each in letters:
            by_queue.setdefault(each.queue, []).append(each)
        for queue, own in by_queue.items():
            for start in range(0, len(own), _AT_ONCE):
                chunk = [read_archived(each.key, self._archive) for each in own[start:][:_AT_ONCE]]
                sent = self._letters.send_back(queue, chunk)
                tally.sent += len(sent)
                tally.refused += len(chunk) - len(sent)
                bar.advance(task, len(chunk))
        return tally

    def _held(self, queues: Sequence[Queue], bar: Progress) -> set[str]:
        held: set[str] = set()

        def note(_: object, letters: list[Letter]) -> None:
            held.update(map(content_of, letters))

        handle: Callable[[object, list[Letter]], None] = note
        walk(self._letters, queues, Selection(), handle, bar)
        return held


def _say(count: int, what: str) -> None:
    if count:
        click.echo(f"{counted(count, 'letter')} {what}", err=True)
