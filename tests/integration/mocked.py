"""AWS as moto plays it in this process, with nothing in it, for as long as a block lasts.

A client has no state that a test could notice and takes long to make, so that one is kept for
all tests of a process.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import pytest
from botocore.retries import quota
from moto import mock_aws
from moto.core.models import MockAWS

from tests.integration.meter import Meter
from tests.integration.quickmoto import find_out_once
from tests.integration.waysback import keep_ways_back_short
from tests.strict import install
from tests.untraced import leave_untraced
from tocsin.adapters import aws

ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "us-east-1",
}
# A client of a test's own, for one that listens to its events or changes it for good.
own_client = aws._make_client

leave_untraced(MockAWS, "start")
leave_untraced(MockAWS, "stop")
keep_ways_back_short()
find_out_once()


class _Quota(quota.RetryQuota):
    """How often clients may still try again; full at the start of each test."""

    made: list["_Quota"] = []  # noqa: RUF012 - all of the process

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.made.append(self)


@cache
def meter() -> Meter:
    """Return the one meter: botocore's session, and so its events, live as long as the process."""
    made = Meter()
    made.watch(aws._session())
    return made


@contextmanager
def mocked() -> Iterator[None]:
    """Let moto answer the clients of `aws`, and have nothing before and after."""
    # Before any client is made: a client takes its session's subscribers along.
    install(aws._session())
    meter()
    for each in _Quota.made:
        each.release(each.INITIAL_CAPACITY)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in ENVIRONMENT.items():
            patch.setenv(name, value)
        patch.delenv("AWS_ENDPOINT_URL", raising=False)
        patch.setattr(aws, "_make_client", _kept_client)
        with mock_aws():
            aws.client.cache_clear()
            yield
    aws.client.cache_clear()


@cache
def _kept_client(service: str, read_timeout_s: float, attempts: int, **options: str) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(quota, "RetryQuota", _Quota)
        return own_client(service, read_timeout_s=read_timeout_s, attempts=attempts, **options)
