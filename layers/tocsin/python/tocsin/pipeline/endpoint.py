"""One worker's view of the circuit breakers that all workers share.

The breaker is advice. Whatever goes wrong with it, the endpoint counts as healthy: it must
never keep a page back for good, and never hinder that what was said is written down.
"""

from collections.abc import Callable

import msgspec
from msgspec.structs import replace

from tocsin.domain import breaker as domain
from tocsin.domain.breaker import Admission, Breaker, BreakerPolicy, Seen
from tocsin.domain.errors import Conflict, TocsinError
from tocsin.pipeline.recent import remember
from tocsin.ports import Breakers, Clock

# How often a report is tried again that met another's write.
_TRIES = 5
# Of how many endpoints a worker remembers what it saw.
_REMEMBERED = 1000

Change = Callable[[Breaker, float], Breaker | None]


class Endpoint(msgspec.Struct, frozen=True):
    """An endpoint in the middle of one call, and the state before it."""

    key: str
    policy: BreakerPolicy
    before: Breaker
    # Who probes, if this call is a probe.
    prober: str = ""


class Endpoints:
    """Asks the shared breakers and reports to them."""

    def __init__(self, breakers: Breakers, clock: Clock) -> None:
        self._breakers = breakers
        self._clock = clock
        self._seen: dict[str, Seen] = {}

    def admit(self, key: str, policy: BreakerPolicy, owner: str) -> tuple[Admission, Endpoint]:
        """Ask whether `owner` may call now; for a probe, make sure that nobody else does.

        The state is read afresh each time. That is how all workers stop at once.
        """
        breaker = Breaker(key=key)
        try:
            for _ in range(_TRIES):
                breaker = self._read(key)
                admission = domain.admit(breaker, owner, self._clock())
                if admission.elected is None or self._is_written(admission.elected):
                    prober = owner if admission.kind == "probe" else ""
                    return admission, Endpoint(key, policy, breaker, prober)
        except TocsinError:
            return Admission("go"), Endpoint(key, policy, Breaker(key=key))
        # Whoever keeps winning the election tries; to wait is right.
        waiting = Admission("wait", self._clock() + domain.PROBE_S)
        return waiting, Endpoint(key, policy, breaker)

    def orphaned(self, key: str, policy: BreakerPolicy) -> Endpoint:
        """Return an endpoint in the middle of a call whose worker died, to report on it.

        If a probe ran out without a word, that was it.
        """
        try:
            before = self._read(key)
        except TocsinError:
            return Endpoint(key, policy, Breaker(key=key))
        is_probe = before.state == "HALF_OPEN" and before.probe_until_s <= self._clock()
        return Endpoint(key, policy, before, before.prober if is_probe else "")

    def succeeded(self, endpoint: Endpoint) -> None:
        """Report that a call was taken."""
        now_s = self._clock()
        before = self._seen.get(endpoint.key, Seen())
        is_watched = self._is_watched(endpoint, now_s)
        seen = Seen(before.successes + 1 if is_watched else 0, now_s)
        remember(self._seen, endpoint.key, seen, _REMEMBERED)
        if not is_watched and not endpoint.prober:
            return
        self._report(
            endpoint,
            lambda breaker, at_s: domain.after_success(
                breaker, endpoint.policy, seen, at_s, endpoint.prober
            ),
        )

    def failed(self, endpoint: Endpoint) -> bool:
        """Report that a call failed; tell whether that opened the breaker."""
        seen = self._seen.get(endpoint.key, Seen())
        if not self._is_watched(endpoint, self._clock()):
            # What was taken beside failures of long ago says nothing of this one.
            seen = replace(seen, successes=0)
        return self._report(
            endpoint,
            lambda breaker, at_s: domain.after_failure(
                breaker, endpoint.policy, seen, at_s, endpoint.prober
            ),
        )

    def refused(self, endpoint: Endpoint, *, was_sent: bool) -> None:
        """Report that a call was refused for good: of interest only for a probe."""
        if endpoint.prober:
            change = domain.after_refusal if was_sent else domain.after_no_call
            self._report(endpoint, lambda breaker, at_s: change(breaker, at_s, endpoint.prober))

    def throttled(self, endpoint: Endpoint, until_s: float) -> None:
        """Report that the endpoint wants to be left alone until then."""
        self._report(
            endpoint,
            lambda breaker, at_s: domain.after_pause(breaker, until_s, at_s, endpoint.prober),
        )

    def trip(self, endpoint: Endpoint) -> bool:
        """Report that the endpoint is down, as one notification alone has shown."""
        seen = self._seen.get(endpoint.key, Seen())
        return self._report(
            endpoint,
            lambda breaker, at_s: domain.after_trip(breaker, endpoint.policy, seen, at_s),
        )

    def has_taken_since(self, endpoint: Endpoint, since_s: float) -> bool:
        """Tell whether the endpoint is known to have taken anything after a time."""
        seen = self._seen.get(endpoint.key, Seen())
        return domain.has_taken_since(endpoint.before, seen, since_s)

    def open_until_s(self, endpoint: Endpoint) -> float:
        """Return until when nobody calls, as far as can be known."""
        try:
            breaker = self._read(endpoint.key)
            admission = domain.admit(breaker, "", self._clock())
        except TocsinError:
            admission = Admission("go")
        if admission.kind == "wait":
            return admission.until_s
        # The breaker could not be opened for all, so this notification waits alone.
        return self._clock() + endpoint.policy.open_for_s(endpoint.key, 1)

    def _is_watched(self, endpoint: Endpoint, now_s: float) -> bool:
        """Tell whether a failure is on record that still counts; else successes say nothing."""
        return bool(domain.known_failures(endpoint.before, endpoint.policy, now_s))

    def _report(self, endpoint: Endpoint, change: Change) -> bool:
        """Change the shared state, if it must be; tell whether that opened the breaker."""
        try:
            for _ in range(_TRIES):
                breaker = self._read(endpoint.key)
                changed = change(breaker, self._clock())
                if changed is None:
                    return False
                if self._is_written(changed):
                    self._forget_successes(endpoint.key)
                    return changed.state == "OPEN"
        except TocsinError:
            return False
        return False

    def _read(self, key: str) -> Breaker:
        return self._breakers.read(key, self._clock()) or Breaker(key=key)

    def _is_written(self, breaker: Breaker) -> bool:
        try:
            self._breakers.write(breaker, self._clock())
        except Conflict:
            return False
        return True

    def _forget_successes(self, key: str) -> None:
        if key in self._seen:
            self._seen[key] = replace(self._seen[key], successes=0)
