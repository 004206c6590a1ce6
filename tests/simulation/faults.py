"""What goes wrong in a run, drawn from its seed."""

from random import Random
from typing import Literal

from tests.simulation.modes import Mode

Moment = Literal["before", "after"]
# "unheard": the receiver took the notification, and its answer was lost.
# "down": it failed, as it does with everything now. "busy": it asks for fewer calls.
Answer = Literal["taken", "refused", "unheard", "down", "busy"]

_DELAYS_S = (0.0, 0.0, 0.5, 2.0, 200.0)
_COPY_DELAYS_S = (0.0, 1.0, 30.0, 190.0)


class Faults:
    """The odds of each fault in one run, until the quiet at its end."""

    def __init__(self, random: Random, mode: Mode) -> None:
        self._random = random
        self._crashes_left = random.randint(0, mode.crashes)
        self._crash = random.choice([0.01, 0.03, 0.08])
        self._copy = random.choice([0.0, 0.1])
        self._loss = random.choice([0.0, 0.15]) if mode.is_late else 0.0
        self._delay = random.choice([0.0, 0.2]) if mode.is_late else 0.0
        self._retry = random.choice([0.0, 0.2, 0.5])
        self._refusal = random.choice([0.05, 0.2]) if mode.refuses else 0.0
        self._busy = 0.0
        # In seconds from the start.
        self.outage_s = (0.0, 0.0)
        if mode.has_outage:
            self._retry, self._busy = 0.0, random.choice([0.0, 0.2])
            begin_s = random.choice([0.0, 20.0, 100.0])
            self.outage_s = (begin_s, begin_s + random.choice([30.0, 300.0, 2400.0]))

    def cease(self) -> None:
        """Let nothing go wrong any more."""
        self._crashes_left = 0
        self._copy = self._loss = self._delay = self._retry = self._refusal = self._busy = 0.0

    def crash(self) -> Moment | None:
        """Say whether a worker dies at this call, and on which side of its effect."""
        if self._crashes_left and self._random.random() < self._crash:
            self._crashes_left -= 1
            return self._random.choice(["before", "after"])
        return None

    def is_lost(self) -> bool:
        """Say whether a message vanishes."""
        return self._random.random() < self._loss

    def delays_s(self) -> list[float]:
        """Return how late each copy of a message arrives; more often than not it is one."""
        delays_s = [0.0]
        if self._random.random() < self._delay:
            delays_s = [self._random.choice(_DELAYS_S)]
        if self._random.random() < self._copy:
            delays_s.append(self._random.choice(_COPY_DELAYS_S))
        return delays_s

    def answer(self, since_start_s: float) -> Answer | float:
        """Return what a receiver answers, or for how long it wants to be left alone."""
        if self.outage_s[0] <= since_start_s < self.outage_s[1]:
            return "down"
        draw = self._random.random()
        if self._busy:
            return "busy" if draw < self._busy else "taken"
        if draw < self._retry:
            answers: list[Answer | float] = ["unheard", 0.0, 5.0, 90.0]
            return self._random.choice(answers)
        return "refused" if draw < self._retry + self._refusal else "taken"
