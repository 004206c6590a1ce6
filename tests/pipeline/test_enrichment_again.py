"""Early stages that run once more, for an alert that people know already."""

from collections.abc import Sequence

import msgspec

from tests.builders import config
from tests.integration.payloads import member, webhook
from tests.pipeline.memory_world import MemoryWorld
from tocsin.domain.alert import Alert
from tocsin.domain.change import Change
from tocsin.domain.config import TenantConfig
from tocsin.domain.enrichment.settings import EnrichmentSettings
from tocsin.domain.enrichment.stage import Draft, Stage, Subject
from tocsin.pipeline.cases import Case, pack_cases


class Mending:
    """A stage that changes texts and finds a category; it fails as long as it is told to."""

    name = "redact"
    is_broken = True

    def run(self, subject: Subject, draft: Draft) -> str:
        if self.is_broken:
            raise ZeroDivisionError
        draft.alert = msgspec.structs.replace(draft.alert, annotations={"summary": "mended"})
        draft.found = msgspec.structs.replace(
            draft.found, category="database", mended=("a word was hidden",)
        )
        return ""


class OnlyMending:
    """One stage for every tenant."""

    def __init__(self) -> None:
        self.stage = Mending()

    def of(self, config: TenantConfig) -> Sequence[Stage]:
        return [self.stage]


def _known(world: MemoryWorld) -> tuple[str, Alert]:
    (group,) = world.groups.read(list(world.groups.versions("acme"))).values()
    (known,) = group.members.values()
    return known.fired_by, known.alert


def test_what_it_finds_is_added_and_texts_stay_as_they_were_told() -> None:
    stages = OnlyMending()
    settings = EnrichmentSettings(early=("redact",))
    world = MemoryWorld(config(enrichment=settings), stages=lambda names: stages)
    world.send(webhook(member("db-1")))
    world.drain()
    source, before = _known(world)
    (kept,) = world.failures.all("acme", world.now_s)
    stages.stage.is_broken = False
    change = Change(
        source=source,
        fingerprint=kept.change.fingerprint,
        alert=before,
        received_at_s=kept.change.received_at_s,
    )
    case = Case(change=change, stages=("redact",), attempts=kept.attempts)
    messages = pack_cases("acme", [case], "again", world.now_s, world.blobs)
    world.outbox.send("investigate", list(messages))
    world.drain()
    _, alert = _known(world)
    assert alert.enrichment is not None
    assert alert.enrichment.category == "database"
    assert {each.stage: each.outcome for each in alert.enrichment.stages} == {"redact": "ok"}
    assert alert.annotations == before.annotations
    # What is said to be changed of the texts is what was.
    assert alert.enrichment.mended == ()
    assert list(world.failures.all("acme", world.now_s)) == []
