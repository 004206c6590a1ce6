"""What is remembered of a rule between two evaluations: only what is not well.

A series that does not breach and has no past that matters is not in it, so that a rule under
which all is well costs nothing to keep.
"""

from typing import Literal

import msgspec

from tocsin.domain.alert import Alert, Severity
from tocsin.domain.series import Labels

Phase = Literal["ok", "pending", "firing"]


class SeriesState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where one series of a metric rule stands. Times are epoch seconds; 0: never."""

    labels: Labels = ()
    phase: Phase = "ok"
    # Evaluations in a row that breached, and when the first of them was.
    breaches: int = 0
    breached_at_s: float = 0.0
    fired_at_s: float = 0.0
    resolved_at_s: float = 0.0
    # Since when it fires although it no longer breaches (keep_firing_for); 0: it breaches.
    held_at_s: float = 0.0
    # When it last had data, to the hour; 0: never, or it does not matter under its rule.
    seen_at_s: float = 0.0
    # The value with which it fired.
    value: float | None = None
    # Whether it would fire, but for the rule's limit or its cooldown.
    is_held_back: bool = False
    # What its alert was sent with beside `labels`, since its end must be of the same identity.
    added: Labels = ()
    severity: Severity = "warning"


class Happening(msgspec.Struct, frozen=True, array_like=True):
    """What an alert rule remembers of one change of one alert; `source` makes it count once."""

    source: str
    fingerprint: str
    status: Literal["firing", "resolved"]
    at_s: float
    # Order of events of one alert: an older one that comes late changes nothing.
    order_at_s: float
    name: str = ""


class KeyedState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where one set of values of `by` of an alert rule stands."""

    labels: Labels = ()
    phase: Phase = "ok"
    happenings: tuple[Happening, ...] = ()
    # What the rule's own alert is about while it fires, where its end depends on that: the alerts
    # that fire (correlation) or flap, by fingerprint, and since when.
    firing: dict[str, float] = {}
    # The alert that it made and that fires: its end has the same labels, whatever was edited.
    made: Alert | None = None
    fired_at_s: float = 0.0
    resolved_at_s: float = 0.0
    # When something last fired, for `absent`.
    seen_at_s: float = 0.0
    # Up to when what happened was told of, or held back: it makes no second alert.
    settled_at_s: float = 0.0
    is_held_back: bool = False


class RuleState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All that is remembered of one rule of one tenant.

    `outgoing` are alerts that were decided and may not be in the pipeline yet; `sequence` numbers
    each such decision, so that one that is sent twice is recognised. `version` 0: not stored.
    """

    tenant: str
    rule: str
    version: int = 0
    evaluated_at_s: float = 0.0
    series: dict[str, SeriesState] = {}
    # When a metric rule that is seldom evaluated last was, so that a lost round is missed; 0: it
    # does not matter.
    looked_at_s: float = 0.0
    # What identifies the series of a metric rule; where it changes, they are others.
    shape: str = ""
    keyed: dict[str, KeyedState] = {}
    # When the rule began alerts, within its limit's window.
    begun_at_s: tuple[float, ...] = ()
    sequence: int = 0
    outgoing: tuple[Alert, ...] = ()
    outgoing_at_s: float = 0.0
    # Why it could not be evaluated, since when; "": it can be.
    failure: str = ""
    failed_at_s: float = 0.0

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to remember, so that it need not be stored."""
        return not (
            self.series
            or self.keyed
            or self.begun_at_s
            or self.outgoing
            or self.failure
            or self.looked_at_s
        )


class Evaluated(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one evaluation: the state after it, and the alerts that it makes."""

    state: RuleState
    alerts: tuple[Alert, ...] = ()
