"""Early enrichment: what enrich finds out about alerts before it sends them on."""

from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec

from tocsin.domain.alert import Alert
from tocsin.domain.change import Change
from tocsin.domain.config import TenantConfig
from tocsin.domain.enrichment.running import NO_TIME, run
from tocsin.domain.enrichment.stage import Draft, Stage, Subject
from tocsin.domain.errors import TocsinError
from tocsin.domain.found import Enrichment, StageResult
from tocsin.ports import FailedEnrichment, FailedEnrichments

# What all early stages may take for one portion of a batch; what is over is sent on as it is.
BUDGET_S = 5.0
# For how long what failed of a portion is written down, and how much of it at once. Where a stage
# fails for all alerts of a storm, the others must not wait for that.
KEEP_S = 2.0
_KEPT_AT_ONCE = 100


class StagesOf(Protocol):
    """Knows which stages a tenant has."""

    def of(self, config: TenantConfig) -> Sequence[Stage]: ...


class Enriched(msgspec.Struct, frozen=True):
    """Events with what was found, in their order; and how the stages of each ended that failed."""

    changes: list[Change]
    failed: dict[str, tuple[StageResult, ...]]


class Early:
    """Runs the early stages over what goes on. One object a worker.

    `fails_closed` says that an alert of which a stage failed must not go on, nor one for which no
    time was left: its texts are as they came. `clock_s` measures.
    """

    def __init__(
        self,
        stages: StagesOf,
        failures: FailedEnrichments,
        clock_s: Callable[[], float],
        *,
        fails_closed: bool = False,
        budget_s: float = BUDGET_S,
    ) -> None:
        self._stages = stages
        self._failures = failures
        self._clock_s = clock_s
        self._budget_s = budget_s
        self.fails_closed = fails_closed

    def run(self, config: TenantConfig, changes: Sequence[Change]) -> Enriched:
        """Return the events with what was found about those that fire; ends go on as they are."""
        stages = self._stages.of(config)
        enriched = Enriched(changes=[], failed={})
        if not stages:
            enriched.changes.extend(changes)
            return enriched
        end_s = self._clock_s() + self._budget_s

        def left_s() -> float:
            return end_s - self._clock_s()

        for change in changes:
            if change.alert.status != "firing":
                enriched.changes.append(change)
                continue
            alert, results = self._found(config.tenant, stages, change, left_s)
            enriched.changes.append(msgspec.structs.replace(change, alert=alert))
            wrong = [
                each
                for each in results
                if each.outcome == "failed" or (self.fails_closed and each.why == NO_TIME)
            ]
            if wrong:
                enriched.failed[change.source] = tuple(wrong)
        return enriched

    def keep(self, tenant: str, enriched: Enriched, now_s: float) -> list[str]:
        """Keep apart what failed and went on all the same, to be tried again.

        Returns what is to be said of failures that could not be kept, or not in time.
        """
        kept = [
            FailedEnrichment(change=each, failed=enriched.failed[each.source], at_s=now_s)
            for each in enriched.changes
            if each.source in enriched.failed
        ]
        end_s = self._clock_s() + KEEP_S
        for start in range(0, len(kept), _KEPT_AT_ONCE):
            why = NO_TIME
            if self._clock_s() < end_s:
                why = self._not_kept(tenant, kept[start : start + _KEPT_AT_ONCE])
            if why:
                return [f"{len(kept) - start} failed enrichments of {tenant} are not kept: {why}"]
        return []

    def _not_kept(self, tenant: str, failed: Sequence[FailedEnrichment]) -> str:
        """Keep these; return why they could not be, or ""."""
        try:
            self._failures.keep(tenant, failed)
        except TocsinError as error:
            return str(error)
        return ""

    def _found(
        self, tenant: str, stages: Sequence[Stage], change: Change, left_s: Callable[[], float]
    ) -> tuple[Alert, Sequence[StageResult]]:
        subject = Subject(
            tenant=tenant,
            fingerprint=change.fingerprint,
            at_s=change.received_at_s,
            left_s=left_s,
        )
        alert = change.alert
        if alert.enrichment is not None:
            alert = msgspec.structs.replace(alert, enrichment=None)
        draft = Draft(alert=alert)
        results = run(stages, subject, draft, self._clock_s)
        return _with(alert, draft, results), results


def _with(alert: Alert, draft: Draft, results: Sequence[StageResult]) -> Alert:
    """Return the alert with what was found, and with nothing changed that tells alerts apart."""
    found: Enrichment = msgspec.structs.replace(draft.found, stages=tuple(results))
    return msgspec.structs.replace(
        alert,
        annotations=draft.alert.annotations,
        url=draft.alert.url,
        value=draft.alert.value,
        enrichment=found,
    )
