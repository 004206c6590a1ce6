"""Escalation policies, and where an episode of an alert stands on its way up."""

import msgspec


class EscalationStep(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Whom to tell `after_s` seconds after the step before, or after the alert for the first.

    `receivers` are told, and the receivers of whoever is on call then in each of `schedules`.
    """

    after_s: float
    receivers: tuple[str, ...] = ()
    schedules: tuple[str, ...] = ()


class EscalationPolicy(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Steps in their order; after the last one they begin again, `repeat` times, `repeat_after_s`
    seconds after it."""

    name: str
    steps: tuple[EscalationStep, ...]
    repeat: int = 0
    repeat_after_s: float = 1800.0


class Climb(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How far an episode has come: the next step, in which round, and when it is due.

    `due_at_s` None: there is no further step, or somebody has the alert in hand. `reached` are
    receiver and route of the groups that were told, besides what they have of the episode's own
    group. `waits` says why the step that is due was put off.
    """

    policy: str
    step: int = 0
    round: int = 0
    due_at_s: float | None = None
    reached: tuple[tuple[str, str], ...] = ()
    waits: str = ""
