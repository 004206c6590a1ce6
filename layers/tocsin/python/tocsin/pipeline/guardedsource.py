"""A metric source behind the circuit breaker of its endpoint.

A source that is down costs one time limit; then all workers leave it alone for a while, and what
is asked is unanswered at once. While it is well, nothing is written.
"""

from collections.abc import Sequence

from tocsin.domain.breaker import BreakerPolicy
from tocsin.domain.series import Answer, Asked, Unanswered
from tocsin.pipeline.endpoint import Endpoints
from tocsin.ports import MetricSource

# Whoever answers nothing at all, also not the question whether it is there, is down: the adapters
# tell that apart from one query that takes too long.
POLICY = BreakerPolicy(failures=1, open_s=30.0, open_cap_s=120.0)


class GuardedSource:
    """Asks a source if its endpoint may be called; `owner` names this worker."""

    def __init__(self, source: MetricSource, endpoints: Endpoints, key: str, owner: str) -> None:
        self._source = source
        self._endpoints = endpoints
        self._key = key
        self._owner = owner

    def ask(self, tenant: str, asked: Sequence[Asked], now_s: float) -> list[Answer]:
        """Return an answer for each query, in order."""
        admission, endpoint = self._endpoints.admit(self._key, POLICY, self._owner)
        if admission.kind == "wait":
            reason = "it is left alone for a while, since it did not answer"
            return [Unanswered(reason, is_down=True)] * len(asked)
        answers = self._source.ask(tenant, asked, now_s)
        if all(isinstance(each, Unanswered) and each.is_down for each in answers):
            self._endpoints.failed(endpoint)
        else:
            self._endpoints.succeeded(endpoint)
        return answers
