"""What may not be told now, and why: silences, inhibition and time intervals."""

from collections.abc import Iterable, Mapping
from itertools import chain

from tocsin.domain.alert import routing_labels
from tocsin.domain.config import TenantConfig, Timing
from tocsin.domain.decision import is_known
from tocsin.domain.errors import ConfigurationError
from tocsin.domain.group import Group, GroupKey, Member, is_digest
from tocsin.domain.inhibition import Inhibitor, is_source, is_target
from tocsin.domain.silence import Silence, silenced_by
from tocsin.domain.time_interval import is_in
from tocsin.ports import Groups, Silences

# Of all tenants but the one that is asked for last.
_REMEMBERED = 10_000

# The sources that fire in one version of a group.
_Read = tuple[int, list[Member]]


class Suppression:
    """Decides what is muted; one object a worker, since it remembers the sources it read."""

    def __init__(self, groups: Groups, silences: Silences) -> None:
        self._groups = groups
        self._silences = silences
        self._sources: dict[str, dict[GroupKey, _Read]] = {}

    def muted(self, config: TenantConfig, group: Group, now_s: float) -> dict[str, str]:
        """Return which alerts that fire in a group may not be told now, and why."""
        firing = [each for each in group.members.values() if each.status == "firing"]
        if not firing:
            return {}
        labels = {
            member.fingerprint: routing_labels(member.alert, plain=config.plain_labels)
            for member in firing
        }
        return {
            **_in_hand(firing, group, now_s),
            **{
                name: f"inhibited by {by}"
                for name, by in self.inhibited(config, group, labels, now_s).items()
            },
            **_silenced(self._silences.all(config.tenant), labels, now_s),
        }

    def inhibited(
        self, config: TenantConfig, group: Group, labels: dict[str, dict[str, str]], now_s: float
    ) -> dict[str, str]:
        """Return which alerts of a group are inhibited now, and by which alert each is."""
        rules = config.inhibit_rules
        targets = {name: each for name, each in labels.items() if is_target(rules, each)}
        if not targets:
            return {}
        inhibitor = Inhibitor(rules, self._firing_sources(config, group, now_s))
        found = {name: inhibitor.muted_by(name, each) for name, each in targets.items()}
        return {name: by for name, by in found.items() if by}

    def _firing_sources(
        self, config: TenantConfig, group: Group, now_s: float
    ) -> dict[str, dict[str, str]]:
        """Return the labels of what fires now and can mute others, of all groups of a tenant."""
        known = dict(self._read(config.tenant))
        # What fires in a digest may be over in its own group.
        if not is_digest(group.key):
            known[group.key] = list(group.members.values())
        sources: dict[str, dict[str, str]] = {}
        for member in chain.from_iterable(known.values()):
            labels = routing_labels(member.alert, plain=config.plain_labels)
            if member.fires(now_s) and is_source(config.inhibit_rules, labels):
                sources[member.fingerprint] = labels
        return sources

    def _read(self, tenant: str) -> dict[GroupKey, list[Member]]:
        versions = self._groups.versions(tenant, inhibiting=True)
        # The last in the map is the tenant that was asked for last.
        before = self._sources.pop(tenant, {})
        # One that is not listed may be deleted, and begin again at its first version.
        known = {key: before[key] for key in versions if key in before}
        changed = [key for key, version in versions.items() if _version(known, key) != version]
        for key, group in self._groups.read(changed).items() if changed else ():
            firing = [each for each in group.members.values() if each.status == "firing"]
            known[key] = (group.version, firing)
        self._make_room()
        self._sources[tenant] = known
        return {key: members for key, (_, members) in known.items()}

    def _make_room(self) -> None:
        """Forget tenants that were not asked for lately, while too much is remembered."""
        # On one machine the requests of several threads come here.
        sizes = [(tenant, len(known)) for tenant, known in list(self._sources.items())]
        too_many = sum(size for _, size in sizes) - _REMEMBERED
        for tenant, size in sizes:
            if too_many <= 0:
                break
            self._sources.pop(tenant, None)
            too_many -= size


def _version(known: Mapping[GroupKey, _Read], key: GroupKey) -> int:
    return known[key][0] if key in known else -1


def muted_by_time(config: TenantConfig, timing: Timing, now_s: float) -> str:
    """Return why a route keeps silent now, or "".

    A machine that lacks a time zone keeps nothing silent: a page too many is the lesser evil.
    """
    intervals = config.time_intervals
    try:
        for name in timing.mute:
            if is_in(intervals.get(name, ()), now_s):
                return f"muted in the time interval {name}"
        is_active = any(is_in(intervals.get(name, ()), now_s) for name in timing.active)
    except ConfigurationError:
        return ""
    if timing.active and not is_active:
        return f"active only in the time intervals {', '.join(timing.active)}"
    return ""


def _in_hand(firing: Iterable[Member], group: Group, now_s: float) -> dict[str, str]:
    """Return what somebody put off, or had in hand before anybody was told."""
    found: dict[str, str] = {}
    for member in firing:
        reason = in_hand(member, now_s)
        is_put_off = member.snoozed_until_s > now_s
        if reason and (is_put_off or not is_known(member, group.told)):
            found[member.fingerprint] = reason
    return found


def in_hand(member: Member, now_s: float) -> str:
    """Return who put an alert off, or else has it in hand; "" if nobody does."""
    if member.handling is None:
        return ""
    if member.snoozed_until_s > now_s:
        return f"snoozed by {member.handling.snoozed_by}"
    by = member.handling.acknowledged_by
    return f"acknowledged by {by}" if by else ""


def _silenced(
    silences: Iterable[Silence], labels: dict[str, dict[str, str]], now_s: float
) -> dict[str, str]:
    known = list(silences)
    if not known:
        return {}
    found = {name: silenced_by(known, each, now_s) for name, each in labels.items()}
    return {name: f"silenced by {', '.join(by)}" for name, by in found.items() if by}
