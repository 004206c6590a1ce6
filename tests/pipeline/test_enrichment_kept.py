"""What failed is kept apart once its alert is on its way, and for no longer than there is time."""

from collections.abc import Sequence

import pytest

from tests.builders import change, config
from tests.integration.payloads import member, webhook
from tests.pipeline.faulting import Fault
from tests.pipeline.marking import Marks, marked_world, told
from tests.pipeline.memory_world import MemoryWorld
from tocsin.adapters.memory import MemoryFailedEnrichments
from tocsin.domain.errors import Retryable
from tocsin.pipeline.enrichment.early import KEEP_S, Early
from tocsin.ports import FailedEnrichment


def test_the_alerts_of_a_batch_are_sent_on_before_what_failed_of_them_is_kept(
    monkeypatch,
) -> None:
    world = marked_world({"categorise"})
    keep, sent = world.failures.keep, list[int]()

    def looked(tenant: str, failed: Sequence[FailedEnrichment]) -> None:
        sent.append(len(world.outbox.queues["evaluate-urgent"]))
        keep(tenant, failed)

    monkeypatch.setattr(world.failures, "keep", looked)
    world.send(webhook(member("db-1", labels={"severity": "critical"})))
    world.drain()
    assert sent == [1]
    assert len(told(world)) == 1


def _crashing(at: int, when: str) -> MemoryWorld:
    world = marked_world({"categorise"}, fault=Fault(at, when))
    world.send(webhook(member("db-1")))
    world.drain()
    world.settle()
    return world


@pytest.mark.parametrize("when", ["before", "after"])
def test_whoever_dies_at_any_call_what_failed_is_kept_and_told_once(when: str) -> None:
    calls = _crashing(0, when).fault.calls
    assert any("failures" in str(each) for each in calls)
    for at in range(1, len(calls) + 1):
        world = _crashing(at, when)
        assert len(world.tellings()) == 1, at
        (kept,) = world.failures.all("acme", world.now_s)
        assert [each.stage for each in kept.failed] == ["categorise"], at


class SlowTable(MemoryFailedEnrichments):
    """A table that is throttled: each write takes half a second."""

    now_s = 0.0

    def keep(self, tenant: str, failed: Sequence[FailedEnrichment]) -> None:
        self.now_s += 0.5
        super().keep(tenant, failed)


def _kept(table: MemoryFailedEnrichments, count: int) -> tuple[int, list[str]]:
    """Let a stage fail for so many alerts; return how many are kept, and what is said."""
    early = Early(Marks(["categorise"], {"categorise"}), table, lambda: getattr(table, "now_s", 0))
    enriched = early.run(config(), [change(f"A{n}", source=f"s{n:05}") for n in range(count)])
    assert len(enriched.changes) == count
    said = early.keep("acme", enriched, 0.0)
    return len(list(table.all("acme", 0.0))), said


def test_a_portion_of_which_all_fails_takes_no_longer_than_there_is_time() -> None:
    table = SlowTable()
    kept, said = _kept(table, 10_000)
    assert table.now_s <= KEEP_S + 0.5
    assert said == [f"{10_000 - kept} failed enrichments of acme are not kept: no time was left"]
    assert kept


def test_with_time_all_that_failed_is_kept() -> None:
    assert _kept(MemoryFailedEnrichments(), 1_234) == (1_234, [])


class Away(MemoryFailedEnrichments):
    """A table that is away."""

    def keep(self, tenant: str, failed: Sequence[FailedEnrichment]) -> None:
        raise Retryable("dynamodb: ReadTimeoutError")


def test_what_cannot_be_kept_is_said() -> None:
    assert _kept(Away(), 250) == (
        0,
        ["250 failed enrichments of acme are not kept: dynamodb: ReadTimeoutError"],
    )
