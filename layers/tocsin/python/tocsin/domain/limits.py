"""Limits on what tenants send, and what was decided about one request."""

from collections.abc import Sequence
from typing import Literal

import msgspec

Endpoint = Literal["alerts", "webhook", "metrics"]

UNLIMITED = 0
WINDOW_S = 60
# A window is exact, so it remembers each request: some ten bytes of the cache's memory.
REQUESTS_LIMIT = 100_000
# The entry that holds for every provider without one of its own.
ANY_PROVIDER = "default"


class Bucket(msgspec.Struct, frozen=True, kw_only=True):
    """How many requests a provider may send a second in the long run, and how many at once."""

    rate_per_s: float
    burst: int


class Limits(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a tenant may send: requests a minute by endpoint class, and buckets by provider."""

    alerts: int = 100
    webhook: int = 200
    metrics: int = 200
    providers: dict[str, Bucket] = {}


class Quota(msgspec.Struct, frozen=True, kw_only=True):
    """One limit that a request is held against.

    `scope` names what is counted, `limit` how many requests may come within `window_s`. With
    `rate_per_s` it is a token bucket of `limit` tokens instead, full again after `window_s`.
    """

    scope: str
    limit: int
    window_s: float = WINDOW_S
    rate_per_s: float | None = None

    @property
    def name(self) -> str:
        """What senders are told that the limit is called."""
        return self.scope.partition(":")[0]


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What a limiter says of one request and one quota.

    `next_s` is the time until one more request is possible than now.
    """

    quota: Quota
    is_allowed: bool
    remaining: int
    next_s: float


def quotas_for(limits: Limits, endpoint: Endpoint, provider: str) -> tuple[Quota, ...]:
    """Return the limits that hold for a request; none where all of them are lifted.

    Metrics have a window of their own, and no bucket: what pushes them must not keep alerts out.
    """
    quotas: list[Quota] = []
    requests = {"alerts": limits.alerts, "webhook": limits.webhook, "metrics": limits.metrics}
    if requests[endpoint] != UNLIMITED:
        quotas.append(Quota(scope=endpoint, limit=requests[endpoint]))
    if endpoint == "metrics":
        return tuple(quotas)
    bucket = limits.providers.get(provider) or limits.providers.get(ANY_PROVIDER)
    if bucket is not None:
        quotas.append(
            Quota(
                scope=f"provider:{provider}",
                limit=bucket.burst,
                window_s=bucket.burst / bucket.rate_per_s,
                rate_per_s=bucket.rate_per_s,
            )
        )
    return tuple(quotas)


def tightest(verdicts: Sequence[Verdict]) -> Verdict:
    """Return the verdict that decides: the longest refusal, else the one with least left."""
    refused = [verdict for verdict in verdicts if not verdict.is_allowed]
    if refused:
        return max(refused, key=lambda verdict: verdict.next_s)
    return min(verdicts, key=lambda verdict: verdict.remaining)
