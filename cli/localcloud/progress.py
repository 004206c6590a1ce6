"""What the local cloud says while it starts: a line a step, with the time it took."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

from rich.console import Console


class Progress:
    """Prints steps; a spinner runs on a terminal only."""

    def __init__(self, console: Console | None = None, *, quiet: bool = False) -> None:
        self.console = console or Console(quiet=quiet, highlight=False, markup=False)

    @contextmanager
    def step(self, text: str) -> Iterator[None]:
        """Show that something is going on, and how long it took."""
        began_s = monotonic()
        with self.console.status(text):
            yield
        self.console.print(f"  {monotonic() - began_s:6.1f} s  {text}", soft_wrap=True)

    def say(self, text: str) -> None:
        """Print one line."""
        self.console.print(f"            {text}", soft_wrap=True)
