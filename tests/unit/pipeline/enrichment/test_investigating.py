"""Cases that do not come back in time, and stores that are away when they do."""

from collections.abc import Callable, Sequence
from contextlib import suppress

import msgspec

from tests.builders import T0, alert, config
from tocsin.adapters.memory import (
    MemoryBlobs,
    MemoryConfigs,
    MemoryFailedEnrichments,
    MemoryOutbox,
)
from tocsin.domain.alert import Alert
from tocsin.domain.change import Change
from tocsin.domain.config import TenantConfig
from tocsin.domain.enrichment.scoring import stage as score
from tocsin.domain.enrichment.settings import EnrichmentSettings
from tocsin.domain.enrichment.stage import Draft, Stage, Subject
from tocsin.domain.errors import Permanent, Retryable, TocsinError
from tocsin.domain.found import Enrichment, RecentChange, StageResult, Triage
from tocsin.pipeline.batch import Delivery, Outcome
from tocsin.pipeline.cases import Case, pack_cases, unpack_found
from tocsin.pipeline.enrichment.investigating import Investigate, InvestigatePorts, LeftS
from tocsin.pipeline.envelope import decode
from tocsin.ports import FailedEnrichment

SETTINGS = EnrichmentSettings(late=("find_changes", "triage"))


class GivenUp(BaseException):
    """Stands for the moment in which nobody waits any longer."""


class FindsChanges:
    name = "find_changes"

    def run(self, subject: Subject, draft: Draft) -> str:
        change = RecentChange(at_s=T0, service="api", title="v42 \x00" + "very " * 100)
        draft.findings = msgspec.structs.replace(draft.findings, changes=(change,))
        return ""


class Hangs:
    """A stage that leaves something half done of one alert, and waits for ever."""

    name = "triage"

    def run(self, subject: Subject, draft: Draft) -> str:
        triage = Triage(by="x", cause="half of a cause")
        draft.findings = msgspec.structs.replace(draft.findings, triage=triage)
        if draft.alert.labels["host"] == "hangs":
            raise GivenUp
        return ""


class Away(MemoryFailedEnrichments):
    def __init__(self, error: TocsinError) -> None:
        super().__init__()
        self._error = error

    def keep(self, tenant: str, failed: Sequence[FailedEnrichment]) -> None:
        raise self._error


class World:
    """One message of cases, one for each host, and what was found about each."""

    def __init__(self, left_s: float = 60.0, failures: MemoryFailedEnrichments | None = None):
        self.blobs, self.outbox = MemoryBlobs(), MemoryOutbox()
        self.failures = failures or MemoryFailedEnrichments()
        self.left_s = left_s
        # What is known of each alert before.
        self.before: Enrichment | None = None
        configs = MemoryConfigs()
        configs.apply(config(enrichment=SETTINGS), "", T0)
        ports = InvestigatePorts(
            outbox=self.outbox,
            blobs=self.blobs,
            configs=configs,
            failures=self.failures,
            clock=lambda: 0.0,
        )
        self.investigate = Investigate(ports, self, self.together)

    def of(self, config: TenantConfig) -> Sequence[Stage]:
        return [FindsChanges(), Hangs(), score(SETTINGS)]

    def together(self, work: Callable[[Case, LeftS], None], cases: Sequence[Case]) -> None:
        for case in cases:
            with suppress(GivenUp):
                work(case, lambda: self.left_s)

    def handle(self, *hosts: str, stages: tuple[str, ...] = (), attempts: int = 0) -> Outcome:
        changes = [_change(host, self.before) for host in hosts]
        cases = [Case(change=each, stages=stages, attempts=attempts) for each in changes]
        (message,) = pack_cases("acme", cases, "batch", T0, self.blobs)
        deliveries = [Delivery("m", decode(message.body))]
        return self.investigate.handle(deliveries, T0, lambda: True)

    def found(self) -> dict[str, Enrichment]:
        messages = self.outbox.take("evaluate")
        changes = [each for one in messages for each in unpack_found(decode(one.body), self.blobs)]
        return {each.alert.labels["host"]: _enrichment(each.alert) for each in changes}


def _change(host: str, before: Enrichment | None) -> Change:
    about = alert(labels={"host": host}, enrichment=before)
    return Change(source=f"r:{host}", fingerprint=host, alert=about, received_at_s=T0)


def _enrichment(about: Alert) -> Enrichment:
    assert about.enrichment is not None
    return about.enrichment


def _outcomes(found: Enrichment) -> dict[str, tuple[str, str]]:
    late = found.findings.stages if found.findings else ()
    return {each.stage: (each.outcome, each.why) for each in (*late, *found.stages)}


def test_who_is_given_up_keeps_what_was_found_until_then() -> None:
    world = World()
    world.handle("hangs", "fine")
    found = world.found()
    assert _outcomes(found["hangs"]) == {
        "find_changes": ("ok", ""),
        "triage": ("failed", "the time was over"),
        "score": ("ok", ""),
    }
    findings = found["hangs"].findings
    assert findings is not None
    assert [each.title[:8] for each in findings.changes] == ["v42 very"]
    # What a stage left half done is not told.
    assert findings.triage is None
    assert {outcome for outcome, _ in _outcomes(found["fine"]).values()} == {"ok"}
    (kept,) = world.failures.all("acme", T0)
    assert (kept.change.fingerprint, [each.stage for each in kept.failed]) == ("hangs", ["triage"])


def test_where_no_time_is_left_what_was_found_is_within_its_caps_and_the_rest_is_kept_apart() -> (
    None
):
    world = World(left_s=0.0)
    world.handle("a")
    ended = _outcomes(world.found()["a"])
    assert ended["find_changes"] == ended["triage"] == ("failed", "the time was over")
    assert ended["score"] == ("ok", "")
    (kept,) = world.failures.all("acme", T0)
    assert [each.stage for each in kept.failed] == ["find_changes", "triage"]


def test_no_retry_is_forgotten_for_want_of_time() -> None:
    world = World(left_s=0.0)
    world.handle("a", stages=("triage",), attempts=1)
    (kept,) = world.failures.all("acme", T0)
    assert (kept.attempts, [each.stage for each in kept.failed]) == (2, ["triage"])


def test_texts_of_who_is_given_up_are_cut() -> None:
    world = World()
    world.handle("hangs")
    findings = world.found()["hangs"].findings
    assert findings is not None
    assert len(findings.changes[0].title) <= 200


def test_who_is_given_up_again_counts_its_attempts_on() -> None:
    world = World()
    world.handle("hangs", attempts=1)
    world.handle("hangs", stages=("triage",), attempts=2)
    (kept,) = world.failures.all("acme", T0)
    assert kept.attempts == 3


def test_a_stage_that_failed_early_stays_kept_and_is_counted_by_whoever_ran_it() -> None:
    world = World()
    world.before = Enrichment(stages=(StageResult("redact", "failed", "KeyError"),))
    outcome = world.handle("fine", "hangs")
    assert outcome.counts["enrichment_failed"] == 1
    kept = {each.change.fingerprint: each.failed for each in world.failures.all("acme", T0)}
    assert {host: [each.stage for each in failed] for host, failed in kept.items()} == {
        "fine": ["redact"],
        "hangs": ["redact", "triage"],
    }


def test_what_failed_and_can_never_be_kept_is_said_and_asks_nobody_again() -> None:
    world = World(failures=Away(Permanent("dynamodb BatchWriteItem: ValidationException")))
    outcome = world.handle("hangs", "fine")
    assert outcome.failed == {}
    assert outcome.warnings == [
        "failed enrichments of acme are not kept: dynamodb BatchWriteItem: ValidationException"
    ]
    assert set(world.found()) == {"hangs", "fine"}


def test_what_failed_and_is_not_kept_comes_again_and_is_told_all_the_same() -> None:
    world = World(failures=Away(Retryable("dynamodb BatchWriteItem: ThrottlingException")))
    assert set(world.handle("hangs", "fine").failed) == {"m"}
    assert set(world.found()) == {"hangs", "fine"}
