"""The limits of labels and annotations."""

from typing import Any

import pytest

from tocsin.domain.errors import InvalidAlert
from tocsin.providers import limits
from tocsin.providers.label_set import check_annotations, check_labels, texts


def test_what_is_given_stays_as_it_is() -> None:
    annotations = {"a": "x" * (limits.ANNOTATION_VALUE_CHARACTERS + 1)}
    given = {**annotations}
    assert len(check_annotations(given)["a"]) == limits.ANNOTATION_VALUE_CHARACTERS
    assert given == annotations


def test_labels_with_an_empty_value_do_not_count() -> None:
    assert check_labels({"alertname": "A", "gone": ""}) == {"alertname": "A"}


@pytest.mark.parametrize(
    ("labels", "path"),
    [
        ("a=b", "labels"),
        (None, "labels"),
        ({"a": 1}, "labels.a"),
        ({"a": None}, "labels.a"),
        ({"a": {"b": "c"}}, "labels.a"),
        ({"": "x"}, "labels.''"),
        ({"a b": 1}, "labels.'a b'"),
        ({"a": "x" * (limits.LABEL_VALUE_CHARACTERS + 1)}, "labels.a"),
        ({str(n): "x" for n in range(limits.LABELS_PER_ALERT + 1)}, "labels"),
    ],
)
def test_labels_that_cannot_be_identity_are_refused(labels: Any, path: str) -> None:
    with pytest.raises(InvalidAlert) as caught:
        check_labels(labels)
    assert caught.value.path == path


def test_a_label_name_above_the_limit_is_refused_and_not_repeated_whole() -> None:
    with pytest.raises(InvalidAlert) as caught:
        check_labels({"n" * 100_000: "x"})
    assert len(caught.value.path) < 100


def test_labels_at_the_limits_are_accepted() -> None:
    labels = {
        f"{n:0{limits.LABEL_NAME_CHARACTERS}}": "x" * limits.LABEL_VALUE_CHARACTERS
        for n in range(limits.LABELS_PER_ALERT)
    }
    assert check_labels(labels) == labels


_LONG_NAMES = [f"{n:0{limits.LABEL_NAME_CHARACTERS}}" for n in range(2)]


@pytest.mark.parametrize("check", [check_labels, check_annotations])
def test_names_and_values_that_are_above_a_limit_only_together_are_accepted(check: Any) -> None:
    given = dict.fromkeys(_LONG_NAMES, "x" * limits.LABEL_VALUE_CHARACTERS)
    assert check(given) == given


@pytest.mark.parametrize("check", [check_labels, check_annotations])
@pytest.mark.parametrize("name", ["", "n" * (limits.LABEL_NAME_CHARACTERS + 1)])
def test_one_bad_name_among_good_ones_is_found(check: Any, name: str) -> None:
    with pytest.raises(InvalidAlert):
        check({"a": "b", name: "x", "c": "d"})


def test_a_label_value_one_above_the_limit_is_refused_among_good_ones() -> None:
    long = "x" * (limits.LABEL_VALUE_CHARACTERS + 1)
    with pytest.raises(InvalidAlert) as caught:
        check_labels({"a": "", "b": long, "c": ""})
    assert caught.value.path == "labels.b"


def test_a_long_annotation_is_cut_rather_than_the_alert_lost() -> None:
    cut = check_annotations({"log": "x" * 1_000_000, "summary": "short"})
    assert len(cut["log"]) == limits.ANNOTATION_VALUE_CHARACTERS
    assert cut["log"].endswith("x…")
    assert cut["summary"] == "short"


@pytest.mark.parametrize(
    ("annotations", "path"),
    [
        ([], "annotations"),
        ({"a": 1}, "annotations.a"),
        ({"": "x"}, "annotations.''"),
        ({str(n): "" for n in range(limits.ANNOTATIONS_PER_ALERT + 1)}, "annotations"),
    ],
)
def test_annotations_that_are_not_texts_are_refused(annotations: Any, path: str) -> None:
    with pytest.raises(InvalidAlert) as caught:
        check_annotations(annotations)
    assert caught.value.path == path


def test_numbers_and_booleans_become_texts_as_json_writes_them() -> None:
    values = {"a": 3, "b": 3.0, "c": 0.5, "d": True, "e": False, "f": "x", "g": None}
    assert texts(values, "labels") == {
        "a": "3", "b": "3", "c": "0.5", "d": "true", "e": "false", "f": "x",
    }  # fmt: skip
