"""What ingest remembers of senders, in memory."""

from tocsin.ports import Accepted


class MemorySeen:
    """Signed requests with the time until which they count, and stamps of keys."""

    def __init__(self) -> None:
        self.requests: dict[tuple[str, str], tuple[Accepted, float]] = {}
        self.used: dict[tuple[str, str], float] = {}

    def find(self, tenant: str, request: str, now_s: float) -> Accepted | None:
        """Return what was accepted under this name and has not expired."""
        accepted, until_s = self.requests.get((tenant, request), (None, 0.0))
        return accepted if now_s < until_s else None

    def remember(self, tenant: str, request: str, accepted: Accepted, until_s: float) -> None:
        """Note a request that the queue has."""
        self.requests[tenant, request] = accepted, until_s

    def stamp(self, tenant: str, key_id: str, at_s: float) -> None:
        """Note that a key was used at about this time."""
        self.used[tenant, key_id] = at_s

    def stamps(self, tenant: str) -> dict[str, float]:
        """Return when each of a tenant's keys was last used, by id."""
        return {key_id: at_s for (owner, key_id), at_s in self.used.items() if owner == tenant}
