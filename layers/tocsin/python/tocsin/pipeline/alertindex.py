"""Which groups know an alert, by any of its fingerprints; also those in which it is over.

A warm process keeps the names that it has read, and reads again only groups that have changed.
"""

from collections.abc import Callable, Collection, Sequence
from itertools import islice
from threading import Lock

import msgspec

from tocsin.domain.errors import Retryable
from tocsin.domain.fingerprint import alertmanager_fingerprint
from tocsin.domain.group import Group, GroupKey, is_digest
from tocsin.ports import Groups

# Of all tenants; about 150 bytes each.
ALERTS_LIMIT = 500_000
_READ_AT_ONCE = 100
# How long Alertmanager's fingerprints are; tocsin's own have twice as many digits.
SHORT_DIGITS = 16


class _Known(msgspec.Struct, frozen=True):
    """The names of one version of a group; `is_whole` if Alertmanager's are among them."""

    version: int
    names: frozenset[str]
    is_whole: bool


class AlertIndex:
    """The names of all tenants, as far as somebody asked for one; one reader at a time."""

    def __init__(self, groups: Groups, *, alerts_limit: int = ALERTS_LIMIT) -> None:
        self._groups = groups
        self._alerts_limit = alerts_limit
        self._tenants: dict[str, dict[GroupKey, _Known]] = {}
        self._lock = Lock()

    def groups_of(self, tenant: str, name: str, has_time: Callable[[], bool]) -> list[Group]:
        """Return the groups that know an alert by this name, as they are stored now.

        `name` has 32 hexadecimal digits, or Alertmanager's 16: these are costly, so they are only
        worked out for tenants of whom somebody asks for one. Raises Retryable where the time is
        over before all that has changed is read: asked again, it goes on from there.
        """
        return self.groups_of_any(tenant, [name], has_time)

    def groups_of_any(
        self, tenant: str, names: Collection[str], has_time: Callable[[], bool]
    ) -> list[Group]:
        """Return the groups that know one of several alerts, as `groups_of` does for one."""
        is_whole = any(len(name) == SHORT_DIGITS for name in names)
        with self._lock:
            known = self._refreshed(tenant, has_time, is_whole=is_whole)
            keys = [key for key, each in known.items() if not each.names.isdisjoint(names)]
        found = self._groups.read(keys) if keys else {}
        return [found[key] for key in keys if key in found]

    def _refreshed(
        self, tenant: str, has_time: Callable[[], bool], *, is_whole: bool
    ) -> dict[GroupKey, _Known]:
        # The last in the map is the one that was asked for last.
        known = self._tenants[tenant] = self._tenants.pop(tenant, {})
        versions = self._groups.versions(tenant)
        for key in known.keys() - versions.keys():
            del known[key]
        # What a digest tells stands in its own group, and may be over there.
        changed = [
            key
            for key, version in versions.items()
            if not is_digest(key)
            and (
                key not in known
                or known[key].version != version
                or (is_whole and not known[key].is_whole)
            )
        ]
        self._read(known, changed, has_time, is_whole=is_whole)
        self._make_room()
        return known

    def _read(
        self,
        known: dict[GroupKey, _Known],
        keys: Sequence[GroupKey],
        has_time: Callable[[], bool],
        *,
        is_whole: bool,
    ) -> None:
        left = iter(keys)
        while part := list(islice(left, _READ_AT_ONCE)):
            if not has_time():
                raise Retryable("more groups have changed than there is time to read", 1)
            found = self._groups.read(part)
            for key in part:
                if key in found:
                    known[key] = _known(found[key], is_whole=is_whole)
                else:
                    known.pop(key, None)

    def _make_room(self) -> None:
        """Forget tenants that were not asked for lately, while there are too many names."""
        while len(self._tenants) > 1 and self._size() > self._alerts_limit:
            del self._tenants[next(iter(self._tenants))]

    def _size(self) -> int:
        return sum(len(each.names) for known in self._tenants.values() for each in known.values())


def _known(group: Group, *, is_whole: bool) -> _Known:
    names = set(group.members)
    if is_whole:
        names.update(
            alertmanager_fingerprint(each.alert.labels)
            for each in group.members.values()
            if each.alert.labels
        )
    return _Known(group.version, frozenset(names), is_whole)
