"""Enrichment in the pipeline: each stage failing in turn, and all at once; early and late."""

import msgspec
import pytest

from tests.builders import config
from tests.integration.payloads import member, webhook
from tests.pipeline.faulting import Fault
from tests.pipeline.marking import DB1, marked_world, told
from tests.pipeline.memory_world import MemoryWorld
from tocsin.domain.alert import Alert
from tocsin.domain.config import TenantConfig
from tocsin.domain.enrichment.order import EARLY, LATE, STAGES
from tocsin.domain.enrichment.settings import EnrichmentSettings
from tocsin.domain.enrichment.stage import Draft, Stage, Subject


def _outcomes(alert: Alert) -> dict[str, str]:
    assert alert.enrichment is not None
    late = alert.enrichment.findings.stages if alert.enrichment.findings else ()
    return {each.stage: each.outcome for each in (*alert.enrichment.stages, *late)}


@pytest.mark.parametrize("name", EARLY)
def test_an_alert_of_which_a_stage_fails_arrives_with_what_the_others_found(name: str) -> None:
    world = marked_world({name})
    world.send(webhook(member("db-1")))
    world.drain()
    (alert,) = told(world)
    assert _outcomes(alert) == {each: "failed" if each == name else "ok" for each in EARLY}
    assert alert.enrichment is not None
    assert [each.title for each in alert.enrichment.links] == [n for n in EARLY if n != name]
    (kept,) = world.failures.all("acme", world.now_s)
    assert [each.stage for each in kept.failed] == [name]
    assert world.balance().is_settled


def test_an_alert_of_which_all_stages_fail_arrives() -> None:
    world = marked_world(set(STAGES), late=LATE)
    world.send(webhook(member("db-1"), member("db-2")))
    world.drain()
    assert world.view() == {DB1: "firing", "db-2.prod.example:9100": "firing"}
    assert set(_outcomes(told(world)[0]).values()) == {"failed"}


def test_only_what_goes_on_is_enriched_and_a_resolve_keeps_what_was_found() -> None:
    world = marked_world()
    world.send(webhook(member("db-1")))
    world.drain()
    world.send(webhook(member("db-1", status="resolved")))
    world.drain()
    firing, resolved = told(world)
    assert firing.status == "firing"
    assert resolved.status == "resolved"
    assert resolved.enrichment == firing.enrichment


def test_what_is_found_late_joins_the_alert_that_people_know_already() -> None:
    world = marked_world(late=LATE)
    world.send(webhook(member("db-1")))
    world.drain()
    world.send(webhook(member("db-2")))
    world.drain()
    first, *later = told(world)
    assert first.enrichment is not None
    assert first.enrichment.findings is None
    known = [alert for alert in later if alert.labels["instance"] == DB1]
    assert known
    for alert in known:
        assert alert.enrichment is not None
        assert alert.enrichment.findings is not None
        assert [each.title for each in alert.enrichment.findings.changes] == list(LATE)


def test_a_late_stage_that_fails_is_kept_apart_and_its_alert_istold() -> None:
    world = marked_world({"triage"}, late=LATE)
    world.send(webhook(member("db-1")))
    world.drain()
    assert world.view() == {DB1: "firing"}
    (kept,) = world.failures.all("acme", world.now_s)
    assert ([each.stage for each in kept.failed], kept.attempts) == (["triage"], 1)


def test_a_repeat_with_other_texts_keeps_what_was_found_late() -> None:
    world = marked_world(late=LATE)
    world.send(webhook(member("db-1")))
    world.drain()
    world.now_s += 7200
    world.send(webhook(member("db-1", annotations={"summary": "worse by now"})))
    world.drain()
    (group,) = world.groups.read(list(world.groups.versions("acme"))).values()
    (known,) = group.members.values()
    assert known.alert.annotations == {"summary": "worse by now"}
    assert known.alert.enrichment is not None
    assert known.alert.enrichment.findings is not None


def test_findings_about_a_firing_that_is_over_change_nothing() -> None:
    world = marked_world(late=LATE)
    world.send(webhook(member("db-1")))
    for queue in ("enrich", "evaluate", "notify"):
        world.pump(queue)
    cases = list(world.outbox.queues["investigate"])
    world.drain()
    world.send(webhook(member("db-1", status="resolved")))
    world.drain()
    world.send(webhook(member("db-1", startsAt="2026-07-01T00:00:00Z")))
    world.pump("enrich")
    world.pump("evaluate")
    world.outbox.queues["investigate"].clear()
    world.outbox.queues["investigate"].extend(cases)
    world.drain()
    (group,) = world.groups.read(list(world.groups.versions("acme"))).values()
    (known,) = group.members.values()
    assert known.alert.enrichment is not None
    assert known.alert.enrichment.findings is None


def _crashing(at: int, when: str) -> MemoryWorld:
    world = marked_world(late=LATE, fault=Fault(at, when))
    world.send(webhook(member("db-1")))
    world.drain()
    world.settle()
    return world


@pytest.mark.parametrize("when", ["before", "after"])
def test_whoever_dies_at_any_call_nothing_found_is_lost_and_nobody_is_told_twice(
    when: str,
) -> None:
    calls = len(_crashing(0, when).fault.calls)
    assert calls > 10
    for at in range(1, calls + 1):
        world = _crashing(at, when)
        assert len(world.tellings()) == 1, at
        (group,) = world.groups.read(list(world.groups.versions("acme"))).values()
        (known,) = group.members.values()
        assert known.alert.enrichment is not None, at
        assert known.alert.enrichment.findings is not None, at


class Sports:
    """A stage that takes every text with a goal in it for sports."""

    name = "filter_content"

    def run(self, subject: Subject, draft: Draft) -> str:
        is_news = "goal" in draft.alert.annotations.get("summary", "")
        kind = "sports" if is_news else ""
        draft.found = msgspec.structs.replace(draft.found, irrelevant=kind, is_dropped=is_news)
        return ""


class OnlySports:
    """One stage for every tenant."""

    def of(self, config: TenantConfig) -> list[Stage]:
        return [Sports()]


def _dropping() -> MemoryWorld:
    settings = EnrichmentSettings(early=("filter_content",), irrelevant="drop")
    return MemoryWorld(config(enrichment=settings), stages=lambda names: OnlySports())


def _news(summary: str, **fields: object) -> dict[str, object]:
    return webhook(member("db-1", annotations={"summary": summary}, **fields))


def test_dropped_news_is_told_to_nobody_and_is_in_the_books_and_in_the_state() -> None:
    world = _dropping()
    world.send(_news("a goal in the last minute"))
    world.drain()
    assert told(world) == []
    assert world.balance().suppressed == {"irrelevant: sports": 1}
    assert world.balance().is_settled
    (group,) = world.groups.read(list(world.groups.versions("acme"))).values()
    assert [each.status for each in group.members.values()] == ["firing"]
    world.send(_news("a goal in the last minute", status="resolved"))
    world.drain()
    world.settle()
    assert told(world) == []
    assert world.balance().is_settled


def test_what_is_news_no_more_is_told_after_all_and_so_is_its_end() -> None:
    world = _dropping()
    world.send(_news("a goal in the last minute"))
    world.drain()
    world.now_s += 7200
    world.send(_news("the replica is down"))
    world.drain()
    assert [alert.annotations["summary"] for alert in told(world)] == ["the replica is down"]
    world.send(_news("the replica is down", status="resolved"))
    world.drain()
    assert [alert.status for alert in told(world)] == ["firing", "resolved"]
    assert world.balance().is_settled


def test_where_enrichment_is_off_as_a_whole_nothing_is_investigated() -> None:
    world = marked_world(late=LATE, investigates=False)
    world.send(webhook(member("db-1")))
    for queue in ("enrich", "evaluate"):
        world.pump(queue)
    assert world.outbox.queues["investigate"] == []
