"""How what was found out about a firing joins what is known of it by then.

Two runs of stages can be under way about one firing: the one that its beginning asked for, and one
that somebody asks for meanwhile. Neither knows what the other finds, and a message can come again
after both. So what ended well is not taken away by a run that did not try it, or failed in it.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from tocsin.domain.alert import Alert
from tocsin.domain.found import Enrichment, Findings, StageResult


def joined(known: Alert, found: Alert) -> Enrichment | None:
    """Return what is known of a firing with what was found about it, or about how it was before.

    What early stages found of it as it is now is newer than what they found of that.
    """
    before, now = known.enrichment, found.enrichment
    if before is None or now is None:
        return before if now is None else now
    is_newer = _as_sent(found) == _as_sent(known) and _has_all(now.stages, before.stages)
    early = now if is_newer else before
    return replace(early, findings=_joined(before.findings, now.findings, early))


def says_more(known: Alert, enriched: Alert) -> bool:
    """Tell whether late stages found anything that was not known, besides how they ended."""
    found = _bare(enriched)
    return found not in (Findings(), _bare(known))


def _joined(before: Findings | None, now: Findings | None, early: Enrichment) -> Findings | None:
    if before is None or now is None:
        return before if now is None else now
    if _has_all(now.stages, before.stages):
        return now
    # Imported here: it is rare that two runs are under way.
    from tocsin.domain.enrichment.output import fit_findings

    ended = {each.stage: each for each in (*before.stages, *now.stages)}
    both = Findings(
        changes=now.changes or before.changes,
        content=now.content or before.content,
        triage=now.triage or before.triage,
        similar=now.similar or before.similar,
        stages=tuple(ended.values()),
    )
    return fit_findings(both, early)


def _has_all(now: Sequence[StageResult], before: Sequence[StageResult]) -> bool:
    """Tell whether all that ended well before has ended so now, or found nothing to do."""
    fine = {each.stage for each in now if each.outcome != "failed"}
    return all(each.stage in fine for each in before if each.outcome == "ok")


def _bare(alert: Alert) -> Findings:
    late = alert.enrichment.findings if alert.enrichment is not None else None
    return Findings() if late is None else replace(late, stages=())


def _as_sent(alert: Alert) -> Alert:
    return replace(alert, enrichment=None)
