"""Judges what firings carry of what was found out about them."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator

import msgspec

from tests.chaos.people import Telling
from tests.chaos.senders import hook
from tests.chaos.storedgroups import stored_groups
from tests.chaos.world import World
from tocsin.adapters import aws
from tocsin.adapters.dynamodb.failedenrichments import DynamoFailedEnrichments
from tocsin.domain.alert import Alert
from tocsin.domain.found import Findings, StageResult
from tocsin.domain.group import Member
from tocsin.ports import FailedEnrichment

# A fault here leaves a stage without what it looks up; the alert goes on.
_CATALOGUE = "references."


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """What must be found of each alert that fires at the end.

    `changes` are the titles of those that were pushed of it in time, by tenant and alert; those
    alerts are of a service that the team in `owners` has, by tenant.
    """

    late: tuple[str, ...]
    changes: dict[tuple[str, str], set[str]] = {}
    owners: dict[str, str] = {}
    # One change more, by the request that the firing began with: an end that comes late ends none.
    later: dict[str, str] = {}
    # Alerts that say the same of the same thing, of one tenant.
    alike: frozenset[str] = frozenset()
    # The last text of an alert, by its name.
    says: dict[str, str] = {}
    # Whether receivers ask to be told at once.
    has_updates: bool = False


def judge_findings(world: World) -> Iterator[str]:
    """Each firing carries what was found of it and of nothing else; what failed is kept."""
    expected = world.expected
    if not isinstance(expected, Expected):
        return
    kept = {each.change.source for tenant in world.tenants for each in kept_failures(world, tenant)}
    firing = list(_firing(world))
    for tenant, member in firing:
        where = f"{member.alert.name} of {tenant}"
        for wrong in _wrong(expected, tenant, member, kept):
            yield f"findings: {where}: {wrong}"
        if not _is_owned(expected, tenant, member.alert) and not _met(world, _CATALOGUE):
            yield f"findings: {where} has no owner, or another's"
    yield from _alike(world, expected, firing)
    yield from _untold(world, expected, firing)


def is_update(telling: Telling) -> bool:
    """Tell whether a notification only says what was found out about what was told."""
    return json.loads(telling.body)["notification_reason"] == "enrichment added"


def judge_updates(world: World) -> Iterator[str]:
    """Whoever asks for updates gets one for each firing at the most, and nobody else any."""
    expected = world.expected
    most = int(isinstance(expected, Expected) and expected.has_updates)
    counts = Counter(
        (telling.url, name, since)
        for telling in world.people.first_heard()
        if is_update(telling)
        for name, since in telling.since.items()
    )
    for (url, name, _), count in counts.items():
        if count > most:
            yield f"updates: {url} was told {count} times more about {name}"


def _untold(world: World, expected: Expected, firing: list[tuple[str, Member]]) -> Iterator[str]:
    """Who asks for updates was told what was found of each alert."""
    if not expected.has_updates:
        return
    for tenant, member in firing:
        found = member.alert.enrichment and member.alert.enrichment.findings
        if found is None or not (found.changes or found.similar):
            continue
        heard = [
            alert.get("enrichment", {}).get("findings", {})
            for telling in world.people.told
            if telling.url == hook(tenant)
            for alert in json.loads(telling.body)["alerts"]
            if alert["labels"]["alertname"] == member.alert.name
        ]
        if not any(each.get("changes") or each.get("similar") for each in heard):
            yield f"updates: nobody was told what was found of {member.alert.name} of {tenant}"


def kept_failures(world: World, tenant: str) -> list[FailedEnrichment]:
    """Return what failed of a tenant and was kept, to be tried again."""
    failures = DynamoFailedEnrichments(aws.client("dynamodb"), world.table("ENRICHMENT_TABLE"))
    return list(failures.all(tenant, world.clock.true_s))


def _firing(world: World) -> Iterator[tuple[str, Member]]:
    for group in stored_groups(world):
        for member in group.members.values():
            if member.status == "firing":
                yield group.key.tenant, member


def _wrong(expected: Expected, tenant: str, member: Member, kept: set[str]) -> Iterator[str]:
    alert, found = member.alert, member.alert.enrichment
    if found is None or found.findings is None:
        yield "it carries no findings"
        return
    ended = {each.stage: each for each in found.findings.stages}
    for name in expected.late:
        if name not in ended:
            yield f"nothing says how {name} ended"
    if _failed((*found.stages, *ended.values())) and member.fired_by not in kept:
        yield f"what failed is not kept: {found.stages} {found.findings.stages}"
    titles = {each.title for each in found.findings.changes}
    due = set(expected.changes.get((tenant, alert.name), ()))
    due |= {title for name, title in expected.later.items() if f"{name}:" in f"{member.fired_by}:"}
    missing = due - titles
    if missing and "find_changes" not in _failed(ended.values()):
        yield f"it shows {titles}, and not {missing}"
    services = {each.service for each in found.findings.changes}
    if services - {alert.labels.get("service")}:
        yield f"it shows changes of {services}"
    text = expected.says.get(alert.name, "")
    if text not in alert.annotations.get("summary", ""):
        yield f"its text is {alert.annotations}"


def _failed(results: Iterable[StageResult]) -> set[str]:
    return {each.stage for each in results if each.outcome == "failed"}


def _is_owned(expected: Expected, tenant: str, alert: Alert) -> bool:
    if (tenant, alert.name) not in expected.changes:
        return True
    owner = alert.enrichment.owner if alert.enrichment is not None else None
    return owner is not None and owner.team == expected.owners[tenant]


def _alike(world: World, expected: Expected, firing: list[tuple[str, Member]]) -> Iterator[str]:
    """One of those that say the same knows the other; nobody knows those of another tenant."""
    by_tenant: dict[str, set[str]] = {}
    for tenant, member in firing:
        by_tenant.setdefault(tenant, set()).add(member.alert.name)
    found = False
    for tenant, member in firing:
        findings = member.alert.enrichment and member.alert.enrichment.findings
        for other in (findings or Findings()).similar:
            found = True
            if other.name not in by_tenant[tenant] & expected.alike:
                yield f"findings: {member.alert.name} of {tenant} is like {other.name}"
    if expected.alike and not found and not world.fired.counts:
        yield "findings: no alert is known to be like another"


def _met(world: World, method: str) -> bool:
    return any(site[1].startswith(method) for site, _ in world.fired.counts)
