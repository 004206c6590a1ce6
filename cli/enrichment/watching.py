"""What a command over alerts says while it works: a bar on a terminal, else a line now and then."""

import click
from rich.progress import Progress, TaskID

from cli.deadletters.text import counted, printable
from tocsin.domain.change import Change

LINE_BATCHES = 10


class Watcher:
    """Shows tenants one after the other on standard error; a line an alert if it is `verbose`."""

    def __init__(self, bar: Progress, *, verbose: bool) -> None:
        self._bar = bar
        self._verbose = verbose
        self._task: TaskID | None = None
        self._batches = 0
        self._cases = 0

    def begin(self, tenant: str, total: int | None) -> None:
        """Begin a tenant that has so many groups, or nobody knows how many alerts."""
        self._task = self._bar.add_task(tenant, total=total)

    def advance(self, count: int) -> None:
        """Count what was looked at."""
        if self._task is not None:
            self._bar.advance(self._task, count)

    def meet(self, change: Change, more: str = "") -> None:
        """Name an alert that is meant."""
        if self._verbose:
            line = f"{change.alert.name}  {change.fingerprint}  {change.alert.provider}"
            self._say(f"{line}  {more}" if more else line)

    def sent(self, cases: int) -> None:
        """Count a batch."""
        self._batches += 1
        self._cases += cases
        if self._verbose or (self._bar.disable and self._batches % LINE_BATCHES == 0):
            self._say(f"batch {self._batches}: {counted(self._cases, 'alert')} sent")

    def _say(self, line: str) -> None:
        text = printable(line)
        if self._bar.disable:
            click.echo(text, err=True)
        else:
            self._bar.console.print(text, markup=False, highlight=False)
