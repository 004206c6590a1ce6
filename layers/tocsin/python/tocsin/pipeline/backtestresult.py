"""What a back-test found: what fired, who would have been told of it, and who not, and why."""

from collections.abc import Iterable, Mapping

import msgspec

from tocsin.domain.alert import Alert
from tocsin.domain.journal import DeliveryRecord, Record
from tocsin.ports import Notification


class Fired(msgspec.Struct, frozen=True, kw_only=True):
    """An alert that a rule made, or its end. Times are epoch seconds."""

    at_s: float
    rule: str
    alert: Alert


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A notification that would have been sent: what is new in it, and how much it repeats."""

    at_s: float
    receiver: str
    group: str
    reason: str
    news: tuple[Alert, ...]
    repeated: int

    @classmethod
    def of(cls, at_s: float, notification: Notification) -> "Told":
        """Return a notification as it is reported."""
        return cls(
            at_s=at_s,
            receiver=notification.receiver.name,
            group=str(notification.group),
            reason=notification.reason,
            news=notification.news,
            repeated=len(notification.alerts) - len(notification.news),
        )


class Untold(msgspec.Struct, frozen=True, kw_only=True):
    """An alert that a receiver was not told of, from when on, and what suppressed it."""

    at_s: float
    receiver: str
    fingerprint: str
    name: str
    reason: str


class Backtested(msgspec.Struct, frozen=True, kw_only=True):
    """The result of a back-test, in the order of time.

    `unanswered` are rules of which something could not be evaluated, and why. `problems` are
    failures of stages, of which there should be none.
    """

    fired: tuple[Fired, ...] = ()
    told: tuple[Told, ...] = ()
    untold: tuple[Untold, ...] = ()
    unanswered: dict[str, str] = {}
    problems: tuple[str, ...] = ()


def untold(
    kept: Iterable[tuple[float, str, str, str]],
    records: Iterable[Record],
    names: Mapping[str, str],
) -> tuple[Untold, ...]:
    """Return what was kept back while it fired, and what was settled without being sent.

    `kept` has times, receivers, fingerprints and reasons.
    """
    settled = [
        (each.at_s, each.receiver, each.fingerprint, each.reason)
        for each in records
        if isinstance(each, DeliveryRecord) and each.outcome == "suppressed"
    ]
    return tuple(
        Untold(
            at_s=at_s,
            receiver=receiver,
            fingerprint=fingerprint,
            name=names.get(fingerprint, ""),
            reason=reason,
        )
        for at_s, receiver, fingerprint, reason in sorted({*kept, *settled})
    )
