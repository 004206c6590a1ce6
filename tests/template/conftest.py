import pytest

from tests.template.transformed import Stack


@pytest.fixture(scope="session")
def stack() -> Stack:
    """The stack as `sam deploy --guided` makes it, all defaults accepted."""
    return Stack()


@pytest.fixture(scope="session")
def cached_stack() -> Stack:
    """The stack with its cache."""
    return Stack(EnableCache="true")
