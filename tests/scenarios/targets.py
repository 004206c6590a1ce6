"""What scenarios are played on: one machine, or Debian's Alertmanager."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep, time
from typing import Protocol

import msgspec

from tests.scenarios.configuring import configured, next_minute_s
from tests.scenarios.model import Scenario
from tests.scenarios.playing import Play, Played
from tests.scenarios.processes import Configure, ServerProcess, alertmanager, tocsin
from tests.scenarios.receiver import Receiver
from tests.scenarios.timeline import Timeline

# How many units later than its data says a notification may come: a process may have to wait for
# a CPU.
_LATE = 0.6
# A server is started before its time begins.
_START_S = 5.0


class Target(Protocol):
    """Plays scenarios, several at a time."""

    name: str

    def leaves_out(self, scenario: Scenario) -> str:
        """Return why a scenario cannot be played here; "" if it can."""

    def play(self, scenario: Scenario, run: str) -> Played:
        """Play a scenario; `run` names this run of it."""


class Processes(msgspec.Struct, frozen=True, kw_only=True):
    """A target with a process for each run."""

    name: str
    program: str
    make: Callable[[Path, Configure], ServerProcess]
    receiver: Receiver
    unit_s: float

    def leaves_out(self, scenario: Scenario) -> str:
        """Leave out nothing."""
        del scenario
        return ""

    def play(self, scenario: Scenario, run: str) -> Played:
        """Play a scenario on a server of its own, started before."""
        lead = scenario.begins_before_minute
        lead_s = 0.0 if lead is None else lead * self.unit_s
        minute_s = next_minute_s(lead_s + _START_S)
        with self._server(run, minute_s) as server:
            server.write(scenario.configuration)
            server.start()
            if lead is not None:
                sleep(max(0.0, minute_s - lead_s - time()))
            play = Play(scenario, server, self.receiver, run, Timeline(self.unit_s))
            return play.play(self.program, _LATE * self.unit_s)

    @contextmanager
    def _server(self, run: str, minute_s: float) -> Iterator[ServerProcess]:
        def configure(written: dict) -> dict:
            return configured(written, self.unit_s, lambda to: self.receiver.url(run, to), minute_s)

        with tempfile.TemporaryDirectory(prefix="scenario-") as directory:
            server = self.make(Path(directory), configure)
            try:
                yield server
            finally:
                server.close()


def one_machine(receiver: Receiver, unit_s: float) -> Processes:
    """Return the target that is `tocsin alertmanager`."""
    return Processes(
        name="one-machine", program="tocsin", make=tocsin, receiver=receiver, unit_s=unit_s
    )


def debian(receiver: Receiver, unit_s: float) -> Processes:
    """Return the target that is Debian's Alertmanager."""
    return Processes(
        name="alertmanager",
        program="alertmanager",
        make=alertmanager,
        receiver=receiver,
        unit_s=unit_s,
    )
