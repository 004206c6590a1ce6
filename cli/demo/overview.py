"""A tenant's books, as GET /v1/stats/overview tells them."""

import click
import msgspec

from cli.localcloud.http import call
from tocsin.domain.balance import Balance


class OverviewError(click.ClickException):
    """The overview could not be read; says what was answered."""


class Overview(Balance, frozen=True, kw_only=True):
    """What became of a tenant's accepted alerts."""

    tenant: str


def read_overview(base_url: str, key: str, hours: int = 24) -> Overview:
    """Ask tocsin for a tenant's books; the key, with scope `read`, says whose."""
    url = f"{base_url}/v1/stats/overview?hours={hours}"
    answer = call("GET", url, headers={"x-api-key": key})
    if answer.status != 200:
        raise OverviewError(f"GET {url} answered {answer.status}: {answer.text[:300]}")
    return msgspec.json.decode(answer.text, type=Overview)
