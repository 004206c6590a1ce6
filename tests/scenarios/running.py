"""Plays many scenarios side by side: they mostly wait."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from itertools import count
from threading import Event, Thread
from time import monotonic
from uuid import uuid4

import msgspec

from tests.scenarios.model import Scenario
from tests.scenarios.playing import Played
from tests.scenarios.targets import Target

# A scenario whose events could not be played at their times says nothing, and is played again.
TRIES = 3
_BEAT_S = 0.02
_STALL_S = 0.3


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """How a scenario went in the end, and what disturbed the runs before."""

    scenario: Scenario
    played: Played | None = None
    left_out: str = ""
    disturbed: list[str] = []

    @property
    def verdict(self) -> str:
        """One word: passed, failed or left out."""
        if self.played is None:
            return "left out"
        return "failed" if self.played.problems else "passed"

    @property
    def story(self) -> list[str]:
        """What went wrong, and all that came."""
        again = [f"played again: {line}" for line in self.disturbed]
        if self.played is None or not self.played.problems:
            return again
        came = ["what came:", *map(str, self.played.heard)]
        return again + self.played.problems + came

    def judge(self) -> None:
        """Raise AssertionError with the whole story if it failed."""
        assert self.verdict != "failed", "\n".join(self.story)


class Heartbeat:
    """Notices when this machine stands still: nothing that waits can be on time then."""

    def __init__(self) -> None:
        self._stopped = Event()
        self._stalls: list[tuple[float, float]] = []
        self._thread = Thread(target=self._beat, daemon=True)

    def __enter__(self) -> "Heartbeat":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()

    def longest_s(self, since_s: float) -> float:
        """Return the longest stall since a monotonic time."""
        return max((length for at_s, length in self._stalls if at_s >= since_s), default=0.0)

    def _beat(self) -> None:
        last_s = monotonic()
        while not self._stopped.wait(_BEAT_S):
            now_s = monotonic()
            if now_s - last_s > _STALL_S:
                self._stalls.append((now_s, now_s - last_s))
            last_s = now_s


def run_all(target: Target, scenarios: Sequence[Scenario], at_once: int) -> Iterator[Result]:
    """Yield how each scenario went, as they end; the longest are begun first."""
    left_out = {each.name: target.leaves_out(each) for each in scenarios}
    for scenario in scenarios:
        if left_out[scenario.name]:
            yield Result(scenario=scenario, left_out=left_out[scenario.name])
    playable = [each for each in scenarios if not left_out[each.name]]
    playable.sort(key=lambda each: -(each.until + 60 * (each.begins_before_minute is not None)))
    with Heartbeat() as heartbeat, ThreadPoolExecutor(at_once) as pool:
        jobs = [pool.submit(_run, target, each, heartbeat) for each in playable]
        for job in as_completed(jobs):
            yield job.result()


def _run(target: Target, scenario: Scenario, heartbeat: Heartbeat) -> Result:
    disturbed: list[str] = []
    for number in count(1):
        began_s = monotonic()
        played = target.play(scenario, f"{scenario.name}-{uuid4().hex[:8]}")
        why = _why_again(played, heartbeat.longest_s(began_s))
        if not played.problems or not why or number == TRIES:
            return Result(scenario=scenario, played=played, disturbed=disturbed)
        disturbed.append(why)
    raise AssertionError("it ends before")


def _why_again(played: Played, stall_s: float) -> str:
    """Return what kept a run from its times; "" if nothing did, so that its verdict counts."""
    return played.disturbed or (f"the machine stood still for {stall_s:.1f} s" if stall_s else "")
