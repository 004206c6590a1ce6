"""What is left out of tracing comes back to it, and fails as it would have."""

import sys
from types import FrameType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.untraced import TRACED_EXAMPLES, few_examples_traced, untraced


@pytest.fixture
def seen() -> Any:
    """Trace, and yield the names of the functions that are called meanwhile."""
    names: list[str] = []

    def trace(frame: FrameType, event: str, _: Any) -> None:
        names.append(frame.f_code.co_name)

    before = sys.gettrace()
    sys.settrace(trace)
    yield names
    sys.settrace(before)


def reached_within() -> int:
    return 1


def reaches() -> int:
    return reached_within()


def broken() -> None:
    raise ValueError("as it would have")


def test_what_an_untraced_function_calls_is_not_seen_and_what_comes_later_is(seen: Any) -> None:
    assert untraced(reaches)() == 1
    assert "reached_within" not in seen
    reaches()
    assert seen.count("reached_within") == 1


def test_an_untraced_function_may_fail(seen: Any) -> None:
    with pytest.raises(ValueError, match="as it would have"):
        untraced(broken)()
    reaches()
    assert seen.count("reached_within") == 1


def test_the_first_examples_are_seen_and_all_are_tried(seen: Any) -> None:
    tried = []

    @settings(max_examples=TRACED_EXAMPLES + 30, database=None, derandomize=True)
    @given(st.integers())
    def a_property(number: int) -> None:
        tried.append(number)
        reaches()

    with few_examples_traced(a_property):
        a_property()
    assert len(tried) > TRACED_EXAMPLES
    assert seen.count("reaches") == TRACED_EXAMPLES


def test_an_example_that_is_not_seen_fails_the_property_all_the_same(seen: Any) -> None:
    @settings(max_examples=500, database=None, derandomize=True)
    @given(st.integers(0, 300))
    def a_property(number: int) -> None:
        assert number < 299

    with pytest.raises(AssertionError), few_examples_traced(a_property):
        a_property()
    reaches()
    assert "reaches" in seen
