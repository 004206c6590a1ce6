"""The stage `categorise`."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.categories import LEAST_PRECISION, labelled, misses, precision
from tests.builders import alert
from tests.unit.domain.enrichment.early import after
from tocsin.domain.enrichment.categories import category_of, stage
from tocsin.domain.enrichment.category_words import CATEGORIES, WORDS
from tocsin.domain.enrichment.settings import EnrichmentSettings

STAGE = stage(EnrichmentSettings())


@pytest.mark.parametrize(
    ("name", "fields", "category"),
    [
        ("HTTP5XXErrorRate", {}, "errors"),
        ("disk_space_low", {}, "disk"),
        ("MQFull (Message queue is full)", {}, "queue"),
        ("KubePodCrashLooping", {"labels": {"job": "kube-state-metrics"}}, "kubernetes"),
        ("db-2", {"annotations": {"summary": "CPU and memory"}}, "database"),
        ("Alarm 7", {"labels": {"namespace": "AWS/RDS", "metric": "Unknown"}}, "database"),
        ("Alarm 7", {"annotations": {"description": "the filesystem is full"}}, "disk"),
        ("Alarm 7", {"labels": {"host": "kafka-database-disk"}}, "other"),
        ("InstanceDown", {"labels": {"job": "prometheus"}}, "availability"),
        ("Alarm 7", {"annotations": {"summary": "it is time to check the table"}}, "other"),
        ("Alarm 7", {}, "other"),
        ("", {}, "other"),
    ],
)
def test_words_of_name_labels_and_texts_decide(name, fields, category) -> None:
    assert category_of(alert(name, **fields)) == category
    assert after(STAGE, name=name, **fields).found.category == category


def test_the_thing_that_broke_comes_before_how_it_shows() -> None:
    assert category_of(alert("NetworkLatencyHigh")) == "network"
    assert category_of(alert("PostgresqlDown")) == "database"


def test_a_word_that_is_repeated_counts_once() -> None:
    said = {"summary": "slow slow slow slow slow slow", "description": "disk is full"}
    assert category_of(alert("Alarm 7", annotations=said)) == "disk"


def test_what_gets_a_category_gets_the_right_one_in_the_half_that_was_not_looked_at() -> None:
    held = [each for each in labelled() if each.is_held_out]
    right, named = precision(held)
    assert len(labelled()) >= 150
    assert right / named >= LEAST_PRECISION
    assert len(misses(held)) <= 0.15 * len(held)


def test_every_category_but_other_has_words_and_cases() -> None:
    assert set(WORDS) == set(CATEGORIES) - {"other"}
    assert {each.category for each in labelled()} == set(CATEGORIES)


@settings(deadline=None)
@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=20))
def test_any_text_gets_a_category_and_always_the_same(name: str, text: str, job: str) -> None:
    made = alert(name, annotations={"summary": text}, labels={"job": job})
    assert category_of(made) in CATEGORIES
    assert category_of(made) == category_of(made)


def test_what_is_beyond_the_first_characters_is_not_read() -> None:
    long = {"summary": "x " * 150 + "disk", "description": "y" * 16_384}
    assert category_of(alert("a" * 4096 + " disk", annotations=long)) == "other"
