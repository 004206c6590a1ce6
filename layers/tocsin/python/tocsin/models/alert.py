"""The alert, and what can be done about it: each method returns a new alert and what happened."""

from collections.abc import Iterable
from typing import Any, Literal, Self

from pydantic import Field

from tocsin.domain import alert as domain
from tocsin.domain.alertstate import state_of
from tocsin.domain.config import TenantConfig
from tocsin.domain.errors import InvalidInput
from tocsin.domain.group import Member
from tocsin.domain.handling import Action, ActionKind
from tocsin.domain.rule import Rule
from tocsin.models import lifecycle
from tocsin.models.enrichment import Enrichment
from tocsin.models.event import AlertEvent
from tocsin.models.handling import Climb, Handling
from tocsin.models.model import Model, fields_of, to_struct
from tocsin.models.words import (
    AlertCategory,
    AlertSeverity,
    AlertStatus,
    EpochSeconds,
    Labels,
    SeverityWord,
    category_of,
)


class AlertRun(Model):
    """One episode of an alert in one group: from firing to resolved."""

    fingerprint: str
    episode: int
    status: domain.Status
    order_at_s: EpochSeconds
    changed_at_s: EpochSeconds
    holds_until_s: EpochSeconds | None = None
    fired_by: str = ""
    resolved_by: str = ""
    closed: tuple[int, str] | None = None
    handling: Handling | None = None
    in_hand_before: int = 0
    climb: Climb | None = None
    round: int = 0
    found_at_s: float = 0.0
    handed_by: tuple[str, str, tuple[tuple[str, str], ...], str] | None = None
    told_before: int = 0
    accepted_at_s: float = 0.0


class Alert(Model):
    """One named problem of one thing; with a `run` once the pipeline knows it.

    >>> alert = Alert(
    ...     name="DiskFull", status="firing", severity="P2", provider="generic",
    ...     labels={"alertname": "DiskFull", "host": "db1"},
    ...     run=AlertRun(fingerprint="f", episode=1, status="firing",
    ...                  order_at_s=1.0, changed_at_s=1.0),
    ... )
    >>> alert.severity.value, alert.status_at(2.0).value
    ('high', 'firing')
    >>> acknowledged, event = alert.acknowledge(by="ann", at_s=2.0, action_id="a1")
    >>> acknowledged.status_at(3.0).value, event.what, event.by
    ('acknowledged', 'acknowledge', 'ann')
    >>> alert.status_at(3.0).value
    'firing'
    """

    name: str = Field(min_length=1)
    status: Literal["firing", "resolved"] = Field(description="What its sender says.")
    severity: SeverityWord = Field(
        default=AlertSeverity.WARNING, description="A sender's own word is mapped."
    )
    labels: Labels
    annotations: Labels = Field(default={})
    starts_at_s: EpochSeconds | None = None
    ends_at_s: EpochSeconds | None = None
    observed_at_s: EpochSeconds | None = None
    holds_until_s: EpochSeconds | None = None
    is_hold_assumed: bool = False
    provider: str
    url: str = ""
    value: float | None = None
    enrichment: Enrichment | None = Field(
        default=None, description="What tocsin found out about this firing."
    )
    run: AlertRun | None = None
    silenced_by: tuple[str, ...] = Field(default=(), description="Ids of silences.")
    inhibited_by: str = Field(default="", description="The fingerprint of another alert.")

    @classmethod
    def of(cls, value: domain.Alert) -> Self:
        """Make the model of an alert as it was sent."""
        return cls.from_fields(value)

    @classmethod
    def of_member(
        cls, member: Member, silenced_by: Iterable[str] = (), inhibited_by: str = ""
    ) -> Self:
        """Make the model of an alert as a group knows it, and of what mutes it now."""
        run = fields_of(member)
        return cls.from_fields(
            {
                **run.pop("alert"),
                "run": run,
                "silenced_by": tuple(silenced_by),
                "inhibited_by": inhibited_by,
            }
        )

    def to_domain(self) -> domain.Alert:
        """Return the alert as it was sent."""
        return to_struct(self._sent(), domain.Alert)

    def to_member(self) -> Member:
        """Return the alert as its group knows it. Raises InvalidInput if it has no run."""
        if self.run is None:
            raise InvalidInput("nothing can be done about an alert that has no run yet", "run")
        return to_struct({**self.run.to_fields(), "alert": self._sent()}, Member)

    def status_at(self, now_s: float) -> AlertStatus:
        """Return what the alert is to people at a time."""
        if self.run is None:
            return AlertStatus(self.status)
        member = self.to_member()
        state = state_of(member, member.handling, self.silenced_by, self.inhibited_by, now_s)
        return AlertStatus(state)

    def category(self, rules: Iterable[Rule] = ()) -> AlertCategory:
        """Return what the alert was made of; `rules` are those of its tenant."""
        return category_of(self.to_domain(), rules)

    def acknowledge(
        self, *, by: str, at_s: float, action_id: str, text: str = ""
    ) -> tuple[Self, AlertEvent]:
        """Say that somebody has it in hand, so that nobody is told again."""
        return self._act("acknowledge", id=action_id, by=by, at_s=at_s, text=text)

    def unacknowledge(
        self, *, by: str, at_s: float, action_id: str, text: str = ""
    ) -> tuple[Self, AlertEvent]:
        """Say that nobody has it in hand any more."""
        return self._act("unacknowledge", id=action_id, by=by, at_s=at_s, text=text)

    def assign(
        self, assignee: str, *, by: str, at_s: float, action_id: str, text: str = ""
    ) -> tuple[Self, AlertEvent]:
        """Give it to somebody; "" is nobody."""
        return self._act("assign", id=action_id, by=by, at_s=at_s, text=text, assignee=assignee)

    def comment(
        self, text: str, *, by: str, at_s: float, action_id: str
    ) -> tuple[Self, AlertEvent]:
        """Say something about it."""
        return self._act("comment", id=action_id, by=by, at_s=at_s, text=text)

    def snooze(
        self, until_s: float, *, by: str, at_s: float, action_id: str, text: str = ""
    ) -> tuple[Self, AlertEvent]:
        """Put it off until a time."""
        return self._act("snooze", id=action_id, by=by, at_s=at_s, text=text, until_s=until_s)

    def resolve(
        self, *, by: str, at_s: float, action_id: str, text: str = ""
    ) -> tuple[Self, AlertEvent]:
        """End it by hand."""
        return self._act("resolve", id=action_id, by=by, at_s=at_s, text=text)

    def silence(
        self, until_s: float, *, by: str, at_s: float, silence_id: str, text: str = ""
    ) -> tuple[Self, AlertEvent]:
        """Silence what has the same labels from now until a time; the event holds the silence.

        Raises InvalidInput for what is no silence, such as one that ends before it begins.
        """
        event = lifecycle.silenced(self.to_domain(), silence_id, by, text, (at_s, until_s))
        known = (*self.silenced_by, *(() if silence_id in self.silenced_by else (silence_id,)))
        return self.model_copy(update={"silenced_by": known}), event

    def escalate(
        self, policy: str, config: TenantConfig, *, at_s: float, muted: str = ""
    ) -> tuple[Self, tuple[AlertEvent, ...]]:
        """Take what is due of an escalation policy of the tenant; `muted` is why it must wait.

        Raises InvalidInput if there is no such policy.
        """
        moved, events = lifecycle.escalated(self.to_member(), policy, config, at_s, muted)
        return self._with(moved), events

    def _act(self, kind: ActionKind, **given: Any) -> tuple[Self, AlertEvent]:
        member = self.to_member()
        action = Action(kind=kind, fingerprint=member.fingerprint, episode=member.episode, **given)
        acted, event = lifecycle.acted(member, action)
        return self._with(acted), event

    def _with(self, member: Member) -> Self:
        return type(self).of_member(member, self.silenced_by, self.inhibited_by)

    def _sent(self) -> dict[str, Any]:
        return self.model_dump(mode="json", exclude={"run", "silenced_by", "inhibited_by"})
