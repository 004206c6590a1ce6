"""What became of each accepted alert: packed records from which "why?" is answered.

Records of one accepted alert share its source, `envelope:index`. Every record can be written
twice without harm: readers merge by source, receiver and envelope, never by adding up.
"""

from collections.abc import Sequence
from typing import Literal

import msgspec

from tocsin.domain.alert import Status
from tocsin.domain.handling import Action

Verdict = Literal["new", "repeat", "reopened", "resolved", "stale"]


class EnvelopeRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="envelope"):
    """What enrich did with one envelope of accepted alerts.

    `envelope` is the part of the request that this message carried. `forwarded` maps the index
    of each alert that went on to its fingerprint; `dead` maps the index of each that was
    separated to the reason. All others were duplicates, counted in `duplicates` by fingerprint.
    A separated alert that comes back is `accepted` no second time, and if it turns out to be a
    duplicate now, its index is in `repeated`.
    """

    request: str
    envelope: str
    accepted: int
    provider: str
    at_s: float
    forwarded: dict[int, str] = {}
    duplicates: dict[str, int] = {}
    dead: dict[int, str] = {}
    repeated: tuple[int, ...] = ()


class TransitionRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="change"):
    """What evaluate decided about one forwarded alert for one group."""

    source: str
    fingerprint: str
    verdict: Verdict
    group: str
    receiver: str
    episode: int
    at_s: float
    reason: str = ""


class DeliveryRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="delivery"):
    """How one step ended at one receiver, or how one try at it failed."""

    source: str
    fingerprint: str
    episode: int
    step: Status
    receiver: str
    group: str
    outcome: Literal["delivered", "suppressed", "dead", "failed"]
    reason: str = ""
    key: str = ""
    attempt: int = 0
    at_s: float
    # What the receiver calls the notification, if it says.
    receipt: str = ""
    # Of the notification: when the oldest accepted alert came that it brings news of, and when it
    # was to be told. Of the try: when it began, which `at_s` ended. 0: it is not known.
    accepted_at_s: float = 0.0
    due_at_s: float = 0.0
    began_at_s: float = 0.0


class GivenUpRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="given-up"):
    """A message that SQS moved to a dead-letter queue, since it was received too often.

    An envelope of accepted alerts names its `request` and the part `envelope`, how many alerts
    it brought in (`accepted`: none where they were separated, and so counted before) and their
    `indices`; () stands for all from 0. Changes name the `sources` that they are about.
    It counts only for what no stage has a record of, before or after.
    """

    letter: str
    request: str = ""
    envelope: str = ""
    accepted: int = 0
    indices: tuple[int, ...] = ()
    sources: tuple[str, ...] = ()
    at_s: float

    @property
    def given_up(self) -> Sequence[int]:
        """The indices of the alerts of an envelope, in full."""
        return self.indices or range(self.accepted)


class ActionRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="action"):
    """What somebody did about an alert, and in which group; `reason` says why it had no effect."""

    action: Action
    group: str
    receiver: str
    reason: str = ""
    at_s: float


class EscalationRecord(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="escalation"
):
    """One thing that evaluate did about the escalation of an episode.

    `step`: it told these `receivers`, among them those of `people` who were on call. `deferred`:
    the step that was due waits for `reason`. `stopped`: there is no further step, for `reason`.
    `resumed`: it goes on. `step` counts from 1, `round` from 0.
    """

    what: Literal["step", "deferred", "stopped", "resumed"]
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
    at_s: float


Record = (
    EnvelopeRecord
    | TransitionRecord
    | DeliveryRecord
    | GivenUpRecord
    | ActionRecord
    | EscalationRecord
)
