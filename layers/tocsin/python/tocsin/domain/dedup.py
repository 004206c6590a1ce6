"""Whether an event is certainly a repeat of one that was already forwarded.

Enrich drops only what certainly changes nothing; evaluate, which holds the state, decides the
rest. So a wrong "no" here costs a forward, and a wrong "yes" must heal by itself: a repeat is
dropped only until `quiet_until_s`.
"""

import msgspec

from tocsin.domain.change import Change

# Senders that repeat a firing alert are heard again well before it would time out.
_QUIET_SHARE = 0.75
_QUIET_S = 3600.0
_KEPT_S = 86400.0


class Mark(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The last event of a fingerprint that is known to have been forwarded."""

    key: str
    # What it says: the severity of a firing, or "resolved".
    says: str
    starts_at_s: float | None = None
    ends_at_s: float | None = None
    observed_at_s: float | None = None
    quiet_until_s: float
    expires_at_s: float


def mark_of(tenant: str, change: Change) -> Mark:
    """Return the mark that says this event was forwarded."""
    says, starts_at_s, ends_at_s, observed_at_s = change.identity
    received_at_s, holds_until_s = change.received_at_s, change.alert.holds_until_s
    quiet_s = _QUIET_S
    if holds_until_s is not None:
        quiet_s = max(0.0, holds_until_s - received_at_s) * _QUIET_SHARE
    return Mark(
        key=mark_key(tenant, change.fingerprint),
        says=says,
        starts_at_s=starts_at_s,
        ends_at_s=ends_at_s,
        observed_at_s=observed_at_s,
        quiet_until_s=received_at_s + quiet_s,
        expires_at_s=received_at_s + _KEPT_S,
    )


def mark_key(tenant: str, fingerprint: str) -> str:
    """Return the storage key of a fingerprint's mark."""
    return f"{tenant}#{fingerprint}"


def is_repeat(mark: Mark | None, change: Change) -> bool:
    """Tell whether `change` says again, soon enough, what `mark` says was forwarded."""
    if mark is None:
        return False
    if (mark.says, mark.starts_at_s, mark.ends_at_s, mark.observed_at_s) != change.identity:
        return False
    return change.received_at_s < mark.quiet_until_s


def may_trust_memory(change: Change, resends: bool) -> bool:
    """Tell whether a mark in one worker's memory is proof enough, without asking the store.

    It is for an event that the sender stamped, since the same event changes nothing twice,
    and for senders that repeat themselves, since a wrongly dropped repeat comes again.
    """
    return resends or change.alert.observed_at_s is not None
