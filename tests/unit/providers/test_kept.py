"""What is kept of a payload as annotations."""

from tocsin.providers import limits
from tocsin.providers.kept import annotations


def test_single_values_are_kept_as_json_writes_them() -> None:
    fields = {"a": "x", "b": 3.0, "c": True, "d": None, "e": "", "f": [1], "g": {"h": 1}}
    assert annotations({}, fields) == {"a": "x", "b": "3", "c": "true"}


def test_what_was_said_comes_first_and_stays() -> None:
    assert annotations({"a": "said"}, {"a": "kept", "b": "1"}, {"b": "2"}) == {
        "a": "said",
        "b": "1",
    }
    assert annotations({"a": ""}, {"a": "kept"}) == {"a": "kept"}


def test_names_can_be_left_out_of_what_is_kept_only() -> None:
    assert annotations({"a": "said"}, {"b": "x"}, without=("a", "b")) == {"a": "said"}


def test_too_many_too_long_and_what_is_no_object_are_left_out() -> None:
    many = {f"n{index}": "x" for index in range(limits.ANNOTATIONS_PER_ALERT + 5)}
    assert len(annotations({"a": "x"}, many)) == limits.ANNOTATIONS_PER_ALERT
    assert annotations({}, {"n" * (limits.LABEL_NAME_CHARACTERS + 1): "x", "": "x"}, 7, None) == {}


def test_a_long_text_is_cut() -> None:
    text = annotations({}, {"a": "x" * (limits.ANNOTATION_VALUE_CHARACTERS + 1)})["a"]
    assert len(text) == limits.ANNOTATION_VALUE_CHARACTERS
