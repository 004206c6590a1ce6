"""Who may ask a model now: so many requests a minute in all, of which no tenant can take all.

A tenant's own share is a tenth of all. What goes beyond it comes out of one surplus for everybody,
which is half of all. So among five tenants one that keeps to its share is never refused, however
often the others ask, and one alone can have 36 of 60. Where more than five use up their shares at
the same time, who comes first is served first, within the shares.
"""

from threading import Lock

from tocsin.domain.limits import Quota
from tocsin.ports import Limiter

REQUESTS_PER_MINUTE = 60
_MINUTE_S = 60.0
# Of all requests: one tenant's own share, and what all may use beyond theirs.
_SHARE, _SURPLUS = 0.1, 0.5
# No tenant has an empty name, so that this counts apart from all of them.
_EVERYBODY = ""


class ModelShares:
    """Token buckets of a limiter, which all instances may share; threads may share this one."""

    def __init__(self, limiter: Limiter, requests_per_minute: int = REQUESTS_PER_MINUTE) -> None:
        self._limiter = limiter
        # A limiter is one connection.
        self._lock = Lock()
        self._total = _bucket("model", requests_per_minute)
        self._surplus = _bucket("model-surplus", max(1, int(_SURPLUS * requests_per_minute)))
        self._own = _bucket("model", max(1, int(_SHARE * requests_per_minute)))

    def admits(self, tenant: str) -> bool:
        """Count one request of a tenant, and tell whether it may be made. Waits for nothing.

        With a limit of 0 none may.
        """
        if self._total.limit < 1:
            return False
        with self._lock:
            is_within = self._takes(tenant, self._own)
            if not is_within and not self._takes(_EVERYBODY, self._surplus):
                return False
            return self._takes(_EVERYBODY, self._total)

    def _takes(self, tenant: str, quota: Quota) -> bool:
        (verdict,) = self._limiter.check(tenant, (quota,))
        return verdict.is_allowed


def _bucket(scope: str, per_minute: int) -> Quota:
    """Return a token bucket that is full with a minute's tokens."""
    return Quota(
        scope=scope, limit=per_minute, window_s=_MINUTE_S, rate_per_s=per_minute / _MINUTE_S
    )
