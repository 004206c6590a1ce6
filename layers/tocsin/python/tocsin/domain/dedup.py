"""Whether an event is certainly a repeat of one that was already forwarded.

Enrich drops only what certainly changes nothing; evaluate, which holds the state, decides the
rest. So a wrong "no" here costs a forward, and a wrong "yes" must heal by itself: a repeat is
dropped only until `quiet_until_s`.
"""

from hashlib import blake2b

import msgspec

from tocsin.domain.change import Change

# A repeat may be dropped only if another is heard before the alert times out. Senders repeat
# within half of the time that a firing holds; some slack is for their jitter.
_QUIET_SHARE = 0.4
# Holds that differ more than this are news: somebody made it longer or shorter.
_HOLD_TOLERANCE = 0.25
_QUIET_S = 3600.0
_KEPT_S = 86400.0


class Mark(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """The last event of a fingerprint that is known to have been forwarded."""

    key: str
    # What it says: the severity of a firing, or "resolved".
    says: str
    starts_at_s: float | None = None
    ends_at_s: float | None = None
    observed_at_s: float | None = None
    order_at_s: float
    # For how long the firing held from its receipt.
    hold_s: float | None = None
    quiet_until_s: float
    expires_at_s: float
    # What its texts were, where that matters; "": it does not.
    texts: str = ""


def mark_of(tenant: str, change: Change, *, minds_texts: bool = False) -> Mark:
    """Return the mark that says this event was forwarded.

    `minds_texts`: another event that differs in its annotations alone is none of its repeats.
    """
    says, starts_at_s, ends_at_s, observed_at_s = change.identity
    received_at_s, hold_s = change.received_at_s, _hold_s(change)
    quiet_s = _QUIET_S if hold_s is None else max(0.0, hold_s) * _QUIET_SHARE
    return Mark(
        key=mark_key(tenant, change.mark_name),
        says=says,
        starts_at_s=starts_at_s,
        ends_at_s=ends_at_s,
        observed_at_s=observed_at_s,
        order_at_s=change.order[0],
        hold_s=hold_s,
        quiet_until_s=received_at_s + quiet_s,
        expires_at_s=received_at_s + _KEPT_S,
        texts=_texts(change) if minds_texts else "",
    )


def _texts(change: Change) -> str:
    texts = (sorted(change.alert.annotations.items()), change.alert.url)
    return blake2b(msgspec.json.encode(texts), digest_size=8).hexdigest()


def mark_key(tenant: str, name: str) -> str:
    """Return the storage key of a mark; its name nearly always is a fingerprint."""
    return f"{tenant}#{name}"


def is_repeat(mark: Mark | None, change: Change) -> bool:
    """Tell whether `change` says again, soon enough, what `mark` says was forwarded."""
    if mark is None:
        return False
    if (mark.says, mark.starts_at_s, mark.ends_at_s, mark.observed_at_s) != change.identity:
        return False
    if mark.texts and mark.texts != _texts(change):
        return False
    if change.alert.status == "firing" and not _holds_alike(mark, change):
        return False
    if not _is_stamped(change):
        # Nothing tells it from a later event, and the opposite may be under way between the
        # two. Only within one request is it certain.
        return change.order[0] == mark.order_at_s
    return change.received_at_s < mark.quiet_until_s


def _is_stamped(change: Change) -> bool:
    alert = change.alert
    at_s = alert.starts_at_s if alert.status == "firing" else alert.ends_at_s
    return at_s is not None or alert.observed_at_s is not None


def is_older(change: Change, mark: Mark | None) -> bool:
    """Tell whether a mark already speaks of a later event, and must stay."""
    if mark is None:
        return False
    return change.order < (mark.order_at_s, int(mark.says == "resolved"))


def _hold_s(change: Change) -> float | None:
    until_s = change.alert.holds_until_s
    return None if until_s is None else until_s - change.received_at_s


def _holds_alike(mark: Mark, change: Change) -> bool:
    hold_s = _hold_s(change)
    if hold_s is None or mark.hold_s is None:
        return hold_s is mark.hold_s
    return abs(hold_s - mark.hold_s) <= _HOLD_TOLERANCE * mark.hold_s


def may_trust_memory(change: Change, resends: bool) -> bool:
    """Tell whether a mark in one worker's memory is proof enough, without asking the store.

    It is for an event that the sender stamped, since the same event changes nothing twice,
    and for senders that repeat themselves, since a wrongly dropped repeat comes again.
    """
    return resends or change.alert.observed_at_s is not None
