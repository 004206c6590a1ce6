"""The alerts of one tenant that fire, found by their labels.

What is looked up by a label is indexed by that label from then on, so that a filter for one
alert of a hundred thousand looks at one.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence

import msgspec

from tocsin.domain.alert import Alert, routing_labels
from tocsin.domain.fingerprint import alertmanager_fingerprint
from tocsin.domain.group import GroupKey, Member
from tocsin.domain.matchers import Matcher, match_all


class Listed(msgspec.Struct, kw_only=True):
    """One alert, and the members by which its groups hold it; `newest` is one of them."""

    newest: Member
    members: dict[GroupKey, Member]
    shown_as: str = ""

    @property
    def alert(self) -> Alert:
        """The alert as it was heard of last."""
        return self.newest.alert

    def fires(self, now_s: float) -> bool:
        """Tell whether it still holds: nobody may have repeated it in time."""
        return self.newest.fires(now_s)

    @property
    def name(self) -> str:
        """The fingerprint that Alertmanager's clients see; costly, so it is kept."""
        if not self.shown_as:
            self.shown_as = alertmanager_fingerprint(self.alert.labels)
        return self.shown_as


class TenantAlerts:
    """What fires in the groups that were read so far."""

    def __init__(self, *, plain: bool) -> None:
        self.plain = plain
        self.versions: dict[GroupKey, int] = {}
        self.alerts: dict[str, Listed] = {}
        self._groups: dict[GroupKey, set[str]] = {}
        # Label name -> value -> fingerprints, for the names that were asked for.
        self._index: dict[str, dict[str, set[str]]] = {}

    def replace(self, key: GroupKey, version: int, members: Mapping[str, Member]) -> None:
        """Take the place of what was known of a group."""
        firing = {name: each for name, each in members.items() if each.status == "firing"}
        for name in self._groups.get(key, set()) - firing.keys():
            self._remove(name, key)
        for name, member in firing.items():
            self._put(name, key, member)
        self._groups[key] = set(firing)
        self.versions[key] = version

    def forget(self, key: GroupKey) -> None:
        """Forget a group."""
        for name in self._groups.pop(key, set()):
            self._remove(name, key)
        self.versions.pop(key, None)

    def labels(self, listed: Listed) -> dict[str, str]:
        """Return the labels that matchers see."""
        return routing_labels(listed.alert, plain=self.plain)

    def select(
        self, matchers: Sequence[Matcher], among: Collection[str] | None = None
    ) -> Iterator[str]:
        """Yield the fingerprints of the alerts that match; `among` leaves only these."""
        wanted = tuple(matchers)
        for name in self._narrowest(wanted, among):
            if among is not None and name not in among:
                continue
            if match_all(wanted, self.labels(self.alerts[name])):
                yield name

    def _narrowest(
        self, matchers: tuple[Matcher, ...], among: Collection[str] | None
    ) -> Collection[str]:
        """Return the shortest list known in which all that match must be."""
        lists: list[Collection[str]] = [self.alerts if among is None else among]
        lists += [
            self._indexed(matcher.name).get(matcher.value, ())
            for matcher in matchers
            if matcher.operator == "=" and matcher.value
        ]
        return min(lists, key=len)

    def _indexed(self, label: str) -> dict[str, set[str]]:
        if label not in self._index:
            self._index[label] = {}
            for name, listed in self.alerts.items():
                self._enter(label, name, listed)
        return self._index[label]

    def _enter(self, label: str, name: str, listed: Listed) -> None:
        value = self.labels(listed).get(label)
        if value:
            self._index[label].setdefault(value, set()).add(name)

    def _leave(self, name: str, listed: Listed) -> None:
        labels = self.labels(listed)
        for label, values in self._index.items():
            value = labels.get(label, "")
            found = values.get(value)
            if found is not None:
                found.discard(name)
                if not found:
                    del values[value]

    def _put(self, name: str, key: GroupKey, member: Member) -> None:
        listed = self.alerts.get(name)
        if listed is None:
            self._list(name, {key: member})
            return
        if listed.members.get(key) != member:
            self._leave(name, listed)
            # Groups hold equal copies of one alert; one is enough.
            same = next((each for each in listed.members.values() if each == member), member)
            self._list(name, {**listed.members, key: same}, listed)

    def _remove(self, name: str, key: GroupKey) -> None:
        listed = self.alerts.pop(name)
        self._leave(name, listed)
        left = {each: member for each, member in listed.members.items() if each != key}
        if left:
            self._list(name, left, listed)

    def _list(
        self, name: str, members: dict[GroupKey, Member], former: Listed | None = None
    ) -> None:
        newest = max(members.values(), key=lambda each: (each.order_at_s, each.changed_at_s))
        listed = self.alerts[name] = Listed(newest=newest, members=members)
        if former is not None and former.alert.labels == listed.alert.labels:
            listed.shown_as = former.shown_as
        for label in self._index:
            self._enter(label, name, listed)
