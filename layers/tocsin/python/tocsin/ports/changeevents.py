"""Changes that tenants push, to be shown with the alerts of what was changed."""

from collections.abc import Sequence
from typing import Protocol

from tocsin.domain.found import RecentChange

# For how long a change is kept.
CHANGES_KEPT_S = 8 * 86400.0


class ChangeEvents(Protocol):
    """Changes by tenant and service; the names of services count without their case."""

    def append(self, tenant: str, name: str, changes: Sequence[tuple[int, RecentChange]]) -> None:
        """Store changes, each under its index.

        Under the same `name` and index they are the same, also where one that says no time has
        another one now: it is shown once, and as of the first time.
        """

    def near(
        self, tenant: str, service: str, from_s: float, to_s: float, limit: int
    ) -> list[RecentChange]:
        """Return the newest changes of a service from `from_s` to `to_s`, newest first."""
