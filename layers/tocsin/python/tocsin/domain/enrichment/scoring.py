"""The stage `score`: how much an alert matters, 0 to 100, and whether what was found may be told.

It runs at the end of both runs, early and late, and comes to the same score in both: only facts
that the alert carries and that the early stages found count, and none that changes by the hour.
`docs/enrichment-text.md` has the points as a table.
"""

from msgspec.structs import replace

from tocsin.domain.alert import Alert, Severity
from tocsin.domain.enrichment.output import fit, fit_findings
from tocsin.domain.enrichment.settings import EnrichmentSettings
from tocsin.domain.enrichment.stage import Draft, Stage, Subject
from tocsin.domain.found import Enrichment, Findings

BY_SEVERITY: dict[Severity, float] = {
    "critical": 75.0,
    "high": 55.0,
    "warning": 35.0,
    "info": 15.0,
    "low": 5.0,
}
BY_TIER = {"1": 15.0, "2": 7.0, "3": 0.0, "4": -5.0, "5": -5.0}
BY_CATEGORY = {"availability": 10.0, "security": 10.0, "errors": 5.0, "database": 5.0, "cost": -5.0}
NO_PRODUCTION = -20.0

_ENVIRONMENT_LABELS = frozenset(("env", "environment", "deployment_environment", "stage"))
_NO_PRODUCTION = {
    "dev", "development", "test", "testing", "qa", "uat", "staging", "stage", "sandbox", "preview",
    "nonprod", "non-prod", "lab", "demo",
}  # fmt: skip

_NO_FINDINGS = Findings()


def score_of(alert: Alert, found: Enrichment) -> float:
    """Return how much an alert matters, 0 to 100; 0 for news that nobody runs."""
    if found.irrelevant:
        return 0.0
    points = BY_SEVERITY[alert.severity] + BY_CATEGORY.get(found.category, 0.0)
    if found.owner is not None:
        points += BY_TIER.get(found.owner.tier, 0.0)
    if not _is_production(alert.labels):
        points += NO_PRODUCTION
    return min(max(points, 0.0), 100.0)


def _is_production(labels: dict[str, str]) -> bool:
    """Tell whether no label says otherwise."""
    return _ENVIRONMENT_LABELS.isdisjoint(labels) or all(
        labels.get(name, "").lower() not in _NO_PRODUCTION for name in _ENVIRONMENT_LABELS
    )


class _Score:
    name = "score"

    def run(self, _subject: Subject, draft: Draft) -> str:
        found = fit(replace(draft.found, score=score_of(draft.alert, draft.found)))
        if found.findings is not None:
            found = replace(found, findings=fit_findings(found.findings, found))
        draft.found = found
        if draft.findings != _NO_FINDINGS:
            draft.findings = fit_findings(draft.findings, found)
        return ""


def stage(_settings: EnrichmentSettings) -> Stage:
    """Make the stage; no setting changes what it does."""
    return _Score()
