"""What enrich heard again and did not forward: until when each alert holds by now.

It saves evaluate from resolving what is repeated all the time. Where enrich and evaluate are one
process it is exact; elsewhere a firing holds from its last repeat that was forwarded.
"""

from threading import Lock

from tocsin.domain.change import Change
from tocsin.domain.group import Group
from tocsin.pipeline.recent import remember


class Heard:
    """What was last heard of alerts, by tenant and fingerprint, for as many as fit."""

    def __init__(self, most: int = 500_000) -> None:
        self._most = most
        self._lock = Lock()
        # When that was, as events are ordered, and until when it holds.
        self._last: dict[tuple[str, str], tuple[float, float]] = {}

    def note(self, tenant: str, change: Change) -> None:
        """Remember a repeat."""
        until_s = change.alert.holds_until_s
        if until_s is not None:
            with self._lock:
                name = (tenant, change.fingerprint)
                remember(self._last, name, (change.order[0], until_s), self._most)

    def extended(self, group: Group, now_s: float) -> dict[str, float]:
        """Return until when alerts hold that would else have timed out now, by fingerprint."""
        found: dict[str, float] = {}
        for name, member in group.members.items():
            held_s = member.holds_until_s
            if member.status != "firing" or held_s is None or held_s > now_s:
                continue
            at_s, until_s = self._last.get((group.key.tenant, name), (0.0, 0.0))
            # What was repeated of an episode before this one says nothing of it.
            if until_s > held_s and at_s * 1000 >= member.episode:
                found[name] = until_s
        return found
