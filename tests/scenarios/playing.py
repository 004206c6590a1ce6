"""Plays one scenario on one server, and says what it heard and what is wrong."""

from collections.abc import Sequence
from time import sleep, time

import msgspec

from tests.scenarios.acting import LOOK_EVERY_S, Acts, Server
from tests.scenarios.api import read_s
from tests.scenarios.matching import Heard, problems
from tests.scenarios.model import Event, Expected, Scenario
from tests.scenarios.receiver import Came, Receiver
from tests.scenarios.timeline import Timeline

# An event that is played this many units too late makes another story.
_PLAYED_LATE = 0.25
# These may take as long as they take: time stands still, or they wait for what they want to see.
_UNTIMED = {"kill", "stop", "start", "reload", "shows", "ask"}


class Played(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one run. It is `disturbed` where the machine kept it from its times."""

    heard: list[Heard]
    problems: list[str]
    disturbed: str = ""


class Play:
    """One run of a scenario."""

    def __init__(
        self, scenario: Scenario, server: Server, receiver: Receiver, run: str, timeline: Timeline
    ) -> None:
        self._scenario = scenario
        self._acts = Acts(scenario, server, receiver, run, timeline)
        self._receiver = receiver
        self._run = run
        self._time = timeline
        self._disturbed: list[str] = []

    def play(self, program: str, late_s: float) -> Played:
        """Let everything happen to a program; `late_s` is how much longer it may take."""
        wrong: list[str] = []
        for event in self._scenario.events_of(program):
            wrong += self._happen(event, late_s)
        expected = self._scenario.expected_of(program)
        late = late_s / self._time.unit_s
        self._watch(expected, late)
        heard = self._heard()
        return Played(
            heard=heard,
            problems=wrong + problems(heard, expected, late),
            disturbed="; ".join(self._disturbed),
        )

    def _happen(self, event: Event, late_s: float) -> list[str]:
        too_late = self._time.wait_for(event.at)
        wrong = self._acts.happen(event, late_s)
        happened = self._time.units(time())
        took = 0.0 if event.kind in _UNTIMED else happened - event.at
        if max(too_late, took) > _PLAYED_LATE:
            self._disturbed.append(f"{event.kind} of {event.at:g} was over at {happened:.2f}")
        return wrong

    def _watch(self, expected: Sequence[Expected], late: float) -> None:
        """Wait to the end, and longer only while something may still come in time."""
        self._time.wait_for(self._scenario.until)
        until_s = self._time.at_s(max((each.between[1] for each in expected), default=0.0) + late)
        while time() < until_s and problems(self._heard(), expected, late):
            sleep(LOOK_EVERY_S)

    def _heard(self) -> list[Heard]:
        return [self._named(each) for each in self._receiver.came(self._run)]

    def _named(self, came: Came) -> Heard:
        alerts = [
            {
                **each,
                "name": self._acts.name_of(each["labels"]),
                "starts": self._time.units(read_s(each["startsAt"])),
                "ends": self._time.units(read_s(each["endsAt"])),
            }
            for each in came.body["alerts"]
        ]

        def of(status: str) -> tuple[str, ...]:
            return tuple(sorted(each["name"] for each in alerts if each["status"] == status))

        return Heard(
            at=self._time.units(came.at_s),
            to=came.to,
            answered=came.answered,
            firing=of("firing"),
            resolved=of("resolved"),
            body={**came.body, "alerts": alerts},
        )
