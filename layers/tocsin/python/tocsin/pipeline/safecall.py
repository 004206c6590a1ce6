"""The only way out to a receiver: breaker, then retry, then dead letter, as one call.

It never sleeps and, once something was said, never fails: what became of the notification is
its verdict, and to write that down is the caller's part.

The attempts of a notification are for what is wrong with it. A receiver that is down fails
everything, so attempts that are used up count against the notification only if the receiver
took something else meanwhile; if not, the breaker opens and everybody waits.
"""

import msgspec

from tocsin.domain.breaker import endpoint_key
from tocsin.domain.config import Receiver
from tocsin.domain.errors import PartlyTaken, Retryable, Throttled, TocsinError, Unsendable
from tocsin.domain.retry import RetryPolicy, share
from tocsin.pipeline.endpoint import Endpoint, Endpoints
from tocsin.ports import Breakers, Clock, Notification, Receivers

# Over how long those are spread that wait for the same endpoint.
SPREAD_S = 5.0
# Who was tried and failed stands behind those who were not, by more than a turn of the clock
# that wakes them: one that the receiver cannot digest would else be every probe.
BEHIND_S = 61.0


class Spread(msgspec.Struct, frozen=True, kw_only=True):
    """How far apart those are that wait for one endpoint, in seconds.

    All are spread over `over_s`, and who failed stands `behind_s` behind who was not tried.
    """

    over_s: float = SPREAD_S
    behind_s: float = BEHIND_S


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One notification on its way out: who sends it, and what was tried before."""

    notification: Notification
    owner: str
    created_at_s: float
    # Failed tries that count, and when the last try failed.
    attempts: int = 0
    failed_at_s: float = 0.0

    @property
    def retry(self) -> RetryPolicy:
        """The policy of its receiver."""
        return self.notification.receiver.retry

    def delay_s(self, error: Retryable) -> float:
        """Return how long to wait after this failure, in seconds."""
        return self.retry.delay_s(self.attempts + 1, self.notification.key, error.retry_after_s)


class Delivered(msgspec.Struct, frozen=True):
    """The receiver has it, and calls it so; "" if it does not say."""

    receipt: str = ""


class Deferred(msgspec.Struct, frozen=True, kw_only=True):
    """It is to be tried again, not before `until_s`; `attempts` are those that count."""

    until_s: float
    attempts: int
    reason: str
    was_tried: bool = True
    # Whether this try opened the breaker for everybody.
    has_opened: bool = False
    # All who have it by now, if this try brought it to anybody.
    taken: tuple[str, ...] = ()


class Dead(msgspec.Struct, frozen=True, kw_only=True):
    """It is given up; `is_refusal` if that is what the receiver said just now."""

    reason: str
    is_refusal: bool = False
    was_tried: bool = True
    has_opened: bool = False
    taken: tuple[str, ...] = ()


Verdict = Delivered | Deferred | Dead


def endpoint_of(tenant: str, receiver: Receiver) -> str:
    """Return the key under which the breaker of a receiver's endpoint is shared."""
    return endpoint_key(tenant, receiver.kind, receiver.endpoint, receiver.breaker.mode)


class SafeCall:
    """Sends notifications. One a worker: it remembers which endpoints it saw at work."""

    def __init__(
        self, receivers: Receivers, breakers: Breakers, clock: Clock, spread: Spread | None = None
    ) -> None:
        self._receivers = receivers
        self._spread = spread or Spread()
        self._endpoints = Endpoints(breakers, clock)
        self._clock = clock

    def call(self, attempt: Attempt) -> Verdict:
        """Send a notification if its endpoint may be called."""
        receiver = attempt.notification.receiver
        key = endpoint_of(attempt.notification.group.tenant, receiver)
        admission, endpoint = self._endpoints.admit(key, receiver.breaker, attempt.owner)
        if admission.kind == "wait":
            reason = f"receiver {receiver.name} is left alone: it failed, or asked for it"
            return self._wait(attempt, admission.until_s, attempt.attempts, reason, tried=False)
        try:
            receipt = self._receivers.send(attempt.notification)
        except PartlyTaken as error:
            self._endpoints.succeeded(endpoint)
            return self._partly_taken(attempt, error)
        except Throttled as error:
            return self._throttled(attempt, endpoint, error)
        except Retryable as error:
            return self._failed(attempt, endpoint, error)
        except TocsinError as error:
            self._endpoints.refused(endpoint, was_sent=not isinstance(error, Unsendable))
            return Dead(reason=str(error), is_refusal=True)
        self._endpoints.succeeded(endpoint)
        return Delivered(receipt)

    def lost(self, attempt: Attempt) -> Verdict:
        """Count a try whose worker died as one that failed; nothing is sent.

        Whatever kills each worker that sends this notification must not do so for ever.
        """
        receiver = attempt.notification.receiver
        key = endpoint_of(attempt.notification.group.tenant, receiver)
        endpoint = self._endpoints.orphaned(key, receiver.breaker)
        reason = f"receiver {receiver.name}: whoever tried died before an answer came"
        return self._failed(attempt, endpoint, Retryable(reason), is_lost=True)

    def _partly_taken(self, attempt: Attempt, error: PartlyTaken) -> Verdict:
        """Defer for those who may take it later. The receiver is well: it uses up no attempt."""
        deferred = Deferred(
            until_s=self._clock() + attempt.delay_s(error),
            attempts=attempt.attempts,
            reason=error.reason,
            taken=(*attempt.notification.taken, *error.taken),
        )
        return self._unless_too_old(attempt, deferred)

    def _throttled(self, attempt: Attempt, endpoint: Endpoint, error: Throttled) -> Verdict:
        """Let everybody pause: what the receiver asks for is no fault of this notification."""
        until_s = self._clock() + attempt.delay_s(error)
        self._endpoints.throttled(endpoint, until_s)
        return self._wait(attempt, until_s, attempt.attempts, error.reason)

    def _failed(
        self, attempt: Attempt, endpoint: Endpoint, error: Retryable, *, is_lost: bool = False
    ) -> Verdict:
        until_s = self._clock() + attempt.delay_s(error)
        opened = self._endpoints.failed(endpoint)
        if endpoint.prober:
            return self._stand_back(attempt, endpoint, error, attempt.attempts, opened=opened)
        attempts = attempt.attempts + 1
        if attempts < attempt.retry.attempts:
            until_s = self._clock() + attempt.delay_s(error)
            deferred = Deferred(
                until_s=until_s, attempts=attempts, reason=error.reason, has_opened=opened
            )
            return self._unless_too_old(attempt, deferred)
        since_s = attempt.failed_at_s or attempt.created_at_s
        # Where a try ended without a word, what was taken may have been this very notification.
        if not is_lost and self._endpoints.has_taken_since(endpoint, since_s):
            return Dead(reason=error.reason, has_opened=opened)
        # One failure alone shows nothing yet, however few attempts there are.
        if attempt.failed_at_s:
            opened = self._endpoints.trip(endpoint) or opened
        # What was tried while the receiver was down says nothing of the notification.
        return self._stand_back(attempt, endpoint, error, 0, opened=opened)

    def _stand_back(
        self, attempt: Attempt, endpoint: Endpoint, error: Retryable, attempts: int, *, opened: bool
    ) -> Verdict:
        """Defer behind all that wait for this endpoint untried."""
        until_s = self._clock() + attempt.delay_s(error)
        until_s = max(until_s, self._endpoints.open_until_s(endpoint)) + self._spread.behind_s
        deferred = Deferred(
            until_s=until_s + self._spread.over_s * share(attempt.notification.key),
            attempts=attempts,
            reason=error.reason,
            has_opened=opened,
        )
        return self._unless_too_old(attempt, deferred)

    def _wait(
        self, attempt: Attempt, until_s: float, attempts: int, reason: str, *, tried: bool = True
    ) -> Verdict:
        """Defer with all that wait for this endpoint, which shall not come all at once."""
        until_s += self._spread.over_s * share(attempt.notification.key)
        deferred = Deferred(until_s=until_s, attempts=attempts, reason=reason, was_tried=tried)
        return self._unless_too_old(attempt, deferred)

    def _unless_too_old(self, attempt: Attempt, deferred: Deferred) -> Verdict:
        end_s = attempt.created_at_s + attempt.retry.give_up_after_s
        if self._clock() >= end_s:
            return Dead(
                reason=deferred.reason,
                was_tried=deferred.was_tried,
                has_opened=deferred.has_opened,
                taken=deferred.taken,
            )
        # A receiver may ask for a day; a dead letter that somebody sees must not wait for it.
        return msgspec.structs.replace(deferred, until_s=min(deferred.until_s, end_s))
