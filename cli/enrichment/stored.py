"""The alerts of a tenant that fire now, page by page, each once, in an order that can go on."""

from collections.abc import Iterator, Sequence

import msgspec

from cli.migration.patience import Pause, patiently
from tocsin.domain.change import Change
from tocsin.domain.group import Group, GroupKey, Member, is_digest
from tocsin.domain.stepreach import is_of_step
from tocsin.ports import Groups

PAGE_GROUPS = 100


class Place(msgspec.Struct, frozen=True, order=True):
    """Where an alert stands among those of its tenant."""

    group: str = ""
    fingerprint: str = ""


class Firing(msgspec.Struct, frozen=True):
    """An alert that fires, as the event that began it; and where it stands."""

    place: Place
    change: Change


class Wanted(msgspec.Struct, frozen=True):
    """Which alerts are meant: those that began to fire after `since_s`, and of one provider."""

    since_s: float | None = None
    provider: str | None = None

    def takes(self, member: Member) -> bool:
        """Tell whether an alert is meant. What is told to nobody never is."""
        found = member.alert.enrichment
        if found is not None and found.is_dropped:
            return False
        if self.since_s is not None and member.changed_at_s < self.since_s:
            return False
        return self.provider in (None, member.alert.provider)


class StoredAlerts:
    """What fires in the groups of one tenant.

    Those of escalation steps and digests are left out: their alerts stand in groups of routes.
    """

    def __init__(
        self, groups: Groups, tenant: str, pause: Pause, page_groups: int = PAGE_GROUPS
    ) -> None:
        self._groups = groups
        self._pause = pause
        self._page_groups = page_groups
        versions = patiently(lambda: groups.versions(tenant), pause)
        self._keys = sorted(
            (key for key in versions if not (is_of_step(key) or is_digest(key))),
            key=lambda key: key.id,
        )

    def pages(
        self, wanted: Wanted, now_s: float, after: Place | None = None
    ) -> Iterator[tuple[int, list[Firing]]]:
        """Yield how many groups a page looked at, and what of them is meant and comes later.

        An alert that stands in several groups counts in the first. So those before `after` are
        looked at as well.
        """
        seen: set[str] = set()
        for start in range(0, len(self._keys), self._page_groups):
            part = self._keys[start : start + self._page_groups]
            first = [each for each in self._page(part, wanted, now_s) if _is_first(each, seen)]
            yield len(part), [each for each in first if after is None or each.place > after]

    def count(self) -> int:
        """Return how many groups there are to look at."""
        return len(self._keys)

    def _page(self, keys: Sequence[GroupKey], wanted: Wanted, now_s: float) -> Iterator[Firing]:
        found = patiently(lambda: self._groups.read(keys), self._pause)
        for key in keys:
            if key in found:
                yield from _firing(found[key], wanted, now_s)


def as_change(name: str, member: Member) -> Change:
    """Return the event by which an alert began to fire, with the alert as it is now."""
    return Change(
        source=member.fired_by,
        fingerprint=name,
        alert=member.alert,
        received_at_s=member.changed_at_s,
    )


def _firing(group: Group, wanted: Wanted, now_s: float) -> Iterator[Firing]:
    for name, member in sorted(group.members.items()):
        if member.fires(now_s) and wanted.takes(member):
            yield Firing(Place(group.key.id, name), as_change(name, member))


def _is_first(each: Firing, seen: set[str]) -> bool:
    is_first = each.change.source not in seen
    seen.add(each.change.source)
    return is_first
