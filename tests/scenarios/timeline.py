"""The clock of a scenario: units from its start, standing still while a server starts."""

from time import sleep, time


class Timeline:
    """Turns units into wall-clock time and back."""

    def __init__(self, unit_s: float) -> None:
        """Begin now."""
        self.unit_s = unit_s
        self._began_at_s = time()
        # When each pause ended, and how long it was.
        self._pauses: list[tuple[float, float]] = []

    def at_s(self, units: float) -> float:
        """Return the epoch seconds of a time, if there is no pause from now on."""
        return self._began_at_s + units * self.unit_s + sum(length for _, length in self._pauses)

    def units(self, at_s: float) -> float:
        """Return when in the scenario something was; in a pause, when that began."""
        paused_s = sum(
            min(length, max(0.0, at_s - (ended_at_s - length)))
            for ended_at_s, length in self._pauses
        )
        return (at_s - self._began_at_s - paused_s) / self.unit_s

    def pause(self, since_s: float) -> None:
        """Say that the time from then until now did not pass."""
        now_s = time()
        self._pauses.append((now_s, now_s - since_s))

    def wait_for(self, units: float) -> float:
        """Wait until a time; return how many units too late it is."""
        sleep(max(0.0, self.at_s(units) - time()))
        return self.units(time()) - units
