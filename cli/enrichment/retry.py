"""What is kept apart since stages failed, and sending it to investigate again.

A case is made of the alert as it is now, and not of what was kept: what was found since stays.
"""

from collections.abc import Iterator, Mapping, Sequence
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
    """What is kept of one alert: events of one firing, and its case, if one is made of it."""

    kept: Sequence[FailedEnrichment]
    fate: Fate
    case: Case | None = None


def kept_apart(
    failures: FailedEnrichments, tenant: str, stage: str | None, now_s: float, after: str = ""
) -> Iterator[FailedEnrichment]:
    """Yield what is kept of a tenant, or what of it failed in one stage; only beyond a source."""
    for each in failures.all(tenant, now_s, after):
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

    def pages(self, kept: Iterator[FailedEnrichment], now_s: float) -> Iterator[list[Planned]]:
        """Yield what becomes of each, a page at a time."""
        while part := list(islice(kept, PAGE_ALERTS)):
            yield self._page(part, now_s)

    def _page(self, part: Sequence[FailedEnrichment], now_s: float) -> list[Planned]:
        places = [groups_that_may_know(self._ways, each.change.alert) for each in part]
        keys = list(dict.fromkeys(key for found in places for key in sorted(found, key=_id)))
        groups = patiently(lambda: self._groups.read(keys), self._pause)
        firing: dict[tuple[bool, str], tuple[Member | None, list[FailedEnrichment]]] = {}
        for each, found in zip(part, places, strict=True):
            member = _member(each, found, groups, now_s)
            source = member.fired_by if member else each.change.source
            firing.setdefault((member is None, source), (member, []))[1].append(each)
        return [self._planned(kept, member) for member, kept in firing.values()]

    def _planned(self, kept: Sequence[FailedEnrichment], member: Member | None) -> Planned:
        if member is None:
            return Planned(kept, "over")
        wrong = {result.stage for each in kept for result in each.failed}
        case = Case(
            change=as_change(member.fingerprint, member),
            stages=tuple(name for name in STAGES if name in wrong & self._on),
            attempts=max(each.attempts for each in kept),
            kept=tuple(
                source for each in kept if (source := each.change.source) != member.fired_by
            ),
        )
        return Planned(kept, "fires", case) if case.stages else Planned(kept, "off")


def _id(key: GroupKey) -> str:
    return key.id


def _member(
    kept: FailedEnrichment,
    keys: set[GroupKey],
    groups: Mapping[GroupKey, Group],
    now_s: float,
) -> Member | None:
    """Return the firing that an event began of which a stage failed, or else repeats.

    None if it does not fire any more. What is older than an episode is of one before it.
    """
    change = kept.change
    known = [groups[key].members for key in sorted(keys, key=_id) if key in groups]
    found = [members[name] for members in known for name in change.names if name in members]
    firing = [each for each in found if each.fires(now_s)]
    began = (each for each in firing if each.fired_by == change.source)
    repeated = (each for each in firing if change.order[0] * 1000 >= each.episode)
    return next(chain(began, repeated), None)
