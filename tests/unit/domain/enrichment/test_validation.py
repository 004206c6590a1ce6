"""The stage `validate_input`: what is out of bounds is mended and said."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import alert
from tests.unit.domain.enrichment.early import SUBJECT, after
from tocsin.domain.enrichment.settings import EnrichmentSettings
from tocsin.domain.enrichment.stage import Draft
from tocsin.domain.enrichment.validation import TEXTS_CHARACTERS, bounded, is_web_link, stage
from tocsin.providers import limits

STAGE = stage(EnrichmentSettings())


def test_what_is_within_bounds_is_the_same_object_and_nothing_is_said() -> None:
    draft = Draft(alert=alert(annotations={"summary": "x" * 16_384}, url="https://x", value=1.0))
    before = draft.alert
    assert STAGE.run(SUBJECT, draft) == ""
    assert draft.alert is before
    assert draft.found.mended == ()


def test_a_long_text_is_cut_and_says_so() -> None:
    draft = after(STAGE, annotations={"summary": "x" * 20_000, "n": "7"})
    text = draft.alert.annotations["summary"]
    assert len(text) == limits.ANNOTATION_VALUE_CHARACTERS
    assert text.endswith("x…")
    assert draft.found.mended == ("1 of 2 annotations were cut: they are too long",)


def test_too_many_texts_are_left_out_from_the_end_and_what_people_read_stays() -> None:
    texts = {f"n{number}": "x" for number in range(200)} | {"summary": "read me"}
    draft = after(STAGE, annotations=texts)
    assert len(draft.alert.annotations) == limits.ANNOTATIONS_PER_ALERT
    assert draft.alert.annotations["summary"] == "read me"
    assert list(draft.alert.annotations)[:2] == ["n0", "n1"]
    assert draft.found.mended == ("73 of 201 annotations were left out: they are too many",)


def test_all_texts_together_are_bounded() -> None:
    texts = {f"n{number}": "x" * 16_000 for number in range(6)} | {"summary": "y" * 9_000}
    draft = after(STAGE, annotations=texts)
    kept = draft.alert.annotations
    assert sum(map(len, kept.values())) == TEXTS_CHARACTERS
    assert kept["summary"] == texts["summary"]
    assert list(kept) == ["n0", "n1", "n2", "n3", "summary"]


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "ftp://x", "//x", "http:x", "https://x\u202ey",
     "https://x\n", "https://" + "x" * 8192],
)  # fmt: skip
def test_a_link_that_is_no_web_link_is_left_out(url: str) -> None:
    draft = after(STAGE, url=url)
    assert draft.alert.url == ""
    assert "link" in draft.found.mended[0]


@pytest.mark.parametrize(
    "url", ["https://x.example/a?b=c#d", "HTTP://x.example", "http://p/graph?g0.expr=a (b)"]
)
def test_a_web_link_stays(url: str) -> None:
    assert is_web_link(url)
    assert after(STAGE, url=url).alert.url == url


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_value_that_is_no_number_is_left_out(value: float) -> None:
    draft = after(STAGE, value=value)
    assert draft.alert.value is None
    assert "value" in draft.found.mended[0]


@settings(deadline=None)
@given(
    annotations=st.dictionaries(st.text(max_size=5), st.text(max_size=20), max_size=5),
    url=st.text(max_size=20),
    value=st.none() | st.floats(),
    labels=st.dictionaries(st.text(min_size=1, max_size=5), st.text(max_size=20), max_size=3),
)
def test_no_alert_is_too_strange_and_identity_stays(annotations, url, value, labels) -> None:
    fields = {"annotations": annotations, "url": url, "value": value, "labels": labels}
    draft = after(STAGE, **fields)
    assert draft.alert.labels == alert(labels=labels).labels
    assert draft.alert.annotations == annotations
    assert draft.alert.value is None or math.isfinite(draft.alert.value)


@settings(deadline=None)
@given(st.dictionaries(st.integers(0, 300).map(str), st.integers(0, 40_000).map("x".__mul__)))
def test_texts_within_bounds_are_not_bounded_again(texts: dict[str, str]) -> None:
    once = bounded(texts)
    assert bounded(once) is once
    assert len(once) <= limits.ANNOTATIONS_PER_ALERT
    assert sum(map(len, once.values())) <= TEXTS_CHARACTERS
