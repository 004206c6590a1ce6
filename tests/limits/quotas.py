"""Quotas for tests, and what a run of many clients may not show."""

from collections.abc import Sequence

from tocsin.domain.limits import Quota
from tocsin.ports import Limiter


def window(limit: int, window_s: float = 60, scope: str = "alerts") -> Quota:
    """Return a sliding window."""
    return Quota(scope=scope, limit=limit, window_s=window_s)


def bucket(rate_per_s: float, burst: int, provider: str = "datadog") -> Quota:
    """Return a token bucket."""
    return Quota(
        scope=f"provider:{provider}",
        limit=burst,
        window_s=burst / rate_per_s,
        rate_per_s=rate_per_s,
    )


def most_within(spans: Sequence[tuple[float, float]], window_s: float) -> int:
    """Return how many of these certainly happened within one window.

    Each span is when a client asked and when it had its answer; the decision fell in between.
    """
    ordered = sorted(spans)
    return max(
        (
            sum(1 for start, end in ordered if start >= first and end < first + window_s)
            for first, _ in ordered
        ),
        default=0,
    )


def allowed(limiter: Limiter, quota: Quota, times: int, tenant: str = "acme") -> list[bool]:
    """Ask so many times; return whether each passed."""
    return [limiter.check(tenant, [quota])[0].is_allowed for _ in range(times)]
