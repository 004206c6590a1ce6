"""Going through dead-letter queues page by page, with a progress bar."""

from collections.abc import Callable, Sequence

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from cli.deadletters.text import counted
from tocsin.adapters.deadletters import HOLD_S, DeadLetters, Reading
from tocsin.domain.deadletter import Letter, Selection
from tocsin.pipeline.deadletters import read_letter
from tocsin.ports import Queue

Handle = Callable[[Reading, list[Letter]], None]


def progress_bar(*, is_shown: bool = True) -> Progress:
    """Return a bar on standard error that is seen on a terminal only."""
    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not (is_shown and console.is_terminal),
    )


def walk(
    letters: DeadLetters,
    queues: Sequence[Queue],
    selection: Selection,
    handle: Handle,
    bar: Progress,
) -> None:
    """Hand over the letters that are meant, ten at most at a time.

    What `handle` leaves in a queue can be received again as soon as the queue is through.
    """
    for queue in queues:
        depth = letters.depth(queue)
        if depth.in_flight:
            _warn(queue, depth.in_flight)
        task = bar.add_task(queue, total=depth.visible)
        with letters.reading(queue) as reading:
            for page in reading.pages():
                chosen = [each for each in map(read_letter, page) if selection.takes(each)]
                if chosen:
                    handle(reading, chosen)
                bar.advance(task, len(page))


def find(letters: DeadLetters, queues: Sequence[Queue], letter_id: str) -> Letter | None:
    """Return the first letter of this id."""
    for queue in queues:
        with letters.reading(queue) as reading:
            for page in reading.pages():
                for letter in map(read_letter, page):
                    if letter.id == letter_id:
                        return letter
    return None


def _warn(queue: Queue, in_flight: int) -> None:
    click.echo(
        f"{queue}: {counted(in_flight, 'letter')} in another reader's hands; what a reader that "
        f"was killed held can be seen again after {HOLD_S // 60} minutes",
        err=True,
    )
