"""What people did about an alert, and where it stands in its escalation policy."""

from typing import Self

from tocsin.domain import escalation, handling
from tocsin.domain.handling import ActionKind
from tocsin.models.model import Model, to_struct
from tocsin.models.words import EpochSeconds


class Action(Model):
    """One thing that somebody did about one episode of an alert."""

    id: str
    kind: ActionKind
    fingerprint: str
    episode: int
    by: str
    at_s: EpochSeconds
    text: str = ""
    assignee: str = ""
    until_s: EpochSeconds = 0.0

    @classmethod
    def of(cls, value: handling.Action) -> Self:
        """Make the model of the pipeline's value."""
        return cls.from_fields(value)

    def to_domain(self) -> handling.Action:
        """Return the pipeline's value."""
        return to_struct(self.to_fields(), handling.Action)


class Handling(Model):
    """What was done about an episode, and what that comes to."""

    actions: tuple[Action, ...] = ()
    acknowledged_by: str = ""
    assignee: str = ""
    snoozed_by: str = ""
    snoozed_until_s: EpochSeconds = 0.0
    resolved_by: str = ""


class Climb(Model):
    """How far an episode has come in its policy: the next step, its round, when it is due."""

    policy: str
    step: int = 0
    round: int = 0
    due_at_s: EpochSeconds | None = None
    reached: tuple[tuple[str, str], ...] = ()
    waits: str = ""

    @classmethod
    def of(cls, value: escalation.Climb) -> Self:
        """Make the model of the pipeline's value."""
        return cls.from_fields(value)
