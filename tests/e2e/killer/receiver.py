"""A receiver that can refuse the first notification for one tenant."""

from threading import Lock
from typing import Any

from cli.localcloud.receiver import Arrival, LocalReceiver


def path_of(tenant: str) -> str:
    """Return where a tenant's notifications go."""
    return f"/webhook/{tenant}/desk"


class RefusingReceiver(LocalReceiver):
    """Records like the sample receiver; answers 503 once where it was told to."""

    def __init__(self) -> None:
        super().__init__()
        self._turn = Lock()
        self._to_refuse: set[str] = set()

    def refuse_once(self, tenant: str) -> None:
        """Answer the next notification for a tenant with 503."""
        with self._turn:
            self._to_refuse.add(path_of(tenant))

    def record(self, path: str, key: str, body: Any) -> int:
        """Keep one request and return the status to answer it with."""
        # One at a time, so that the answer goes to whom it is meant for.
        with self._turn:
            if path in self._to_refuse:
                self._to_refuse.discard(path)
                self.answer(503)
            return super().record(path, key, body)

    def arrivals_of(self, tenant: str) -> list[Arrival]:
        """Return what came in for one tenant, in order."""
        return [each for each in self.arrivals if each.path == path_of(tenant)]
