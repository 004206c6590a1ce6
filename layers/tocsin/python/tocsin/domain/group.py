"""The notification group: what should be true at one receiver, and what it was told.

A group holds the alerts of one tenant, one receiver and one set of group labels, packed in
one item. Evaluate owns `members`; notify owns `told`, `intent` and the lease. So each side
writes with a condition of its own and neither undoes the other.
"""

from hashlib import blake2b
from typing import Literal

import msgspec

from tocsin.domain.alert import Alert, Status
from tocsin.domain.escalation import Climb
from tocsin.domain.handling import Handling

# "dead" was tried too often and may have arrived; "refused" certainly did not.
Outcome = Literal["delivered", "suppressed", "dead", "refused"]
# How what was found out about a firing is told: with the firing itself, or after it as an update.
Found = Literal["", "with", "update"]
# Of a firing: whether its receiver is to hear once people have all in hand that it knows to fire,
# or has heard so; "": it takes no such step.
Acknowledgement = Literal["", "open", "told"]


# What names the top of the routing tree, and the group of what a receiver is told together.
ROOT = "{}"
_DIGEST = f"{ROOT}@digest"


class GroupKey(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The identity of a group. `labels` are the group labels, sorted by name.

    `route` is the matchers on the way down to the route, as Alertmanager writes them.
    """

    tenant: str
    receiver: str
    labels: tuple[tuple[str, str], ...] = ()
    route: str = ROOT

    @property
    def id(self) -> str:
        """The storage key: tenant first, so that no two tenants can share one."""
        named = self.labels if self.route == ROOT else (self.labels, self.route)
        digest = blake2b(msgspec.json.encode(named), digest_size=12).hexdigest()
        return f"{self.tenant}#{self.receiver}#{digest}"

    def __str__(self) -> str:
        """Write the group as Alertmanager writes a groupKey."""
        # Imported here: a group is written out only where a receiver is told.
        from tocsin.domain.matcher_syntax import quote

        labels = ", ".join(f"{name}={quote(value)}" for name, value in self.labels)
        return f"{self.route}:{{{labels}}}"


def digest_of(key: GroupKey) -> GroupKey:
    """Return the key of the digest of a group's receiver."""
    return GroupKey(key.tenant, key.receiver, (), _DIGEST)


def is_digest(key: GroupKey) -> bool:
    """Tell whether a group is a digest."""
    return key.route == _DIGEST


def alert_of(name: str) -> str:
    """Return the fingerprint of an alert by its name in a group; a digest may add the group."""
    return name.partition("@")[0]


class Member(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One alert in a group. An episode is one run from firing to resolved."""

    fingerprint: str
    episode: int
    status: Status
    alert: Alert
    # Orders the events of one alert: (order_at_s, resolved after firing).
    order_at_s: float
    holds_until_s: float | None = None
    changed_at_s: float
    # Which accepted alert opened, and which closed, this episode: `envelope:index`.
    fired_by: str = ""
    resolved_by: str = ""
    # The episode before this one and what closed it: a receiver that heard of it firing is
    # told of its end first.
    closed: tuple[int, str] | None = None
    # What people did about this episode, and the last one before it that they had in hand when
    # it ended: to them it is over, so what fires now is no part of it.
    handling: Handling | None = None
    in_hand_before: int = 0
    # How far it has come in the policy of its route.
    climb: Climb | None = None
    # In the group of an escalation step: the round in which it is to be told (again).
    round: int = 0
    # When something was found out about this episode that its receiver is told of at once, if it
    # was told without it; 0: nothing, or it waits for the next notification.
    found_at_s: float = 0.0
    # In a digest: the group that handed it over, and the episode of which its receiver heard from
    # that group that it fires; 0: none.
    handed_by: GroupKey | None = None
    told_before: int = 0
    # In a digest: when what it tells of was accepted; 0: it is not known.
    accepted_at_s: float = 0.0

    def fires(self, now_s: float) -> bool:
        """Tell whether the alert fires now: nobody resolved it, and its time is not over."""
        is_over = self.holds_until_s is not None and self.holds_until_s <= now_s
        return self.status == "firing" and not is_over

    @property
    def is_acknowledged(self) -> bool:
        """Whether somebody has this episode in hand."""
        return self.handling is not None and self.handling.is_acknowledged

    @property
    def snoozed_until_s(self) -> float:
        """Until when somebody put this episode off; 0 if nobody did."""
        return 0.0 if self.handling is None else self.handling.snoozed_until_s


class Told(msgspec.Struct, frozen=True, array_like=True):
    """The last step of an alert that is settled at the receiver, and how it ended."""

    episode: int
    step: Status
    outcome: Outcome
    # The notification that was dead-lettered with it: sent again, it must be the same one.
    by: str = ""
    # The round of escalation in which it was told.
    round: int = 0
    # Whether what was found out is told by now, and how.
    found: Found = ""
    # When the notification was written down by which the receiver believes that it fires (in a
    # digest: when it was sent); 0: it is not known, or it does not believe so.
    since_s: float = 0.0
    # The end of a snooze that passed, or will, while its group spoke of others and not of it; and
    # the notification that was dead-lettered with it.
    unsaid_end_s: float = 0.0
    end_by: str = ""
    # Whether it is settled that people have it in hand, and the notification that was dead-lettered
    # with that.
    acknowledgement: Acknowledgement = ""
    acknowledgement_by: str = ""

    @property
    def is_dead(self) -> bool:
        """Whether this step was dead-lettered, so that it can be redriven."""
        return self.outcome in ("dead", "refused")

    @property
    def is_delivered(self) -> bool:
        """Whether the step itself was delivered, though an update of it may be dead-lettered."""
        return self.outcome == "delivered" or self.found == "update"


class Thread(msgspec.Struct, frozen=True, array_like=True):
    """The notification that opened what is said now: what follows belongs under it.

    `receipt` is what its receiver called it; "" if it said nothing.
    """

    key: str
    receipt: str = ""


class Step(msgspec.Struct, frozen=True, array_like=True):
    """One thing to tell: that `episode` of an alert fires, or that it is resolved.

    `round`: that it fires still, told anew in that round of its escalation. `found`: with what was
    found out about it; as an "update", where it was told without. `acknowledgement`: "told" in the
    step that says no more than that people have it in hand.
    """

    fingerprint: str
    episode: int
    step: Status
    source: str
    round: int = 0
    found: Found = ""
    acknowledgement: Acknowledgement = ""


class Intent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A notification that is written down before it is sent, and sent the same until settled.

    `alerts` are frozen, so that a retry says what the first try said: those of the `steps`, and
    what else fires in the group. Without steps it is a repeat.
    """

    key: str
    steps: tuple[Step, ...]
    alerts: tuple[Alert, ...]
    created_at_s: float
    # Why it is sent, in Alertmanager's words, and how many alerts it had no room for.
    reason: str = ""
    truncated: int = 0
    # Alerts that it does not show, of whose snooze people are yet to hear that it ended, and when.
    unsaid_ends: dict[str, float] = {}
    # Who of those whom it is for has it, where others have not taken it yet.
    taken: tuple[str, ...] = ()
    # Who has all of it in hand, where it says that and no more.
    acknowledged_by: str = ""
    attempts: int = 0
    # When the next attempt may be made: back-off, or what the receiver asked for.
    not_before_s: float = 0.0
    # When the last attempt failed.
    failed_at_s: float = 0.0
    # The endpoint that it waits for; a receiver that has another by now is not waited for.
    waits_for: str = ""
    # Since when it waits for its first turn by its receiver's pace (0: it does not), and for how
    # long it did before: nothing is given up for that.
    paced_since_s: float = 0.0
    paced_s: float = 0.0
    # Whether it is handed to the digest of its receiver instead of being sent.
    digests: bool = False
    # When the oldest accepted alert came that it brings news of (0: none, or it is not known), when
    # it was to be told, and when the last try began.
    accepted_at_s: float = 0.0
    due_at_s: float = 0.0
    tried_at_s: float = 0.0


class Settlement(msgspec.Struct, frozen=True, kw_only=True):
    """How notify leaves a group: what was told, what is still to be sent, when to look again.

    `due_at_s` None says that nothing is left to do. `is_final` says that this, or that nothing
    is to be done before then, holds only for the group as it was read. `expires_at_s` None leaves
    it to evaluate when the group is forgotten.
    """

    told: dict[str, Told]
    intent: Intent | None = None
    due_at_s: float | None = None
    is_final: bool = False
    flushed_at_s: float = 0.0
    notified_at_s: float = 0.0
    muted: dict[str, str] = {}
    thread: Thread | None = None
    expires_at_s: float | None = None


class Group(msgspec.Struct, kw_only=True):
    """A group as it is stored."""

    key: GroupKey
    # Grows by one with every change of `members`; 0: not stored yet.
    version: int = 0
    # The last tenant configuration that knew the receiver: if it is removed, it still gets
    # what it is owed.
    config_version: int = 0
    urgent: bool = False
    members: dict[str, Member] = {}
    told: dict[str, Told] = {}
    intent: Intent | None = None
    lease_owner: str = ""
    lease_until_s: float = 0.0
    # How many workers took the lease since one last gave it back. All but the last one died, or
    # could not write down what they had done.
    holds: int = 0
    # When the group may first speak, since it began with its first alert (evaluate), and when
    # it last looked at all that is new and last said anything (notify).
    first_flush_at_s: float = 0.0
    flushed_at_s: float = 0.0
    notified_at_s: float = 0.0
    # Alerts that notify kept from being told when it last looked, and why.
    muted: dict[str, str] = {}
    # What is said under which notification, as long as the receiver believes that anything fires.
    thread: Thread | None = None
    # Whether an alert that fires here is the source of an inhibition.
    inhibits: bool = False
    # When evaluate must look for alerts that nobody repeated, and notify for what is untold.
    resolve_due_at_s: float | None = None
    poke_due_at_s: float | None = None
    expires_at_s: float | None = None

    def is_settled(self, member: Member) -> bool:
        """Tell whether an alert is over and the receiver knows, or never had to."""
        if member.status != "resolved":
            return False
        told = self.told.get(member.fingerprint)
        if told is None:
            return not member.fired_by and not member.told_before
        # What was dead-lettered can be redriven, and must then find what it was about.
        is_last = told.episode == member.episode and told.step == "resolved"
        return is_last and not told.is_dead
