"""What is kept apart since stages failed, and sending it to investigate again.

A case is made of the alert as it is now, and not of what was kept: what was found since stays.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Literal

import msgspec

from cli.enrichment.choice import stages_on
from cli.enrichment.stored import as_change
from cli.migration.patience import Pause, patiently
from tocsin.domain.config import TenantConfig
from tocsin.domain.enrichment.order import STAGES
from tocsin.domain.group import Group, GroupKey, Member
from tocsin.domain.routing import groups_that_may_know
from tocsin.pipeline.cases import Case
from tocsin.pipeline.former import FormerRoutes
from tocsin.ports import Configs, FailedEnrichment, FailedEnrichments, Groups

PAGE_ALERTS = 100

# Whether an alert fires still, and the stages that failed are on; only then it is sent.
Fate = Literal["fires", "over", "off"]


class Planned(msgspec.Struct, frozen=True):
    """What is kept of one alert: events of one firing, and its case, if one is made of it.

    `place` orders alerts: the source of the event that began it, or of the event that is over.
    """

    kept: Sequence[FailedEnrichment]
    place: str
    fate: Fate
    case: Case | None = None


class _Found(msgspec.Struct):
    """Events of one firing, without their alerts, and where it stands; nowhere if it is over."""

    kept: list[FailedEnrichment]
    key: GroupKey | None = None
    name: str = ""


class _Standing(msgspec.Struct, frozen=True):
    """A firing, and where it stands: in which group, and under which name."""

    key: GroupKey
    name: str
    member: Member


def kept_apart(
    failures: FailedEnrichments, tenant: str, stage: str | None, now_s: float
) -> Iterator[FailedEnrichment]:
    """Yield what is kept of a tenant, or what of it failed in one stage."""
    for each in failures.all(tenant, now_s):
        if stage is None or any(result.stage == stage for result in each.failed):
            yield each


class Plan:
    """Tells what becomes of kept alerts of one tenant; `stage` leaves out all other stages."""

    def __init__(
        self,
        config: TenantConfig,
        configs: Configs,
        groups: Groups,
        pause: Pause,
        stage: str | None = None,
    ) -> None:
        self._ways = [config, *FormerRoutes(configs).before(config)]
        self._on = frozenset(stages_on(config)) & ({stage} if stage else frozenset(STAGES))
        self._groups = groups
        self._pause = pause

    def pages(
        self, kept: Iterator[FailedEnrichment], now_s: float, after: str = ""
    ) -> Iterator[list[Planned]]:
        """Yield what becomes of each alert whose place is after one, in order, a page at a time.

        All that is kept is read before, since events of one firing may lie far apart. Of each no
        text is held, and the alerts are read again page by page.
        """
        found = self._found(kept, now_s)
        places = iter(sorted(place for place in found if place > after))
        while part := list(islice(places, PAGE_ALERTS)):
            yield self._page({place: found[place] for place in part}, now_s)

    def _found(self, kept: Iterator[FailedEnrichment], now_s: float) -> dict[str, _Found]:
        found: dict[str, _Found] = {}
        while part := list(islice(kept, PAGE_ALERTS)):
            keys = [groups_that_may_know(self._ways, each.change.alert) for each in part]
            groups = self._read(key for known in keys for key in sorted(known, key=_id))
            for each, known in zip(part, keys, strict=True):
                standing = _standing(each, known, groups, now_s)
                place = standing.member.fired_by if standing else each.change.source
                firing = found.setdefault(place, _Found([]))
                firing.kept.append(_without_texts(each))
                if standing:
                    firing.key, firing.name = standing.key, standing.name
        return found

    def _read(self, keys: Iterable[GroupKey]) -> dict[GroupKey, Group]:
        wanted = list(dict.fromkeys(keys))
        return patiently(lambda: self._groups.read(wanted), self._pause)

    def _page(self, part: Mapping[str, _Found], now_s: float) -> list[Planned]:
        groups = self._read(each.key for each in part.values() if each.key is not None)
        return [
            self._planned(place, each.kept, _firing(place, each, groups, now_s))
            for place, each in part.items()
        ]

    def _planned(
        self, place: str, kept: Sequence[FailedEnrichment], member: Member | None
    ) -> Planned:
        if member is None:
            return Planned(kept, place, "over")
        wrong = {result.stage for each in kept for result in each.failed}
        case = Case(
            change=as_change(member.fingerprint, member),
            stages=tuple(name for name in STAGES if name in wrong & self._on),
            attempts=max(each.attempts for each in kept),
            kept=tuple(source for each in kept if (source := each.change.source) != place),
        )
        return Planned(kept, place, "fires", case) if case.stages else Planned(kept, place, "off")


def _id(key: GroupKey) -> str:
    return key.id


def _standing(
    kept: FailedEnrichment,
    keys: set[GroupKey],
    groups: Mapping[GroupKey, Group],
    now_s: float,
) -> _Standing | None:
    """Return the firing that an event began of which a stage failed, or else repeats, and where.

    None if it does not fire any more. What is older than an episode is of one before it.
    """
    change = kept.change
    known = [(key, groups[key].members) for key in sorted(keys, key=_id) if key in groups]
    firing = [
        _Standing(key, name, members[name])
        for key, members in known
        for name in change.names
        if name in members and members[name].fires(now_s)
    ]
    began = (each for each in firing if each.member.fired_by == change.source)
    repeated = (each for each in firing if change.order[0] * 1000 >= each.member.episode)
    return next(chain(began, repeated), None)


def _firing(
    place: str, found: _Found, groups: Mapping[GroupKey, Group], now_s: float
) -> Member | None:
    """Return a firing as it is now; None if it is over."""
    group = groups.get(found.key) if found.key is not None else None
    member = group.members.get(found.name) if group is not None else None
    return member if member and member.fired_by == place and member.fires(now_s) else None


def _without_texts(kept: FailedEnrichment) -> FailedEnrichment:
    alert = kept.change.alert
    bare = msgspec.structs.replace(alert, labels={}, annotations={}, url="", enrichment=None)
    change = msgspec.structs.replace(kept.change, alert=bare)
    return msgspec.structs.replace(kept, change=change)
