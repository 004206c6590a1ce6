"""What is remembered of enrichment."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

import msgspec

from tocsin.domain.change import Change
from tocsin.domain.found import StageResult

# For how long failed enrichments are kept.
FAILED_KEPT_S = 30 * 86400.0


class FailedEnrichment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An event of which stages failed, though its alert went on; `attempts` were made in all."""

    change: Change
    failed: tuple[StageResult, ...]
    attempts: int = 1
    at_s: float


class FailedEnrichments(Protocol):
    """Alerts whose enrichment failed, kept apart for some weeks, by the source of their event."""

    def keep(self, tenant: str, failed: Sequence[FailedEnrichment]) -> None:
        """Store each, in place of what is known of the same event."""

    def forget(self, tenant: str, sources: Iterable[str]) -> None:
        """Delete what is kept of these events, if anything is."""

    def all(self, tenant: str, now_s: float) -> Iterator[FailedEnrichment]:
        """Yield what is kept and has not expired, by source, page by page."""
