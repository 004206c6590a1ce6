"""One invocation as a thread in lock step: it runs only while it is its turn.

A turn ends before each call to a port, so that whoever has the next turn sees the world as it
is between two calls. Which thread the system prefers has no say in it.
"""

from collections.abc import Callable
from threading import Lock, Thread, current_thread
from typing import Any, Protocol

import msgspec

from tests.pipeline.faulting import Crash
from tests.simulation.climbs import Seen
from tests.simulation.faults import Moment
from tests.simulation.history import firings
from tocsin.domain.group import GroupKey, Intent
from tocsin.ports import OutMessage, Queue


class Fate(Protocol):
    """Says when a worker dies at a call: before its effect, after it, or not at all."""

    def __call__(self) -> Moment | None: ...


class Worker(Thread):
    """An invocation, its state, and what it sent without having written down the result."""

    def __init__(self, name: str, act: Callable[[], Any], began_at_s: float) -> None:
        super().__init__(name=name, daemon=True)
        self.began_at_s = began_at_s
        # What it goes by, if it evaluates.
        self.seen = Seen(began_at_s, None)
        self.result: Any = None
        self.error: BaseException | None = None
        self.is_done = False
        self.last_call = ""
        self.attempted: dict[str, set[tuple[str, str, str]]] = {}
        self.arrived: list[str] = []
        self._act = act
        self._must_die = False
        self._turn = Lock()
        self._rest = Lock()
        self._turn.acquire()
        self._rest.acquire()
        self.start()

    @property
    def is_dead(self) -> bool:
        """Whether it ended without an outcome."""
        return self.error is not None

    def run(self) -> None:
        """Do the work, when the first turn comes."""
        self._turn.acquire()
        try:
            self.result = self._act()
        except BaseException as error:  # noqa: BLE001 - the world looks at it after the turn
            self.error = error
        self.is_done = True
        self._rest.release()

    def step(self) -> None:
        """Let the worker run up to its next call."""
        self._turn.release()
        self._rest.acquire()

    def end(self) -> None:
        """Let the worker die where it stands."""
        self._must_die = True
        self.step()

    def pause(self, call: str) -> None:
        """Wait for the next turn; called by the worker itself."""
        self._rest.release()
        self._turn.acquire()
        if self._must_die:
            raise Crash
        self.last_call = call

    def intends(self, key: GroupKey, intent: Intent) -> None:
        """Note what is about to be sent: it may have arrived if the worker dies."""
        self.attempted[intent.key] = firings(key, intent.alerts[: len(intent.steps)])

    def settled(self) -> None:
        """Forget what was attempted: the result is written."""
        self.attempted.clear()
        self.arrived.clear()


class Port:
    """A port whose calls each take a turn, and may be a worker's last."""

    def __init__(self, name: str, port: Any, fate: Fate) -> None:
        self._name = name
        self._port = port
        self._fate = fate

    def __getattr__(self, method: str) -> Any:
        inner = getattr(self._port, method)
        name = f"{self._name}.{method}"

        def call(*args: Any, **kwargs: Any) -> Any:
            worker = present()
            worker.pause(name)
            moment = self._fate()
            if moment == "before":
                raise Crash
            result = inner(*args, **kwargs)
            if name == "groups.intend":
                worker.intends(args[0].key, args[1])
            if name == "groups.settle" and result:
                worker.settled()
            if moment == "after":
                raise Crash
            return result

        return call


def present() -> Worker:
    """Return the worker whose turn it is."""
    worker = current_thread()
    assert isinstance(worker, Worker)
    return worker


class Invocation(msgspec.Struct, kw_only=True):
    """A worker, what it was given, and which warm process it runs in."""

    worker: Worker
    queue: Queue | None = None
    messages: list[OutMessage] = []
    slot: int | None = None
