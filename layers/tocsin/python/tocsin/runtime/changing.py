"""The route of pushed changes: deployments and the like, answered as tocsin's own routes are."""

from tocsin.domain.errors import InvalidInput
from tocsin.providers.bodies import json_of
from tocsin.providers.pushed_changes import PushedChanges as Parsed
from tocsin.providers.pushed_changes import parse
from tocsin.runtime.dialects import Native
from tocsin.runtime.gateway import HttpRequest
from tocsin.runtime.stores import Stores


class StoredChanges:
    """What became of one request."""

    def __init__(self, request_id: str, parsed: Parsed) -> None:
        self.id = request_id
        self._parsed = parsed

    @property
    def accepted(self) -> int:
        """How many changes are stored."""
        return len(self._parsed.changes)

    @property
    def rejected(self) -> tuple[tuple[int, InvalidInput], ...]:
        """What is wrong with the others, by index."""
        return self._parsed.rejected

    @property
    def counts(self) -> dict[str, int]:
        """Return what counts in the metrics of ingest."""
        return {"changes_accepted": self.accepted, "changes_rejected": len(self.rejected)}


class PushedChanges(Native):
    """The manners of `/v1/changes`."""

    def provider_name(self, request: HttpRequest) -> str:
        """Name no provider: changes are no alerts."""
        return "changes"

    def take(
        self, tenant: str, request_id: str, body: bytes, received_at_s: float, stores: Stores
    ) -> StoredChanges:
        """Store what a body holds.

        Raises InvalidPayload or TooLarge if nothing of it can be taken, and Retryable if not all
        of it is stored: then the sender must send again, and the same `request_id` overwrites
        itself.
        """
        parsed = parse(json_of(body), received_at_s)
        if parsed.changes:
            stores.change_events().append(tenant, request_id, parsed.changes)
        return StoredChanges(request_id, parsed)
