"""The service's own time, by which leases are judged; the operator's clock may be wrong."""

from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from tocsin.domain.errors import ConfigurationError
from tocsin.ports import Clock

# Below this a clock is as good as right: `Date` has whole seconds, and an answer takes a while.
_NOTEWORTHY_S = 5.0


class ServiceClock:
    """A clock set by the `Date` header of each answer (RFC 9110, 6.6.1).

    It is late by as long as the answer took, and by a second at most for what `Date` leaves
    out, and never early: a lease that seems to have ended has ended.
    """

    def __init__(self, local: Clock) -> None:
        self._local = local
        self._offset_s: float | None = None
        # How far at least the local clock is ahead of the service; below 0: behind.
        self._ahead_s = 0.0

    def __call__(self) -> float:
        """Return the service's time, in epoch seconds.

        Raises ConfigurationError if no answer has told it.
        """
        if self._offset_s is None:
            raise ConfigurationError(
                "the service's answers carry no time, so nobody can tell which leases have ended"
            )
        return self._local() + self._offset_s

    def note(self, answer: Any, began_s: float) -> None:
        """Set the clock by an answer to a call that began at `began_s` of the local clock."""
        said = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date")
        at_s = _epoch_s(said)
        if at_s is None:
            return
        ended_s = self._local()
        self._offset_s = at_s - ended_s
        self._ahead_s = max(began_s - at_s - 1, 0.0) or min(ended_s - at_s, 0.0)

    @property
    def warning(self) -> str:
        """What to say of a local clock that is wrong; nothing where it is right."""
        if abs(self._ahead_s) < _NOTEWORTHY_S:
            return ""
        where = "ahead of" if self._ahead_s > 0 else "behind"
        return (
            f"the clock of this machine is {abs(self._ahead_s):.0f} s {where} the service's, "
            "which counts here"
        )


class TimedClient:
    """A client of a service whose answers set a clock."""

    def __init__(self, client: Any, clock: ServiceClock, local: Clock) -> None:
        self._client = client
        self._clock = clock
        self._local = local

    def __getattr__(self, operation: str) -> Any:
        call = getattr(self._client, operation)

        def timed(**parameters: Any) -> Any:
            began_s = self._local()
            answer = call(**parameters)
            self._clock.note(answer, began_s)
            return answer

        return timed


def _epoch_s(said: str | None) -> float | None:
    try:
        found: datetime | None = None if said is None else parsedate_to_datetime(said)
    except ValueError:
        return None
    return None if found is None else found.timestamp()
