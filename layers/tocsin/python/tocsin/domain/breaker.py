"""The circuit breaker of an endpoint: whether it may be called, decided from shared state.

All workers share one record an endpoint, written on condition that it has not changed. While
an endpoint is healthy there is no record and nobody writes one: only failures are reported,
with the successes that their reporter saw since the failures before them.

CLOSED lets everybody call, OPEN nobody. Once OPEN has run out one worker is elected to try
(HALF_OPEN); what comes of that closes the breaker, or opens it for longer.
"""

from hashlib import blake2b
from typing import Literal

import msgspec
from msgspec.structs import replace

from tocsin.domain.retry import jittered

State = Literal["CLOSED", "OPEN", "HALF_OPEN"]
Mode = Literal["rate", "consecutive"]

# A prober that does not report in this time is taken for dead; as long as the lease of notify.
PROBE_S = 45.0


class BreakerPolicy(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """When an endpoint counts as down, and for how long it is left alone then.

    "rate": as many failures as `failures` within `window_s`, and at least the share `rate` of
    what was reported since the oldest of them. "consecutive": as many with no success known
    between them, however far apart.
    """

    mode: Mode = "rate"
    failures: int = 5
    rate: float = 0.5
    window_s: float = 60.0
    open_s: float = 60.0
    open_factor: float = 2.0
    open_cap_s: float = 300.0
    jitter: float = 0.1

    def open_for_s(self, key: str, opens: int) -> float:
        """Return how long a breaker stays open that opens for the `opens`th time in a row."""
        # The exponent stays small: a receiver that is down for days opens thousands of times.
        open_s = self.open_s * self.open_factor ** min(opens - 1, 64)
        open_s = min(open_s, max(self.open_cap_s, self.open_s))
        return open_s * jittered(self.jitter, f"{key}#{opens}")


class Failure(msgspec.Struct, frozen=True, array_like=True):
    """A failed call, and the successes known between the failure before it and the next."""

    at_s: float
    successes: int


class Breaker(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What all workers know of one endpoint."""

    key: str
    # Grows by one with every write; 0: not stored yet.
    version: int = 0
    state: State = "CLOSED"
    # Oldest first, and no more than the policy needs.
    failures: tuple[Failure, ...] = ()
    # How often in a row it opened without having been closed.
    opens: int = 0
    open_until_s: float = 0.0
    # Who may try, in HALF_OPEN, and for how long.
    prober: str = ""
    probe_until_s: float = 0.0
    closed_at_s: float = 0.0
    # The endpoint asked to be left alone until then, whatever the state.
    paused_until_s: float = 0.0
    # When it last took anything, as far as those know who reported.
    taken_at_s: float = 0.0


class Seen(msgspec.Struct, frozen=True):
    """What a worker saw itself: successes since its last report, and the time of the newest."""

    successes: int = 0
    taken_at_s: float = 0.0


class Admission(msgspec.Struct, frozen=True):
    """Whether a worker may call now. For a probe, `elected` must be written first."""

    kind: Literal["go", "probe", "wait"]
    until_s: float = 0.0
    elected: Breaker | None = None


def endpoint_key(tenant: str, kind: str, url: str, mode: Mode = "rate") -> str:
    """Return the key of an endpoint: the tenant, and a hash since the URL may be a secret.

    Each mode has a record of its own: it reports other successes than the other one needs.
    """
    # Without its name for "rate", so that what is stored under the key stays valid.
    parts = (tenant, kind, url) if mode == "rate" else (tenant, kind, url, mode)
    digest = blake2b(msgspec.json.encode(parts), digest_size=16)
    return f"{tenant}#{digest.hexdigest()}"


def admit(breaker: Breaker, owner: str, now_s: float) -> Admission:
    """Say whether `owner` may call now, may try, or until when it must wait."""
    if breaker.state == "OPEN" and now_s < breaker.open_until_s:
        return Admission("wait", max(breaker.open_until_s, breaker.paused_until_s))
    if now_s < breaker.paused_until_s:
        return Admission("wait", breaker.paused_until_s)
    if breaker.state == "CLOSED":
        return Admission("go")
    if breaker.state == "HALF_OPEN" and now_s < breaker.probe_until_s:
        is_own = breaker.prober == owner
        return Admission("probe") if is_own else Admission("wait", breaker.probe_until_s)
    elected = replace(breaker, state="HALF_OPEN", prober=owner, probe_until_s=now_s + PROBE_S)
    return Admission("probe", elected=elected)


def known_failures(breaker: Breaker, policy: BreakerPolicy, now_s: float) -> tuple[Failure, ...]:
    """Return the failures on record that still count."""
    if policy.mode == "consecutive":
        return breaker.failures
    return tuple(each for each in breaker.failures if each.at_s > now_s - policy.window_s)


def after_failure(
    breaker: Breaker, policy: BreakerPolicy, seen: Seen, now_s: float, prober: str = ""
) -> Breaker | None:
    """Return the state after a failed call, of `prober` if it was a probe; None: no change."""
    noted = _noted(breaker, seen)
    if prober:
        return _opened(noted, policy, now_s) if _is_probing(breaker, prober) else None
    if breaker.state != "CLOSED":
        return None
    earlier = known_failures(breaker, policy, now_s)
    if policy.mode == "consecutive" and seen.successes:
        earlier = ()
    failures = (*earlier, Failure(now_s, seen.successes))[-policy.failures :]
    if _is_too_much(failures, policy):
        return _opened(noted, policy, now_s)
    return replace(noted, failures=failures)


def after_success(
    breaker: Breaker, policy: BreakerPolicy, seen: Seen, now_s: float, prober: str = ""
) -> Breaker | None:
    """Return the state after a call that succeeded and counts in `seen`; None: no change.

    Without a probe a success is worth a write only where it matters: if it is the first after
    a failure, or if the next failure would open the breaker.
    """
    noted = _noted(breaker, seen)
    if prober:
        return _closed(noted, now_s) if _is_probing(breaker, prober) else None
    if breaker.state != "CLOSED" or not breaker.failures:
        return None
    if policy.mode == "consecutive":
        return replace(noted, failures=())
    newest = breaker.failures[-1]
    is_first = breaker.taken_at_s < newest.at_s
    failures = known_failures(breaker, policy, now_s)
    next_opens = _is_too_much((*failures, Failure(now_s, 0))[-policy.failures :], policy)
    if not is_first and not next_opens:
        return None
    counted = Failure(newest.at_s, newest.successes + seen.successes)
    return replace(
        noted,
        failures=(*breaker.failures[:-1], counted),
        taken_at_s=max(noted.taken_at_s, newest.at_s),
    )


def after_refusal(breaker: Breaker, now_s: float, prober: str) -> Breaker | None:
    """Return the state after a probe that was refused: the endpoint answers, so it is up."""
    return _closed(breaker, now_s) if _is_probing(breaker, prober) else None


def after_pause(breaker: Breaker, until_s: float, now_s: float, prober: str = "") -> Breaker | None:
    """Return the state after the endpoint asked to be left alone until then; None: no change."""
    closed = after_refusal(breaker, now_s, prober) if prober else None
    if closed is None and until_s <= breaker.paused_until_s:
        return None
    return replace(closed or breaker, paused_until_s=max(until_s, breaker.paused_until_s))


def after_no_call(breaker: Breaker, now_s: float, prober: str) -> Breaker | None:
    """Return the state after a probe that was not made after all: another may at once."""
    if not _is_probing(breaker, prober):
        return None
    return replace(breaker, state="OPEN", open_until_s=now_s, prober="", probe_until_s=0.0)


def after_trip(breaker: Breaker, policy: BreakerPolicy, seen: Seen, now_s: float) -> Breaker | None:
    """Return the state after one notification alone showed the endpoint to be down."""
    if breaker.state != "CLOSED":
        return None
    return _opened(_noted(breaker, seen), policy, now_s)


def has_taken_since(breaker: Breaker, seen: Seen, since_s: float) -> bool:
    """Tell whether the endpoint is known to have taken anything after a time."""
    return max(seen.taken_at_s, breaker.taken_at_s) > since_s


def _is_too_much(failures: tuple[Failure, ...], policy: BreakerPolicy) -> bool:
    if len(failures) < policy.failures:
        return False
    if policy.mode == "consecutive":
        return True
    successes = sum(each.successes for each in failures)
    return len(failures) >= policy.rate * (len(failures) + successes)


def _is_probing(breaker: Breaker, prober: str) -> bool:
    return breaker.state == "HALF_OPEN" and breaker.prober == prober


def _noted(breaker: Breaker, seen: Seen) -> Breaker:
    return replace(breaker, taken_at_s=max(breaker.taken_at_s, seen.taken_at_s))


def _opened(breaker: Breaker, policy: BreakerPolicy, now_s: float) -> Breaker:
    opens = breaker.opens + 1
    return replace(
        breaker,
        state="OPEN",
        failures=(),
        opens=opens,
        open_until_s=now_s + policy.open_for_s(breaker.key, opens),
        prober="",
        probe_until_s=0.0,
    )


def _closed(breaker: Breaker, now_s: float) -> Breaker:
    return replace(
        breaker,
        state="CLOSED",
        failures=(),
        opens=0,
        open_until_s=0.0,
        prober="",
        probe_until_s=0.0,
        closed_at_s=now_s,
    )
