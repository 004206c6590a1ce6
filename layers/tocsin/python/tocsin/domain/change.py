"""What enrich forwards: one event of one alert that is not certainly a repeat."""

from hashlib import blake2b

import msgspec

from tocsin.domain.alert import Alert, Status

# A sender's clock only orders the events of one alert, and only as far as it is plausible.
_PAST_LIMIT_S = 30 * 86400.0
_FUTURE_LIMIT_S = 300.0

# How the source of an event begins whose request was named by an `Idempotency-Key` alone.
KEYED = "keyed-"

# Severity of a firing or "resolved"; start, end and observation.
Identity = tuple[str, float | None, float | None, float | None]

_RANK: dict[Status, int] = {"firing": 0, "resolved": 1}


class Alias(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Another fingerprint of the same alert, under rules that are not those in force.

    `is_narrower` says that alerts which are one under it surely are one under the rules in
    force. Until `under_way_until_s` an event that knows only this fingerprint may still come.
    """

    fingerprint: str
    is_narrower: bool = False
    under_way_until_s: float = 0.0


class Change(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """An accepted alert on its way, with the identity it was accepted under.

    `aliases` are there only for tenants that changed their fingerprint rules.
    """

    source: str
    fingerprint: str
    alert: Alert
    received_at_s: float
    aliases: tuple[Alias, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Every fingerprint that the alert may be known under, its own first."""
        return (self.fingerprint, *(alias.fingerprint for alias in self.aliases))

    @property
    def mark_name(self) -> str:
        """Under which name a mark says that this event is forwarded.

        What one rule makes one may still fire as two under another; then neither may be
        taken for a repeat of the other.
        """
        if not self.aliases:
            return self.fingerprint
        return blake2b(" ".join(self.names).encode(), digest_size=16).hexdigest()

    @property
    def order(self) -> tuple[float, int]:
        """Order the events of one alert: by time of the event, resolved after firing."""
        return (order_at(self.alert, self.received_at_s), _RANK[self.alert.status])

    @property
    def identity(self) -> Identity:
        """Say which event this is; two with the same identity tell the same thing.

        The severity counts while it fires, since it leads to receivers.
        """
        alert = self.alert
        if alert.status == "firing":
            return (alert.severity, alert.starts_at_s, None, alert.observed_at_s)
        return ("resolved", alert.starts_at_s, alert.ends_at_s, alert.observed_at_s)


def order_at(alert: Alert, received_at_s: float) -> float:
    """Return the time that orders this event among those of its alert, in epoch seconds."""
    if alert.observed_at_s is None:
        return received_at_s
    earliest, latest = received_at_s - _PAST_LIMIT_S, received_at_s + _FUTURE_LIMIT_S
    return min(max(alert.observed_at_s, earliest), latest)


def rank(status: Status) -> int:
    """Return the place of a status among events of one time."""
    return _RANK[status]
