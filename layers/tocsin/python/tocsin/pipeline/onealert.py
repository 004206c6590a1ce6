"""One alert as somebody who is called about it looks at it: its state, and where it stands."""

from collections.abc import Callable, Collection, Iterable, Sequence
from functools import reduce

import msgspec

from tocsin.domain.alert import Alert, routing_labels
from tocsin.domain.alertstate import State, state_of
from tocsin.domain.config import TenantConfig
from tocsin.domain.errors import InvalidInput
from tocsin.domain.fingerprint import alertmanager_fingerprint
from tocsin.domain.group import Group, Member
from tocsin.domain.handling import Action, Handling, handled
from tocsin.domain.silence import silenced_by
from tocsin.pipeline.alertindex import SHORT_DIGITS, AlertIndex
from tocsin.pipeline.recipients import Recipients
from tocsin.pipeline.suppression import Suppression, in_hand, muted_by_time
from tocsin.pipeline.waiting import Waiting, digests_behind, waiting_of
from tocsin.ports import Configs, Groups, Silences


class Standing(msgspec.Struct, frozen=True):
    """An alert in one group, and all that keeps it from being told there now.

    `waiting` is what a step waits for that is decided, and not told yet.
    """

    group: Group
    member: Member
    muted: tuple[str, ...] = ()
    waiting: Waiting | None = None


class OneAlert(msgspec.Struct, frozen=True, kw_only=True):
    """One run of an alert, in all groups that know it; `newest` is how it was heard of last.

    `silenced_by` are ids of silences, `inhibited_by` is a fingerprint.
    """

    fingerprint: str
    state: State
    newest: Member
    standings: tuple[Standing, ...]
    handling: Handling | None = None
    silenced_by: tuple[str, ...] = ()
    inhibited_by: str = ""

    @property
    def alert(self) -> Alert:
        """The alert as it was heard of last."""
        return self.newest.alert

    @property
    def is_over(self) -> bool:
        """Whether nothing of it fires any more."""
        return self.state == "resolved"

    @property
    def began_at_s(self) -> float:
        """When the first of its groups heard that it fires."""
        return min(each.member.episode for each in self.standings) / 1000


class OneAlerts:
    """Finds alerts; one object a process, since it remembers where they are."""

    def __init__(self, groups: Groups, silences: Silences, configs: Configs) -> None:
        self._index = AlertIndex(groups)
        self._groups = groups
        self._silences = silences
        self._suppression = Suppression(groups, silences)
        self._recipients = Recipients(configs)

    def find(
        self, config: TenantConfig, name: str, now_s: float, has_time: Callable[[], bool]
    ) -> OneAlert:
        """Return the last run of an alert, by either of its fingerprints.

        Raises InvalidInput with status 404 if the tenant has none of this name, and 409 where
        several alerts share Alertmanager's; Retryable where the time is over before it is found.
        """
        known = [
            (group, member)
            for group in self._index.groups_of(config.tenant, name, has_time)
            for member in group.members.values()
            if is_named(member, name)
        ]
        fingerprints = sorted({member.fingerprint for _, member in known})
        if not fingerprints:
            raise InvalidInput(
                f"there is no alert {name}, or it has been over for long",
                status=404,
                code="unknown_alert",
            )
        if len(fingerprints) > 1:
            raise InvalidInput(
                f"several alerts are called {name}: ask for one of {', '.join(fingerprints)}",
                status=409,
                code="ambiguous",
            )
        return self._one(config, known, now_s)

    def firing(
        self, tenant: str, fingerprints: Collection[str], now_s: float, has_time: Callable[[], bool]
    ) -> list[tuple[Group, Member]]:
        """Return where alerts fire, by tocsin's fingerprints, in all groups of a tenant.

        Raises Retryable where the time is over before they are found.
        """
        wanted = frozenset(fingerprints)
        return [
            (group, member)
            for group in self._index.groups_of_any(tenant, wanted, has_time)
            for name, member in group.members.items()
            if name in wanted and member.fires(now_s)
        ]

    def _one(
        self, config: TenantConfig, known: Sequence[tuple[Group, Member]], now_s: float
    ) -> OneAlert:
        newest = max((member for _, member in known), key=lambda each: _recency(each, now_s))
        run = [(group, member) for group, member in known if _is_same_run(member, newest, now_s)]
        handling = _together(member for _, member in run)
        is_over = not newest.fires(now_s)
        labels = routing_labels(newest.alert, plain=config.plain_labels)
        silences = () if is_over else silenced_by(self._silences.all(config.tenant), labels, now_s)
        group = next(group for group, member in run if member is newest)
        named = {newest.fingerprint: labels}
        inhibited = {} if is_over else self._suppression.inhibited(config, group, named, now_s)
        inhibited_by = inhibited.get(newest.fingerprint, "")
        held = [*(f"silenced by {each}" for each in silences)]
        held += [f"inhibited by {inhibited_by}"] if inhibited_by else []
        name = newest.fingerprint
        digests = digests_behind(self._groups, (group for group, _ in run), name)
        return OneAlert(
            fingerprint=newest.fingerprint,
            state=state_of(newest, handling, silences, inhibited_by, now_s),
            newest=newest,
            standings=tuple(
                Standing(
                    group,
                    member,
                    self._muted(config, group, member, held, now_s),
                    waiting_of(group, name, digests.get(group.key), now_s),
                )
                for group, member in run
            ),
            handling=handling,
            silenced_by=silences,
            inhibited_by=inhibited_by,
        )

    def _muted(
        self,
        config: TenantConfig,
        group: Group,
        member: Member,
        held: Iterable[str],
        now_s: float,
    ) -> tuple[str, ...]:
        if not member.fires(now_s):
            return ()
        timing = self._recipients.timing(config, group)
        reasons = (in_hand(member, now_s), *held, muted_by_time(config, timing, now_s))
        return tuple(reason for reason in reasons if reason)


def is_named(member: Member, name: str) -> bool:
    """Tell whether an alert has this fingerprint, tocsin's or Alertmanager's."""
    if len(name) == SHORT_DIGITS:
        labels = member.alert.labels
        return bool(labels) and alertmanager_fingerprint(labels) == name
    return member.fingerprint == name


def _recency(member: Member, now_s: float) -> tuple[bool, float, float]:
    return (member.fires(now_s), member.order_at_s, member.changed_at_s)


def _is_same_run(member: Member, newest: Member, now_s: float) -> bool:
    """Tell whether a group's episode is part of the run that the newest one is part of.

    A group to which a change of severity led began later; it ended at the same moment.
    """
    if newest.fires(now_s):
        return member.fires(now_s)
    is_same_end = member.alert.ends_at_s == newest.alert.ends_at_s
    return member.episode == newest.episode or (is_same_end and newest.alert.ends_at_s is not None)


def _together(members: Iterable[Member]) -> Handling | None:
    """Return what was done, in whichever group it took effect."""
    none: Handling | None = None
    actions: dict[str, Action] = {}
    for member in members:
        if member.handling is not None:
            actions.update((each.id, each) for each in member.handling.actions)
    return reduce(handled, actions.values(), none)
