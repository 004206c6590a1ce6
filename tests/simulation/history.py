"""What the outside saw of a run: what was accepted, what was told, and what went wrong."""

from collections import Counter
from collections.abc import Iterable, Mapping

import msgspec

from tocsin.domain.alert import Alert, Severity, Status
from tocsin.domain.group import Group, GroupKey
from tocsin.ports import Notification


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """One accepted alert as its sender meant it."""

    tenant: str
    instance: str
    status: Status
    severity: Severity
    at_s: float
    # Until when it fires if nobody repeats it; None: until it is resolved.
    holds_until_s: float | None = None


class Telling(msgspec.Struct, frozen=True, kw_only=True):
    """One notification that arrived."""

    tenant: str
    receiver: str
    key: str
    said: tuple[tuple[str, Status], ...]
    # The alerts that it shows as firing, new or not, and why it was sent.
    shown: frozenset[str] = frozenset()
    reason: str = ""
    # Its group, and the alerts of which it says no more than that people have them in hand.
    group: str = ""
    acknowledged: frozenset[str] = frozenset()
    # Those that fire in it when it arrives, and were told to.
    firing: frozenset[str] = frozenset()
    # When it arrived, when its worker began, and when it was written down.
    at_s: float = 0.0
    began_at_s: float = 0.0
    written_at_s: float = 0.0


def firings(key: GroupKey, alerts: Iterable[Alert]) -> set[tuple[str, str, str]]:
    """Return tenant, receiver and name of the alerts that fire in a notification."""
    return {
        (key.tenant, key.receiver, alert.labels["instance"])
        for alert in alerts
        if alert.status == "firing"
    }


def words(notification: Notification) -> str:
    """Say in a line of a story what a notification says."""
    said = [f"{each.labels['instance']} {each.status}" for each in notification.news]
    again = [each.labels["instance"] for each in notification.alerts[len(said) :]]
    return f"{said} beside {again}, {notification.reason}"


def _name(group: Group, fingerprint: str) -> str:
    return group.members[fingerprint].alert.labels["instance"]


def _known(group: Group) -> frozenset[str]:
    """Return what fires in a group as it was told."""
    return frozenset(
        _name(group, name)
        for name, told in group.told.items()
        if told.step == "firing"
        and name in group.members
        and (group.members[name].status, group.members[name].episode) == ("firing", told.episode)
    )


class History(msgspec.Struct, kw_only=True):
    """The record of a run, that the oracle judges."""

    reports: list[Report] = []
    tellings: list[Telling] = []
    # By key: how often a worker died between what it told and its next write.
    excused: Counter[str] = msgspec.field(default_factory=Counter)
    # By tenant and receiver: when it was sent anything, whatever came of it.
    tried_at_s: dict[tuple[str, str], list[float]] = {}
    # By key: until when its receiver wants to be left alone.
    closed_until_s: dict[str, float] = {}
    # By key: attempts that came before that.
    hasty: Counter[str] = msgspec.field(default_factory=Counter)
    # By tenant, receiver and alert: firings that may have arrived, as far as a worker can know.
    uncertain: set[tuple[str, str, str]] = set()
    # By tenant and receiver: calls while all receivers were down.
    calls_in_vain: Counter[tuple[str, str]] = msgspec.field(default_factory=Counter)
    # Dead letters that were redriven at the end.
    letters: int = 0
    errors: list[str] = []
    lines: list[str] = []

    def attempted(self, notification: Notification, now_s: float) -> None:
        """Note an attempt, whatever comes of it."""
        whose = (notification.group.tenant, notification.receiver.name)
        self.tried_at_s.setdefault(whose, []).append(now_s)
        if now_s < self.closed_until_s.pop(notification.key, 0.0):
            self.hasty[notification.key] += 1

    def arrived(
        self,
        notification: Notification,
        groups: Mapping[GroupKey, Group],
        now_s: float,
        began_at_s: float,
    ) -> None:
        """Note what a receiver took, as its group has it written down."""
        group = groups[notification.group]
        intent = group.intent
        # Who keeps an incident is shown nothing by an acknowledgement.
        is_taken = bool(notification.acknowledged_by)
        news = () if is_taken else notification.news
        alerts = () if is_taken else notification.alerts
        taken = intent.steps if is_taken and intent is not None else ()
        self.tellings.append(
            Telling(
                tenant=notification.group.tenant,
                receiver=notification.receiver.name,
                key=notification.key,
                said=tuple((alert.labels["instance"], alert.status) for alert in news),
                shown=frozenset(
                    alert.labels["instance"] for alert in alerts if alert.status == "firing"
                ),
                reason=notification.reason,
                group=notification.group.id,
                acknowledged=frozenset(_name(group, step.fingerprint) for step in taken),
                firing=_known(group) if is_taken else frozenset(),
                at_s=now_s,
                began_at_s=began_at_s,
                written_at_s=now_s if intent is None else intent.created_at_s,
            )
        )
