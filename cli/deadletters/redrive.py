"""Sending dead letters back to their queues."""

from collections.abc import Callable, Sequence

import msgspec
from rich.progress import Progress

from cli.deadletters.walk import walk
from tocsin.adapters.deadletters import DeadLetters, Reading
from tocsin.adapters.movetask import MoveTask
from tocsin.domain.deadletter import Letter, Selection
from tocsin.domain.errors import Permanent
from tocsin.ports import Queue

_POLL_S = 1.0


class Tally(msgspec.Struct):
    """What became of the letters that were meant.

    `refused` were not confirmed by their queue, and stay; `copied` were, and stay as well.
    `late` came after the redrive began: letters that fail again at once must not go round.
    """

    sent: int = 0
    refused: int = 0
    copied: int = 0
    late: int = 0


class Redrive:
    """One redrive; `began_at_s` is the present and `pause` waits, in seconds."""

    def __init__(
        self,
        letters: DeadLetters,
        selection: Selection,
        began_at_s: float,
        pause: Callable[[float], None],
        bar: Progress,
    ) -> None:
        self._letters = letters
        self._selection = selection
        self._began_at_s = began_at_s
        self._pause = pause
        self._bar = bar
        self.tally = Tally()

    def run(self, queues: Sequence[Queue]) -> Tally:
        """Send back what is meant; a whole queue by SQS itself where it can do that."""
        for queue in queues:
            task = self._letters.move(queue) if self._selection.is_everything else None
            if task is None:
                walk(self._letters, [queue], self._selection, self._send, self._bar)
            else:
                self._watch(queue, task)
        return self.tally

    def _send(self, reading: Reading, chosen: list[Letter]) -> None:
        due = [letter for letter in chosen if letter.sent_at_s <= self._began_at_s]
        redriven = reading.redrive(due)
        self.tally.sent += len(redriven.sent)
        self.tally.refused += len(due) - len(redriven.sent)
        self.tally.copied += redriven.remaining
        self.tally.late += len(chosen) - len(due)

    def _watch(self, queue: Queue, task: MoveTask) -> None:
        shown = self._bar.add_task(queue, total=None)
        is_cancelled = False
        progress = task.progress()
        while progress.is_running:
            self._bar.update(shown, completed=progress.moved, total=progress.total)
            if progress.moved > progress.total > 0 and not is_cancelled:
                # More than there was: letters fail again, and would go round for ever.
                task.cancel()
                is_cancelled = True
            self._pause(_POLL_S)
            progress = task.progress()
        self.tally.sent += progress.moved
        if progress.failure:
            raise Permanent(f"SQS ended the move of {queue}: {progress.failure}")
