"""The stage `score`."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.builders import alert
from tests.unit.domain.enrichment.early import SUBJECT, after
from tocsin.domain.alert import SEVERITIES
from tocsin.domain.enrichment import scoring
from tocsin.domain.enrichment.category_words import CATEGORIES
from tocsin.domain.enrichment.scoring import score_of, stage
from tocsin.domain.enrichment.settings import EnrichmentSettings
from tocsin.domain.enrichment.stage import Draft
from tocsin.domain.found import Enrichment, Findings, Link, Owner, Triage

STAGE = stage(EnrichmentSettings())


def _score(found: Enrichment = Enrichment(), **fields) -> float:  # noqa: B008 - it is frozen
    return score_of(alert(**fields), found)


def test_severity_comes_first_and_the_rest_moves_it() -> None:
    scores = [_score(severity=severity) for severity in SEVERITIES]
    assert scores == sorted(scores, reverse=True) == [75, 55, 35, 15, 5]
    owned = Enrichment(owner=Owner(service="orders", tier="1"), category="availability")
    assert _score(owned, severity="critical") == 100
    assert _score(replace(owned, category="cost"), severity="warning") == 45


@pytest.mark.parametrize(
    ("label", "value", "score"),
    [("env", "prod", 35), ("env", "Staging", 15), ("environment", "dev", 15), ("stage", "uat", 15),
     ("host", "dev", 35)],
)  # fmt: skip
def test_what_is_no_production_matters_less(label: str, value: str, score: float) -> None:
    assert _score(labels={label: value}) == score


@pytest.mark.parametrize(
    ("tier", "score"), [("1", 50), ("2", 42), ("3", 35), ("5", 30), ("gold", 35)]
)
def test_the_tier_of_the_owner_counts(tier: str, score: float) -> None:
    assert _score(Enrichment(owner=Owner(service="orders", tier=tier))) == score


def test_news_that_nobody_runs_does_not_matter() -> None:
    assert _score(Enrichment(irrelevant="sports"), severity="critical") == 0


@settings(deadline=None)
@given(
    st.sampled_from(SEVERITIES),
    st.sampled_from(CATEGORIES),
    st.text(max_size=3),
    st.text(max_size=8),
)
def test_a_score_is_from_0_to_100(severity, category, tier, env) -> None:
    found = Enrichment(category=category, owner=Owner(service="s", tier=tier))
    assert 0 <= _score(found, severity=severity, labels={"env": env}) <= 100


def test_the_stage_scores_and_leaves_out_what_may_not_be_told() -> None:
    bad = Link(title="x", url="javascript:alert(1)")
    draft = after(STAGE, Enrichment(category="errors", links=(bad,)), severity="high")
    assert draft.found == Enrichment(category="errors", score=60.0)


def test_it_is_the_same_after_the_late_stages_and_holds_what_they_found_in_bounds() -> None:
    long = Findings(triage=Triage(by="a model", cause="x" * 9000))
    draft = Draft(alert=alert(), found=Enrichment(findings=long, score=1.0), findings=long)
    assert STAGE.run(SUBJECT, draft) == ""
    assert draft.found.score == 35
    assert draft.findings == draft.found.findings
    assert len(draft.findings.triage.cause) == 400


def test_the_page_has_every_point() -> None:
    page = (Path(__file__).parents[4] / "docs" / "enrichment-text.md").read_text()
    for points in (scoring.BY_SEVERITY, scoring.BY_TIER, scoring.BY_CATEGORY):
        for name, value in points.items():
            assert f"{name} {value:+.0f}" in page
    assert f"{scoring.NO_PRODUCTION:+.0f}" in page
    assert all(f"`{category}`" in page for category in CATEGORIES)
