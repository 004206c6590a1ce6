"""Runs that share their beginning.

Up to its first fault a run is the undisturbed one. So that part is played once, and the process
forks at each call where a plan has its first fault: the child plays that run to its end. Of a
process that forks in another thread than its first, the first would be missing in the child; a
run whose fault comes there is played by itself.
"""

import gc
import os
import pickle
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable
from threading import current_thread, main_thread
from typing import NoReturn

from tests.chaos.faults import Call, Exact, Kind
from tests.chaos.scenarios import SCENARIOS
from tests.chaos.single import Faults, Verdict, play, verdict_of
from tests.chaos.stack import Stack
from tests.chaos.world import World


class _Enough(BaseException):
    """No plan begins later than this call: nothing in the product may catch it."""


def play_branches(stack: Stack, scenario: str, plans: Iterable[Faults]) -> list[Verdict]:
    """Run a scenario under each of these plans, of one fault or more.

    Raises:
        RuntimeError: A plan begins at a call that the scenario does not make, or its run ended
            without a verdict.
    """
    branches = _Branches(plans)
    world = World(stack, branches)
    try:
        SCENARIOS[scenario](world)
        if branches.mine is not None or branches.left:
            branches.end(lambda faults: verdict_of(world, scenario, faults))
    except _Enough:
        pass
    except BaseException:
        if branches.mine is None:
            raise
        # Nothing of a child may go on in what called its parent.
        sys.excepthook(*sys.exc_info())
        os._exit(1)
    return branches.verdicts + [play(stack, scenario, faults) for faults in branches.alone]


class _Branches:
    """A plan that is each of several, in a process of its own."""

    def __init__(self, plans: Iterable[Faults]) -> None:
        self.left: dict[int, list[Faults]] = defaultdict(list)
        for faults in plans:
            self.left[min(faults)].append(faults)
        self.verdicts: list[Verdict] = []
        self.alone: list[Faults] = []
        self.mine: Faults | None = None
        self._exact = Exact()
        self._write_to = -1

    def fault(self, call: Call) -> Kind | None:
        """Return the fault of this process here; make a process for each that begins here."""
        if self.mine is None:
            here = self.left.pop(call.index, [])
            if current_thread() is not main_thread():
                self.alone += here
            elif not any(self._is_child(faults) for faults in here) and not self.left:
                raise _Enough
        return self._exact.fault(call)

    def cease(self) -> None:
        """Let nothing go wrong from now on."""
        self._exact.cease()

    def end(self, judged: Callable[[Faults], Verdict]) -> NoReturn:
        """Tell the parent how this run ended, and end this process."""
        if self.mine is None:
            raise RuntimeError(f"the scenario makes no calls {sorted(self.left)}")
        with os.fdopen(self._write_to, "wb") as pipe:
            pickle.dump(judged(self.mine), pipe)
        os._exit(0)

    def _is_child(self, faults: Faults) -> bool:
        """Fork; in the parent, wait for the verdict."""
        read_from, write_to = os.pipe()
        child = os.fork()
        if not child:
            # A collection would copy the memory that is shared with the parent.
            gc.disable()
            os.close(read_from)
            self.mine, self._exact, self._write_to = faults, Exact(faults), write_to
            return True
        os.close(write_to)
        with os.fdopen(read_from, "rb") as pipe:
            verdict = pipe.read()
        _, status = os.waitpid(child, 0)
        if status or not verdict:
            raise RuntimeError(f"the run with {faults} ended without a verdict")
        self.verdicts.append(pickle.loads(verdict))
        return False
