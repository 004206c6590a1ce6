"""Investigate: the late stages, for firings that people are told of already.

Whatever goes wrong here delays nobody: an alert whose investigation fails, breaks or takes too
long gets what was found until then, and is kept apart with the errors to be tried again.
"""

from collections.abc import Callable, Sequence

import msgspec

from tocsin.domain.alert import Alert
from tocsin.domain.change import Change
from tocsin.domain.enrichment.order import LATE
from tocsin.domain.enrichment.running import NO_TIME, failed, run
from tocsin.domain.enrichment.stage import Draft, Learning, Stage, Subject
from tocsin.domain.errors import ConfigurationError, Permanent, TocsinError
from tocsin.domain.found import NOTHING, Enrichment, Findings, StageResult
from tocsin.pipeline.batch import Delivery, Outcome, each_tenant
from tocsin.pipeline.cases import Case, pack_found, unpack_cases
from tocsin.pipeline.enrichment.early import StagesOf
from tocsin.pipeline.envelope import Envelope
from tocsin.ports import Blobs, Clock, Configs, FailedEnrichment, FailedEnrichments, Outbox

# It holds what was found within its caps, however the others ended and how much time is left.
_LAST = "score"

# So much is kept for each stage behind one that hangs, or its equal share of less.
_KEPT_S = 8.0

LeftS = Callable[[], float]
# Runs one job for each of several cases, some of them at the same time, until each is done or its
# time is over. It passes on how much time each has left.
Together = Callable[[Callable[[Case, LeftS], None], Sequence[Case]], None]


class _Reached(msgspec.Struct, frozen=True):
    """How far a case came: what was found by the stages that ended, and how each did."""

    found: Enrichment
    findings: Findings
    results: tuple[StageResult, ...] = ()


class _Ended(msgspec.Struct, frozen=True):
    """A case with what was found of it; `has_failed` says whether a stage did in this run."""

    case: Case
    change: Change
    has_failed: bool


class InvestigatePorts(msgspec.Struct, frozen=True, kw_only=True):
    """What investigate needs of the outside world. `clock` only measures how long things take."""

    outbox: Outbox
    blobs: Blobs
    configs: Configs
    failures: FailedEnrichments
    clock: Clock


class Investigate:
    """Handle batches of cases; one object a worker, since stages remember what they loaded."""

    def __init__(self, ports: InvestigatePorts, stages: StagesOf, together: Together) -> None:
        self._ports = ports
        self._stages = stages
        self._together = together

    def handle(
        self, deliveries: Sequence[Delivery], now_s: float, has_time: Callable[[], bool]
    ) -> Outcome:
        """Process a batch; messages in `failed` must come back."""

        def handle_tenant(tenant: str, own: list[Delivery], outcome: Outcome) -> None:
            self._process(tenant, own, now_s, outcome)

        return each_tenant(deliveries, handle_tenant, has_time)

    def _process(self, tenant: str, own: list[Delivery], now_s: float, outcome: Outcome) -> None:
        config = self._ports.configs.current(tenant)
        if config is None:
            raise ConfigurationError(f"tenant {tenant} has no configuration; run config apply")
        cases = self._unpack(own, outcome)
        stages = self._stages.of(config)
        if not cases or not stages:
            return
        ended = self._investigated(tenant, stages, cases)
        try:
            self._send(tenant, [each.change for each in ended], own[0].envelope, now_s)
            outcome.count("investigated", len(ended))
            self._keep(tenant, ended, now_s, outcome)
        finally:
            outcome.warnings += [why for why in map(_closed, stages) if why]

    def _send(self, tenant: str, changes: list[Change], first: Envelope, now_s: float) -> None:
        messages = pack_found(tenant, changes, f"{first.id}.found", now_s, self._ports.blobs)
        self._ports.outbox.send("evaluate", list(messages))

    def _unpack(self, own: list[Delivery], outcome: Outcome) -> list[Case]:
        """Return the cases of a batch, each event once."""
        found: dict[str, Case] = {}
        for delivery in own:
            try:
                for case in unpack_cases(delivery.envelope, self._ports.blobs):
                    found.setdefault(case.change.source, case)
            except TocsinError as error:
                outcome.fail([delivery], error)
        return list(found.values())

    def _investigated(
        self, tenant: str, stages: Sequence[Stage], cases: Sequence[Case]
    ) -> list[_Ended]:
        """Return each case with what was found of it in its time."""
        reached = {case.change.source: _begun(case) for case in cases}

        def investigate(case: Case, left_s: LeftS) -> None:
            draft = _draft(case, _begun(case))
            results: tuple[StageResult, ...] = ()
            wanted = [stage for stage in _wanted(stages, case) if stage.name != _LAST]
            for behind, stage in zip(reversed(range(len(wanted))), wanted, strict=True):
                subject = _subject(tenant, case, _share(left_s, behind))
                results += tuple(run([stage], subject, draft, self._ports.clock))
                if results[-1].why == NO_TIME:
                    return
                # Replaced as a whole, since somebody else may look at any time.
                reached[case.change.source] = _Reached(draft.found, draft.findings, results)

        self._together(investigate, cases)
        # Whoever was given up goes on, and must change nothing of what is told.
        last = dict(reached)
        return [self._ended(tenant, stages, case, last[case.change.source]) for case in cases]

    def _ended(self, tenant: str, stages: Sequence[Stage], case: Case, reached: _Reached) -> _Ended:
        results = [*reached.results]
        ended = {each.stage for each in results}
        draft = _draft(case, reached)
        for stage in _wanted(stages, case):
            if stage.name == _LAST:
                results += run([stage], _subject(tenant, case), draft, self._ports.clock)
            elif stage.name not in ended:
                results.append(StageResult(stage.name, "failed", "the time was over"))
        alert = _with(case.change.alert, draft, results)
        change = msgspec.structs.replace(case.change, alert=alert)
        return _Ended(case, change, has_failed=bool(failed(results)))

    def _keep(self, tenant: str, ended: Sequence[_Ended], now_s: float, outcome: Outcome) -> None:
        """Keep apart what failed, and forget what was, and failed no more.

        What fails is kept under the event that began its firing alone, whichever failed before.
        Raises Retryable where that did not work: then all is done again, since what failed must
        not be lost.
        """
        kept: list[FailedEnrichment] = []
        gone: list[str] = []
        for each in ended:
            results = _late_results(each.change)
            broken = failed(results)
            if broken:
                one = FailedEnrichment(
                    change=each.case.change,
                    failed=tuple(result for result in results if result.stage in broken),
                    attempts=each.case.attempts + 1,
                    at_s=now_s,
                )
                kept.append(one)
            elif each.case.attempts:
                gone.append(each.change.source)
            gone += each.case.kept
        outcome.count("enrichment_failed", sum(each.has_failed for each in ended))
        try:
            if kept:
                self._ports.failures.keep(tenant, kept)
            if gone:
                self._ports.failures.forget(tenant, gone)
        except Permanent as error:
            # To do all again would end the same, and ask models and pages for what is told already.
            outcome.warnings.append(f"failed enrichments of {tenant} are not kept: {error}")


def _begun(case: Case) -> _Reached:
    """Return what is known of a case before anything of it is investigated."""
    found = case.change.alert.enrichment or NOTHING
    return _Reached(found, found.findings or Findings())


def _subject(tenant: str, case: Case, left_s: LeftS = lambda: float("inf")) -> Subject:
    change = case.change
    return Subject(
        tenant=tenant,
        fingerprint=change.fingerprint,
        at_s=change.received_at_s,
        left_s=left_s,
        is_retry=case.attempts > 0,
    )


def _share(left_s: LeftS, behind: int) -> LeftS:
    """Return how to ask for what is left to a stage with so many behind it."""
    kept_s = min(_KEPT_S * behind, left_s() * behind / (behind + 1))
    return lambda: left_s() - kept_s


def _draft(case: Case, reached: _Reached) -> Draft:
    return Draft(alert=case.change.alert, found=reached.found, findings=reached.findings)


def _closed(stage: Stage) -> str:
    """Let a stage store what it learnt; return why it could not, or ""."""
    return stage.close() if isinstance(stage, Learning) else ""


def _wanted(stages: Sequence[Stage], case: Case) -> list[Stage]:
    """Return the stages that a case asks for: those named, or the late ones."""
    names = {*(case.stages or LATE), _LAST}
    return [stage for stage in stages if stage.name in names]


def _with(alert: Alert, draft: Draft, results: Sequence[StageResult]) -> Alert:
    """Return the alert with what was found, and how each stage ended that ran now or before.

    Its texts stay as they were told, also where an early stage ran again that would mend them; by
    them evaluate knows what the findings are about.
    """
    late = tuple(each for each in results if each.stage in LATE)
    early = tuple(each for each in results if each.stage not in LATE)
    findings = msgspec.structs.replace(draft.findings, stages=_latest(draft.findings.stages, late))
    before = alert.enrichment or NOTHING
    found = msgspec.structs.replace(
        draft.found,
        mended=before.mended,
        stages=_latest(draft.found.stages, early),
        findings=findings,
    )
    return msgspec.structs.replace(alert, enrichment=found)


def _latest(before: Sequence[StageResult], now: Sequence[StageResult]) -> tuple[StageResult, ...]:
    latest = {each.stage: each for each in before} | {each.stage: each for each in now}
    return tuple(latest.values())


def _late_results(change: Change) -> tuple[StageResult, ...]:
    found = change.alert.enrichment
    if found is None:
        return ()
    late = found.findings.stages if found.findings is not None else ()
    return (*found.stages, *late)
