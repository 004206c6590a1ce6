"""Workers that die at a call of one's choice."""

from typing import Any


class Crash(BaseException):
    """A worker that dies: nothing in the product may catch it."""


class Fault:
    """Crash at one call: number `at` (from 1), before or after its effect."""

    def __init__(self, at: int = 0, when: str = "before") -> None:
        self.at = at
        self.when = when
        self.calls: list[str] = []

    def guard(self, name: str, port: Any) -> Any:
        """Return the port with its calls counted."""
        return _Guarded(self, name, port)


class _Guarded:
    def __init__(self, fault: Fault, name: str, port: Any) -> None:
        self._fault = fault
        self._name = name
        self._port = port

    def __getattr__(self, method: str) -> Any:
        inner = getattr(self._port, method)

        def call(*args: Any, **kwargs: Any) -> Any:
            self._fault.calls.append(f"{self._name}.{method}")
            is_hit = len(self._fault.calls) == self._fault.at
            if is_hit and self._fault.when == "before":
                raise Crash
            result = inner(*args, **kwargs)
            if is_hit:
                raise Crash
            return result

        return call
