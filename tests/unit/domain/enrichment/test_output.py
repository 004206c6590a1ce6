"""Validation of the output: within its caps, safe to show, the least useful left out first."""

import math
import unicodedata
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.domain.enrichment.order import EARLY, LATE
from tocsin.domain.enrichment.output import EARLY_BYTES, LATE_BYTES, fit, fit_findings
from tocsin.domain.found import (
    FOUND_LIMIT_BYTES,
    NOTHING,
    Content,
    Enrichment,
    Findings,
    Link,
    Owner,
    RecentChange,
    Similar,
    StageResult,
    Triage,
)

OWNER = Owner(service="orders", team="shop", contact="#shop", tier="1", description="takes orders")
ORDINARY = Enrichment(
    mended=("1 of 2 annotations were cut: they are too long",),
    category="database",
    entities={"host": ("db-1", "db-2"), "ip": ("10.0.0.4",)},
    owner=OWNER,
    links=(Link(title="Runbook", url="https://wiki.example/db"),),
    score=60.0,
)
FINDINGS = Findings(
    changes=(RecentChange(at_s=1.0, service="orders", title="2.4.1", url="https://ci.example/1"),),
    content=(Content(url="https://wiki.example/db", title="db", summary="Look at the locks."),),
    triage=Triage(by="a model", cause="locks", impact="slow orders", checks=("locks", "disk")),
    similar=(Similar(fingerprint="f", name="Db", likeness=0.9, how="meaning", seen_at_s=1.0),),
)


def _size(value: Any) -> int:
    return len(msgspec.json.encode(value))


def test_what_is_within_its_caps_stays_as_it_is() -> None:
    assert fit(ORDINARY) == ORDINARY
    assert fit_findings(FINDINGS, ORDINARY) == FINDINGS


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "", "//x", "data:text/html,x", "https://" + "x" * 2048]
)
def test_a_link_that_is_no_web_link_is_left_out(url: str) -> None:
    links = (Link(title="bad", url=url), Link(title="good", url="https://x.example"))
    assert fit(Enrichment(links=links)).links == links[1:]
    findings = Findings(
        changes=(RecentChange(at_s=1.0, service="s", title="t", url=url),),
        content=(Content(url=url, summary="read"),),
    )
    kept = fit_findings(findings, NOTHING)
    assert kept.changes[0].url == kept.content[0].url == ""
    assert kept.content[0].summary == "read"


def test_texts_are_plain_and_of_one_line() -> None:
    owner = Owner(service="or\u202eders\x00", team="a\nb")
    kept = fit(Enrichment(owner=owner, entities={"host": ("\x1b[31mdb\u200b-1", "\u200b")}))
    assert kept.owner == Owner(service="orders", team="a b")
    assert kept.entities == {"host": ("db-1",)}


def test_texts_are_capped_and_say_so() -> None:
    long = "x" * 5000
    kept = fit(Enrichment(mended=(long,), category=long, owner=Owner(service=long, contact=long)))
    assert kept.owner is not None
    for text, limit in (
        (kept.category, 32),
        (kept.owner.service, 100),
        (kept.owner.contact, 200),
        (kept.mended[0], 200),
    ):
        assert len(text) == limit
        assert text.endswith("x…")


def test_numbers_are_numbers() -> None:
    assert fit(Enrichment(score=math.nan)).score is None
    assert fit(Enrichment(score=400.0)).score == 100.0
    near = Similar(fingerprint="f", name="n", likeness=1.5, how="meaning", seen_at_s=1.0)
    odd = msgspec.structs.replace(near, seen_at_s=math.inf)
    change = RecentChange(at_s=math.nan, service="s", title="t")
    assert (
        fit_findings(Findings(changes=(change, *FINDINGS.changes)), NOTHING).changes
        == FINDINGS.changes
    )
    assert [
        each.likeness for each in fit_findings(Findings(similar=(odd, near)), NOTHING).similar
    ] == [1.0]


def test_the_least_useful_is_left_out_first() -> None:
    entities = {
        "host": tuple(f"host-{number}" + "x" * 180 for number in range(10)),
        "ip": ("10.0.0.4",),
    }
    links = tuple(
        Link(title=f"{number}", url="https://x.example/" + "y" * 300) for number in range(8)
    )
    kept = fit(msgspec.structs.replace(ORDINARY, entities=entities, links=links))
    assert _size(kept) <= EARLY_BYTES
    assert kept.owner == OWNER
    assert kept.links == links
    assert kept.entities["ip"] == ("10.0.0.4",)
    assert 0 < len(kept.entities["host"]) < 10
    assert kept.entities["host"] == entities["host"][: len(kept.entities["host"])]


def test_a_long_link_to_a_log_search_stays() -> None:
    link = Link(title="Logs", url="https://logs.example/?q=" + "x" * 1900)
    assert fit(Enrichment(links=(link,))).links == (link,)


def test_what_early_stages_took_is_not_there_for_late_ones() -> None:
    link = Link(title="Logs", url="https://logs.example/?q=" + "x" * 1900)
    wide = Enrichment(links=(link, link), stages=_all_failed(EARLY))
    changes = tuple(RecentChange(at_s=1.0, service="s", title="t" * 200) for _ in range(5))
    assert len(fit_findings(Findings(changes=changes), NOTHING).changes) == 5
    assert len(fit_findings(Findings(changes=changes), wide).changes) < 5


def test_of_findings_one_of_each_kind_stays_as_long_as_that_is_possible() -> None:
    change = RecentChange(at_s=1.0, service="s", title="t", url="https://x.example/" + "y" * 400)
    many = Findings(
        changes=(change,) * 9,
        content=tuple(Content(url="https://x.example", summary="s" * 600) for _ in range(9)),
        triage=FINDINGS.triage,
        similar=FINDINGS.similar * 9,
    )
    kept = fit_findings(many, ORDINARY)
    assert _size(kept) <= LATE_BYTES
    assert kept.triage == FINDINGS.triage
    assert (len(kept.similar), len(kept.content), len(kept.changes)) == (1, 2, 5)


texts = st.text(max_size=30) | st.builds(
    str.__mul__,
    st.sampled_from(["x", "\\", '"', "\u4f60", "\U0001f600", "\u202e", "a \u200d"]),
    st.integers(0, 1500),
)
tuples = st.lists(texts, max_size=20).map(tuple)
numbers = st.floats()
urls = texts | st.builds("https://x.example/{}".format, st.text(max_size=600))
early = st.builds(
    Enrichment,
    mended=tuples,
    category=texts,
    irrelevant=texts,
    entities=st.dictionaries(texts, tuples, max_size=15),
    owner=st.none()
    | st.builds(Owner, service=texts, team=texts, contact=texts, tier=texts, description=texts),
    links=st.lists(st.builds(Link, title=texts, url=urls), max_size=20).map(tuple),
    score=st.none() | numbers,
)
changes = st.builds(
    RecentChange, at_s=numbers, service=texts, title=texts, kind=texts, by=texts, url=urls
)
contents = st.builds(Content, url=urls, title=texts, summary=texts)
nearest = st.builds(
    Similar,
    fingerprint=texts,
    name=texts,
    likeness=numbers,
    how=st.just("meaning"),
    seen_at_s=numbers,
)
late = st.builds(
    Findings,
    changes=st.lists(changes, max_size=9).map(tuple),
    content=st.lists(contents, max_size=9).map(tuple),
    triage=st.none() | st.builds(Triage, by=texts, cause=texts, impact=texts, checks=tuples),
    similar=st.lists(nearest, max_size=9).map(tuple),
)


@settings(deadline=None)
@given(early, late)
def test_whatever_was_found_it_fits_beside_the_results_of_all_stages(found, findings) -> None:
    kept = fit(found)
    told = msgspec.structs.replace(kept, stages=_all_failed(EARLY))
    later = fit_findings(findings, told)
    ends = msgspec.structs.replace(later, stages=_all_failed((*LATE, "score")))
    whole = msgspec.structs.replace(told, findings=ends)
    encoded = msgspec.json.encode(whole)
    assert len(encoded) <= FOUND_LIMIT_BYTES
    assert msgspec.json.decode(encoded, type=Enrichment) == whole
    assert not any(unicodedata.category(each) in ("Cc", "Cs") for each in str(whole))
    assert fit(kept) == kept
    assert fit_findings(later, told) == later


def _all_failed(names: tuple[str, ...]) -> tuple[StageResult, ...]:
    return tuple(StageResult(name, "failed", "w" * 200, 12345.67) for name in names)
