"""The limits of one request: which hold, whether it keeps them, and what its sender is told."""

from collections.abc import Sequence
from math import ceil
from typing import Any

from tocsin.adapters.fallback import FallbackLimiter
from tocsin.adapters.memory.limiter import MemoryLimiter
from tocsin.domain.config import TenantConfig
from tocsin.domain.errors import Retryable, TooManyRequests
from tocsin.domain.limits import UNLIMITED, Endpoint, Limits, Quota, Verdict, quotas_for, tightest
from tocsin.ports import Configs, Limiter
from tocsin.providers.registry import NAMES
from tocsin.runtime.clock import now_s
from tocsin.runtime.gateway import HttpRequest

_LIFTED = Limits(alerts=UNLIMITED, webhook=UNLIMITED, metrics=UNLIMITED)
# Whoever sends less than this a minute is small, and did not fill the queues.
_SMALL_SENDER_REQUESTS = 10


def make_limiter(cache_url: str, environment: str) -> Limiter:
    """Return the limiter that all instances share, or without a cache one for this instance."""
    if not cache_url:
        return MemoryLimiter(now_s)
    from tocsin.adapters.redislimiter import RedisLimiter

    return with_fallback(RedisLimiter(cache_url, environment))


def with_fallback(shared: Limiter) -> Limiter:
    """Return a limiter in whose stead each instance counts alone while it is away."""
    return FallbackLimiter(shared, MemoryLimiter(now_s), now_s, _report)


def _report(reason: str) -> None:
    from tocsin.runtime.observability import logger

    logger().warning("requests are counted by each instance alone", extra={"reason": reason})


class Passage:
    """What the limits say of one request; it may have been refused before they were asked."""

    def __init__(self) -> None:
        self.verdicts: Sequence[Verdict] = ()
        self._is_shared = False
        self.provider = ""
        self.counts: dict[str, int] = {}

    @property
    def is_small_sender(self) -> bool:
        """Whether the sender's requests of the last minute are few, in all instances together.

        What one instance counts alone says nothing: with many of them everybody looks small.
        """
        if not self._is_shared:
            return False
        windows = [each for each in self.verdicts if each.quota.rate_per_s is None]
        return any(each.quota.limit - each.remaining < _SMALL_SENDER_REQUESTS for each in windows)

    def accepted(self, alerts: int) -> dict[str, dict[str, int]]:
        """Return what to count of the provider's accepted alerts."""
        return {self.provider: {"provider_accepted": alerts}} if alerts else {}

    def enter(
        self, request: HttpRequest, tenant: str, provider: str, limiter: Limiter, configs: Configs
    ) -> None:
        """Count the request against all that limits it, or raise TooManyRequests."""
        # Names that senders make up must not become keys and metrics.
        self.provider = provider if provider in NAMES else "generic"
        quotas = quotas_for(_limits(tenant, configs), endpoint_of(request), self.provider)
        if not quotas:
            return
        self.verdicts = limiter.check(tenant, quotas)
        self._is_shared = limiter.state == "shared"
        if not self._is_shared:
            self.counts[f"limiter_{limiter.state}"] = 1
        verdict = tightest(self.verdicts)
        if not verdict.is_allowed:
            raise _refusal(verdict)

    def stamped(self, answer: Any) -> Any:
        """Return an answer with the headers that say what is left."""
        if not self.verdicts:
            return answer
        return {**answer, "headers": {**answer["headers"], **headers_for(self.verdicts)}}


def endpoint_of(request: HttpRequest) -> Endpoint:
    """Return the class of a route: `webhook` where the path says whose payload it is."""
    if request.resource.endswith(("/v1/metrics", "/v1/changes")):
        return "metrics"
    is_webhook = request.resource.endswith(("/alerts/{provider}", "/v2/enqueue"))
    return "webhook" if is_webhook else "alerts"


def headers_for(verdicts: Sequence[Verdict]) -> dict[str, str]:
    """Return RateLimit fields for all verdicts, and X-RateLimit fields for the one that decides.

    Fields as in draft-ietf-httpapi-ratelimit-headers-10: times are seconds from now.
    """
    decisive = tightest(verdicts)
    return {
        "RateLimit-Policy": ", ".join(_policy(verdict.quota) for verdict in verdicts),
        "RateLimit": ", ".join(_state(verdict) for verdict in verdicts),
        "X-RateLimit-Limit": str(decisive.quota.limit),
        "X-RateLimit-Remaining": str(decisive.remaining),
        "X-RateLimit-Reset": str(_whole_s(decisive.next_s)),
    }


def _limits(tenant: str, configs: Configs) -> Limits:
    try:
        found: TenantConfig | None = configs.current(tenant)
    except Retryable:
        # Nobody is refused for a limit that may not be theirs.
        return _LIFTED
    return found.limits if found else Limits()


def _refusal(verdict: Verdict) -> TooManyRequests:
    quota, retry_after_s = verdict.quota, _whole_s(verdict.next_s)
    window_s = _whole_s(quota.window_s)
    return TooManyRequests(
        f"more than {quota.limit} requests in {window_s} s ({quota.scope}); "
        f"send again in {retry_after_s} s",
        retry_after_s=retry_after_s,
        scope=quota.scope,
        limit=quota.limit,
        window_s=window_s,
    )


def _policy(quota: Quota) -> str:
    return f'"{quota.name}";q={quota.limit};w={_whole_s(quota.window_s)}'


def _state(verdict: Verdict) -> str:
    return f'"{verdict.quota.name}";r={verdict.remaining};t={_whole_s(verdict.next_s)}'


def _whole_s(seconds: float) -> int:
    """Round up, to a second at least: who waits that long must not come too early."""
    return max(1, ceil(seconds))
