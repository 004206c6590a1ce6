"""What every test stands on: the environment that Lambda would give, and no real credentials."""

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

os.environ |= {
    "POWERTOOLS_SERVICE_NAME": "test",
    "POWERTOOLS_METRICS_NAMESPACE": "Tocsin",
    "POWERTOOLS_LOG_LEVEL": "INFO",
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}
for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_SESSION_TOKEN"):
    os.environ.pop(name, None)

from botocore.client import BaseClient  # noqa: E402 - it reads the environment
from botocore.session import Session  # noqa: E402

from tests.untraced import few_examples_traced, leave_untraced  # noqa: E402

leave_untraced(BaseClient, "_make_api_call")
leave_untraced(Session, "create_client")


# Allocations between two collections, and how many of those are between two of older objects.
_COLLECT_AFTER = (10_000, 10, 50)


def pytest_collection_finish() -> None:
    """Leave the tests themselves to no garbage collector.

    They stay until the end, and to go through 14,000 of them again and again finds nothing.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECT_AFTER)


@contextmanager
def _uncovered(item: pytest.Item) -> Iterator[None]:
    """Let the fixtures of a test that is marked `no_cover` be as little traced as itself."""
    plugin = item.config.pluginmanager.getplugin("_cov")
    controller = getattr(plugin, "cov_controller", None)
    if controller is None or item.get_closest_marker("no_cover") is None:
        yield
        return
    controller.pause()
    try:
        yield
    finally:
        controller.resume()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Iterator[None]:
    with _uncovered(item):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    with _uncovered(item):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Iterator[None]:
    if not getattr(pyfuncitem.obj, "is_hypothesis_test", False):
        return (yield)
    with few_examples_traced(pyfuncitem.obj):
        return (yield)
