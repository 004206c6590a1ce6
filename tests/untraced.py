"""Keeps coverage out of code that runs often and is not measured, or has been measured already.

A tracer is asked at each line, also where it has nothing to count; that takes longer than the
line itself.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from itertools import count
from typing import Any

# The first examples of a property show nearly all lines that it ever reaches.
TRACED_EXAMPLES = 20


def untraced(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that is not traced, for one that calls no code that coverage counts."""

    @wraps(function)
    def quietly(*arguments: Any, **options: Any) -> Any:
        tracer = sys.gettrace()
        if tracer is None:
            return function(*arguments, **options)
        sys.settrace(None)
        try:
            return function(*arguments, **options)
        finally:
            sys.settrace(tracer)

    return quietly


def leave_untraced(owner: type, name: str) -> None:
    """Let a method be untraced from now on, in every test of this process."""
    setattr(owner, name, untraced(getattr(owner, name)))


@contextmanager
def few_examples_traced(test: Any) -> Iterator[None]:
    """Let only the first examples of a property be traced, and Hypothesis itself not at all."""
    tracer, handle = sys.gettrace(), test.hypothesis
    if tracer is None:
        yield
        return
    property_, numbers = handle.inner_test, count()

    @wraps(property_)
    def example(*arguments: Any, **options: Any) -> Any:
        if next(numbers) < TRACED_EXAMPLES:
            sys.settrace(tracer)
        try:
            return property_(*arguments, **options)
        finally:
            sys.settrace(None)

    handle.inner_test = example
    sys.settrace(None)
    try:
        yield
    finally:
        sys.settrace(tracer)
        handle.inner_test = property_
