"""What fires, as Alertmanager's clients look at it: found by labels, with what suppresses it.

A warm process keeps what it has read, and reads again only groups that have changed. Groups
whose own labels contradict what is asked for are not read at all.
"""

from collections.abc import Sequence
from itertools import islice
from threading import Lock

import msgspec

from tocsin.domain.alert import Alert
from tocsin.domain.config import TenantConfig
from tocsin.domain.group import GroupKey, is_digest
from tocsin.domain.matchers import Matcher
from tocsin.domain.silence import Silence
from tocsin.pipeline.alertsuppression import inhibited_in, silenced_in
from tocsin.pipeline.tenantalerts import TenantAlerts
from tocsin.ports import Groups

# About 2.6 KB each; the api function has 1.7 GB.
ALERTS_LIMIT = 150_000
_READ_AT_ONCE = 100


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One alert that fires, the groups that it stands in, and what suppresses it.

    `fingerprint` and `inhibited_by` are as Alertmanager writes them.
    """

    fingerprint: str
    alert: Alert
    updated_at_s: float
    holds_until_s: float | None
    groups: tuple[GroupKey, ...]
    silenced_by: tuple[str, ...] = ()
    inhibited_by: str = ""

    @property
    def is_active(self) -> bool:
        """Whether nothing keeps the alert from being told."""
        return not self.silenced_by and not self.inhibited_by


class AlertView:
    """The alerts of all tenants, as far as somebody asked for them; one reader at a time."""

    def __init__(self, groups: Groups, alerts_limit: int = ALERTS_LIMIT) -> None:
        self._groups = groups
        self._alerts_limit = alerts_limit
        self._tenants: dict[str, TenantAlerts] = {}
        self._lock = Lock()

    def rows(
        self,
        config: TenantConfig,
        silences: Sequence[Silence],
        matchers: Sequence[Matcher],
        now_s: float,
    ) -> list[Row]:
        """Return what fires now and matches, in no order."""
        with self._lock:
            known = self._refreshed(config, matchers)
            found = {
                name: listed
                for name in known.select(matchers)
                if (listed := known.alerts[name]).fires(now_s)
            }
            silenced = silenced_in(known, silences, found, now_s)
            inhibited = inhibited_in(known, config.inhibit_rules, found, now_s)
            return [
                Row(
                    fingerprint=listed.name,
                    alert=listed.alert,
                    updated_at_s=listed.newest.changed_at_s,
                    holds_until_s=listed.newest.holds_until_s,
                    groups=tuple(listed.members),
                    silenced_by=tuple(silenced.get(name, ())),
                    inhibited_by=inhibited.get(name, ""),
                )
                for name, listed in found.items()
            ]

    def _refreshed(self, config: TenantConfig, matchers: Sequence[Matcher]) -> TenantAlerts:
        """Read what has changed since the last time, as far as it may match."""
        known = self._tenant(config)
        versions = self._groups.versions(config.tenant)
        sources = self._sources(config)
        # What a digest tells fires in its own group, and may be over there.
        changed = [
            key
            for key, version in versions.items()
            if known.versions.get(key) != version and not is_digest(key)
        ]
        wanted = [key for key in changed if key in sources or _may_hold(key, matchers)]
        # What has changed and is not read is not known any more.
        for key in known.versions.keys() - (versions.keys() - set(changed)) - set(wanted):
            known.forget(key)
        self._read(known, wanted)
        self._make_room(config.tenant)
        return known

    def _tenant(self, config: TenantConfig) -> TenantAlerts:
        known = self._tenants.pop(config.tenant, None)
        if known is None or known.plain != config.plain_labels:
            known = TenantAlerts(plain=config.plain_labels)
        # The last in the map is the one that was asked for last.
        self._tenants[config.tenant] = known
        return known

    def _sources(self, config: TenantConfig) -> set[GroupKey]:
        """Return the groups in which something fires that may inhibit what is asked for."""
        if not config.inhibit_rules:
            return set()
        return set(self._groups.versions(config.tenant, inhibiting=True))

    def _read(self, known: TenantAlerts, keys: Sequence[GroupKey]) -> None:
        left = iter(keys)
        while part := list(islice(left, _READ_AT_ONCE)):
            found = self._groups.read(part)
            for key in part:
                if key in found:
                    known.replace(key, found[key].version, found[key].members)
                else:
                    known.forget(key)

    def _make_room(self, asking: str) -> None:
        """Forget tenants that were not asked for lately, while there are too many alerts."""
        while len(self._tenants) > 1 and self._size() > self._alerts_limit:
            del self._tenants[next(iter(self._tenants))]
        if self._size() > self._alerts_limit:
            # What is asked for now is still returned; it is only read again the next time.
            self._tenants.pop(asking)

    def _size(self) -> int:
        return sum(len(known.alerts) for known in self._tenants.values())


def _may_hold(key: GroupKey, matchers: Sequence[Matcher]) -> bool:
    """Tell whether an alert of a group can match: all of them have the group's labels."""
    if not matchers or not key.labels:
        return True
    labels = dict(key.labels)
    return all(matcher.name not in labels or matcher.matches(labels) for matcher in matchers)
