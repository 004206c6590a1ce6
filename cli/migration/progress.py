"""What a migration says while it runs: a bar on a terminal, else a line now and then."""

import click
from rich.progress import Progress, TaskID

from cli.migration.run import Watcher
from tocsin.adapters.dynamodb.formats import Kind

LINE_ITEMS = 10_000


class Shown(Watcher):
    """Shows the tables one after another on standard error."""

    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._task: TaskID | None = None
        self._items = 0

    def begin(self, kind: Kind, items: int, done: int) -> None:
        """Begin a table; the service counts its items every six hours only."""
        if done:
            click.echo(f"{kind}: going on after {done} items", err=True)
        self._task = self._bar.add_task(kind, total=max(items, done), completed=done)
        self._items = done

    def advance(self, kind: Kind, items: int) -> None:
        """Count a page."""
        before, self._items = self._items, self._items + items
        if self._bar.disable:
            if before // LINE_ITEMS < self._items // LINE_ITEMS:
                click.echo(f"{kind}: {self._items} items looked at", err=True)
        elif self._task is not None:
            total = max(self._bar.tasks[self._task].total or 0, self._items)
            self._bar.update(self._task, completed=self._items, total=total)
