"""One run of a handler: which process it is in, what it does now, and whether it is dead."""

from typing import Any

import msgspec

from tests.chaos.faults import Call

LIMIT_S = 30.0


class Environment:
    """A warm process: what its handlers wired and remember."""

    def __init__(self) -> None:
        self.wired: dict[str, Any] = {}
        self.is_busy = False


class Invocation(msgspec.Struct, kw_only=True):
    """One run of a handler."""

    name: str
    stage: str
    environment: Environment
    began_at_s: float
    # How far this machine's clock is from the true time.
    skew_s: float = 0.0
    call: Call | None = None
    is_dead: bool = False
    faults: int = 0


class Context:
    """What Lambda passes as context."""

    def __init__(self, invocation: Invocation, clock: Any) -> None:
        self.aws_request_id = invocation.name
        self._invocation = invocation
        self._clock = clock

    def get_remaining_time_in_millis(self) -> int:
        """Return what is left of the limit."""
        used_s = self._clock.true_s - self._invocation.began_at_s
        return int((LIMIT_S - used_s) * 1000)


class Clock:
    """Virtual time; each invocation sees it with the skew of its machine."""

    def __init__(self, start_s: float) -> None:
        self.true_s = start_s
        self.current: Invocation | None = None

    def now_s(self) -> float:
        """Return what the machine that is at work believes."""
        return self.true_s + (self.current.skew_s if self.current is not None else 0.0)
