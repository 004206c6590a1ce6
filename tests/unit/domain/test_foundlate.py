"""What two runs of stages found about one firing, neither of which knew of the other."""

from typing import Any

import pytest
from msgspec.json import encode
from msgspec.structs import replace

from tests.builders import T0, alert
from tocsin.domain.alert import Alert
from tocsin.domain.enrichment.output import LATE_BYTES
from tocsin.domain.found import (
    Content,
    Enrichment,
    Findings,
    Outcome,
    Owner,
    RecentChange,
    Similar,
    StageResult,
    Triage,
)
from tocsin.domain.foundlate import joined

FOUND: dict[str, dict[str, Any]] = {
    "find_changes": {"changes": (RecentChange(at_s=T0, service="api", title="v42"),)},
    "read_content": {"content": (Content(url="https://wiki.example.com/", summary="Roll back."),)},
    "triage": {"triage": Triage(by="extract", cause="The pool is full.")},
    "find_similar": {
        "similar": (
            Similar(fingerprint="f", name="Slow", likeness=0.9, how="meaning", seen_at_s=T0),
        )
    },
}


def late(*names: str, failed: tuple[str, ...] = (), **fields: Any) -> Alert:
    """Return an alert of which these late stages found something."""
    given = {name: value for each in names for name, value in FOUND[each].items()} | fields
    findings = Findings(stages=ended(names, "ok") + ended(failed, "failed"), **given)
    return alert(enrichment=Enrichment(findings=findings))


def ended(names: tuple[str, ...], outcome: Outcome) -> tuple[StageResult, ...]:
    return tuple(StageResult(name, outcome) for name in names)


def findings(known: Alert, found: Alert) -> Findings:
    enrichment = joined(known, found)
    assert enrichment is not None
    assert enrichment.findings is not None
    return enrichment.findings


@pytest.mark.parametrize("name", FOUND)
def test_a_run_that_did_not_try_a_stage_takes_away_nothing_that_it_found(name: str) -> None:
    others = tuple(each for each in FOUND if each != name)
    for known, found in ((late(name), late(*others)), (late(*others), late(name))):
        both = findings(known, found)
        whole = late(*FOUND).enrichment
        assert whole is not None
        assert whole.findings is not None
        assert replace(both, stages=()) == replace(whole.findings, stages=())
        assert {each.stage for each in both.stages} == set(FOUND)


def test_a_message_that_comes_again_after_a_retry_takes_away_nothing() -> None:
    first = late("find_changes", failed=("triage",))
    again = findings(late("find_changes", "triage"), first)
    assert again.triage == FOUND["triage"]["triage"]


def test_a_stage_that_runs_again_and_finds_nothing_now_has_nothing() -> None:
    known = late("find_changes", "triage")
    found = alert(
        enrichment=Enrichment(
            findings=Findings(
                stages=(
                    StageResult("find_changes", "skipped", "no change was pushed for it"),
                    StageResult("triage", "ok"),
                ),
                triage=Triage(by="other", cause="Nobody knows."),
            )
        )
    )
    now = findings(known, found)
    assert (now.changes, now.triage) == ((), Triage(by="other", cause="Nobody knows."))


def test_what_an_early_stage_found_when_it_was_tried_again_stays_too() -> None:
    owner = Owner(service="checkout", team="payments")
    mended = Enrichment(owner=owner, stages=ended(("map_ownership",), "ok"))
    stale = Enrichment(stages=ended(("map_ownership",), "failed"), findings=Findings())
    enrichment = joined(alert(enrichment=mended), alert(enrichment=stale))
    assert enrichment is not None
    assert enrichment.owner == owner


def test_together_it_is_no_more_than_one_run_may_find() -> None:
    pages = tuple(Content(url=f"https://wiki.example.com/{n}", summary="x" * 600) for n in range(3))
    long = RecentChange(
        at_s=T0, service="api", title="t" * 200, url="https://x.example/" + "u" * 900
    )
    known = late("read_content", content=pages)
    both = findings(known, late("find_changes", changes=(long,) * 3))
    assert len(encode(replace(both, stages=()))) <= LATE_BYTES
    assert both.changes
    assert both.content
