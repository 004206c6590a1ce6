"""An invocation as a thread in lock step: it runs only while it is its turn.

A turn ends before each call to AWS or to a receiver. Which thread the system prefers has no
say in it, so the same seed is the same run.
"""

from collections.abc import Callable
from threading import Lock, Thread
from typing import Any

from tests.chaos.faults import Crash
from tests.chaos.invocation import Invocation


class Actor(Thread):
    """One invocation, and what to do with its result."""

    def __init__(
        self, invocation: Invocation, act: Callable[[], Any], finish: Callable[[Any], None]
    ) -> None:
        super().__init__(name=invocation.name, daemon=True)
        self.invocation = invocation
        self.finish = finish
        self.result: Any = None
        self.error: BaseException | None = None
        self.is_done = False
        self._act = act
        self._turn = Lock()
        self._rest = Lock()
        self._turn.acquire()
        self._rest.acquire()
        self.start()

    def run(self) -> None:
        """Do the work, when the first turn comes."""
        self._turn.acquire()
        try:
            self.result = self._act()
        except BaseException as error:  # noqa: BLE001 - the schedule looks at it after the turn
            self.error = error
        self.is_done = True
        self._rest.release()

    def step(self) -> None:
        """Let the invocation run up to its next call."""
        self._turn.release()
        self._rest.acquire()

    def pause(self) -> None:
        """Wait for the next turn; called by the invocation itself."""
        self._rest.release()
        self._turn.acquire()
        if self.invocation.is_dead:
            raise Crash
