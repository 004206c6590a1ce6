"""Escalation policies, and what became of their steps."""

from typing import Self

from pydantic import Field

from tocsin.domain import escalation, journal
from tocsin.models.model import Model, fields_of, to_struct
from tocsin.models.words import EpochSeconds, StepAction


class EscalationStep(Model):
    """Whom to tell, and how many seconds after the step before."""

    after_s: float = Field(ge=0)
    receivers: tuple[str, ...] = ()
    schedules: tuple[str, ...] = ()


class EscalationPolicy(Model):
    """Steps in their order, and how often they begin again.

    >>> policy = EscalationPolicy(name="db", steps=(EscalationStep(after_s=300.0),))
    >>> EscalationPolicy.of(policy.to_domain()) == policy
    True
    """

    name: str
    steps: tuple[EscalationStep, ...] = Field(min_length=1)
    repeat: int = Field(default=0, ge=0)
    repeat_after_s: float = Field(default=1800.0, ge=0)

    @classmethod
    def of(cls, value: escalation.EscalationPolicy) -> Self:
        """Make the model of the pipeline's value."""
        return cls.from_fields(value)

    def to_domain(self) -> escalation.EscalationPolicy:
        """Return the pipeline's value."""
        return to_struct(self.to_fields(), escalation.EscalationPolicy)


class EscalationEvent(Model):
    """What became of a step of an episode's policy, as the journal has it.

    `step` counts from 1, `round` from 0.
    """

    what: StepAction
    fingerprint: str
    episode: int
    group: str
    receiver: str
    policy: str
    step: int
    round: int = 0
    receivers: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    reason: str = ""
    at_s: EpochSeconds

    @classmethod
    def of(cls, record: journal.EscalationRecord) -> Self:
        """Make the model of the journal's record."""
        return cls.from_fields(fields_of(record))

    def to_record(self) -> journal.EscalationRecord:
        """Return the journal's record."""
        return to_struct(self.to_fields(), journal.EscalationRecord)
