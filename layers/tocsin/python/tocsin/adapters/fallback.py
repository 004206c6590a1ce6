"""A limiter that is asked while it answers, and one that stands in for it while it does not."""

from collections.abc import Callable, Sequence
from typing import Literal

from tocsin.domain.errors import Retryable
from tocsin.domain.limits import Quota, Verdict
from tocsin.ports import Clock, Limiter

# A limiter that is away costs its time limit once in so long, not once a request.
_PAUSE_S = 5.0
_PAUSE_LIMIT_S = 60.0


class FallbackLimiter:
    """Ask the shared limiter; where it does not answer, let the local one decide.

    No alert waits for a limiter, and none is refused because there is none. `report` hears why
    the shared one did not answer, once for each time that it was asked in vain.
    """

    def __init__(
        self, shared: Limiter, local: Limiter, clock: Clock, report: Callable[[str], None]
    ) -> None:
        self._shared = shared
        self._local = local
        self._clock = clock
        self._report = report
        self._failures = 0
        self._away_until_s = 0.0

    @property
    def state(self) -> Literal["shared", "local", "away"]:
        """Who decided last."""
        return "away" if self._failures else "shared"

    def check(self, tenant: str, quotas: Sequence[Quota]) -> list[Verdict]:
        """Count one request against each quota, without ever raising."""
        if self._clock() >= self._away_until_s:
            try:
                verdicts = self._shared.check(tenant, quotas)
            except Retryable as error:
                self._fail(error)
            else:
                self._failures = 0
                return verdicts
        return self._local.check(tenant, quotas)

    def _fail(self, error: Retryable) -> None:
        self._report(error.reason)
        pause_s = min(_PAUSE_S * 2**self._failures, _PAUSE_LIMIT_S)
        self._failures = min(self._failures + 1, 10)
        self._away_until_s = self._clock() + pause_s
