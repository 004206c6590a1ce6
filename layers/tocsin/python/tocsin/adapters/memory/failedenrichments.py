"""Failed enrichments in memory."""

from collections.abc import Iterable, Iterator, Sequence

from tocsin.ports.enrichment import FAILED_KEPT_S, FailedEnrichment


class MemoryFailedEnrichments:
    """Keep what failed, by tenant and source."""

    def __init__(self) -> None:
        self._kept: dict[str, dict[str, FailedEnrichment]] = {}

    def keep(self, tenant: str, failed: Sequence[FailedEnrichment]) -> None:
        """Store each, in place of what is known of the same event."""
        kept = self._kept.setdefault(tenant, {})
        kept.update((each.change.source, each) for each in failed)

    def forget(self, tenant: str, sources: Iterable[str]) -> None:
        """Delete what is kept of these events, if anything is."""
        for source in sources:
            self._kept.get(tenant, {}).pop(source, None)

    def all(self, tenant: str, now_s: float) -> Iterator[FailedEnrichment]:
        """Yield what is kept and has not expired, by source."""
        for _, each in sorted(self._kept.get(tenant, {}).items()):
            if each.at_s + FAILED_KEPT_S > now_s:
                yield each
