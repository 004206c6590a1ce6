"""Limits counted in the memory of one process."""

from collections import deque
from collections.abc import Sequence
from math import floor
from typing import Literal

from tocsin.domain.limits import Quota, Verdict
from tocsin.ports import Clock

# Tenants are many, and an instance lives for hours.
_KEYS_LIMIT = 10_000


class MemoryLimiter:
    """The fake of the shared limiter, and what stands in for it: exact, but blind to others."""

    state: Literal["local"] = "local"

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._logs: dict[str, deque[float]] = {}
        # For each bucket, how many tokens were missing when.
        self._missing: dict[str, tuple[float, float]] = {}

    def check(self, tenant: str, quotas: Sequence[Quota]) -> list[Verdict]:
        """Count one request against each quota."""
        now_s = self._clock()
        return [
            self._window(f"{tenant}#{quota.scope}", quota, now_s)
            if quota.rate_per_s is None
            else self._bucket(f"{tenant}#{quota.scope}", quota, quota.rate_per_s, now_s)
            for quota in quotas
        ]

    def _window(self, key: str, quota: Quota, now_s: float) -> Verdict:
        log = self._log(key)
        if log and log[-1] > now_s + quota.window_s:
            # The clock was set back; to wait until it is there again could take forever.
            log.clear()
        now_s = max(now_s, log[-1]) if log else now_s
        while log and (log[0] <= now_s - quota.window_s or len(log) > quota.limit):
            log.popleft()
        is_allowed = len(log) < quota.limit
        if is_allowed:
            log.append(now_s)
        return Verdict(
            quota=quota,
            is_allowed=is_allowed,
            remaining=quota.limit - len(log),
            next_s=log[0] + quota.window_s - now_s,
        )

    def _log(self, key: str) -> deque[float]:
        if key not in self._logs and len(self._logs) >= _KEYS_LIMIT:
            self._logs.clear()
        return self._logs.setdefault(key, deque())

    def _bucket(self, key: str, quota: Quota, rate_per_s: float, now_s: float) -> Verdict:
        if key not in self._missing and len(self._missing) >= _KEYS_LIMIT:
            self._missing.clear()
        missing, at_s = self._missing.get(key, (0.0, now_s))
        missing = max(0.0, missing - max(0.0, now_s - at_s) * rate_per_s)
        is_allowed = missing + 1 <= quota.limit
        if is_allowed:
            missing += 1
        self._missing[key] = (missing, now_s)
        remaining = max(0, floor(quota.limit - missing))
        return Verdict(
            quota=quota,
            is_allowed=is_allowed,
            remaining=remaining,
            next_s=(missing - (quota.limit - remaining - 1)) / rate_per_s,
        )
