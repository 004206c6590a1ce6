"""What happened to an alert."""

from collections.abc import Collection, Iterable
from typing import Literal, Self

from tocsin.domain import occurrences
from tocsin.domain.alert import Status
from tocsin.domain.journal import Record
from tocsin.domain.occurrences import Entry, What
from tocsin.models.escalation import EscalationEvent
from tocsin.models.model import Model, fields_of, to_struct
from tocsin.models.silence import Silence
from tocsin.models.words import EpochSeconds


class AlertEvent(Model):
    """One thing that happened to an alert; `count` times, the last time at `until_s`.

    It is an entry of the alert's timeline, or the silence that `Alert.silence` makes, which
    stands beside the alert and in no timeline.
    """

    at_s: EpochSeconds
    what: What | Literal["silence"]
    receiver: str = ""
    group: str = ""
    by: str = ""
    text: str = ""
    reason: str = ""
    assignee: str | None = None
    snoozed_until_s: EpochSeconds | None = None
    step: Status | None = None
    attempt: int = 0
    provider: str = ""
    source: str = ""
    count: int = 1
    until_s: EpochSeconds | None = None
    escalation: EscalationEvent | None = None
    silence: Silence | None = None

    @classmethod
    def of(cls, entry: Entry) -> Self:
        """Make the model of an entry of the timeline."""
        escalation = entry.escalation
        fields = {**fields_of(entry), "escalation": escalation and fields_of(escalation)}
        return cls.from_fields(fields)

    @classmethod
    def of_records(
        cls, records: Iterable[Record], fingerprint: str, episodes: Collection[int]
    ) -> tuple[Self, ...]:
        """Return what the journal knows of the episodes of an alert, oldest first."""
        found = occurrences.occurrences(records, fingerprint, episodes)
        return tuple(cls.of(entry) for entry in found)

    def to_entry(self) -> Entry:
        """Return the entry of the timeline.

        Raises msgspec's ValidationError for a silence, which is in none.
        """
        fields = self.to_fields()
        fields.pop("silence")
        if self.escalation is not None:
            fields["escalation"] = {"type": "escalation", **fields["escalation"]}
        return to_struct(fields, Entry)
