"""What the stage find_similar links, and that it does nothing else."""

import pytest

from tests.builders import T0
from tests.pipeline.similar_world import Away, Words, World
from tocsin.domain.enrichment.settings import EnrichmentSettings
from tocsin.domain.errors import Retryable
from tocsin.domain.found import NOTHING, Enrichment, Findings, Triage


def test_the_same_words_of_the_same_thing_are_linked_by_template():
    world = World()
    assert world.see("f1", "Volume /var is 91 % full") == ()
    (found,) = world.see("f2", "Volume /var is 97 % full", T0 + 60)
    assert (found.fingerprint, found.how, found.likeness) == ("f1", "template", 1.0)
    assert (found.name, found.seen_at_s) == ("Rule", T0)
    assert world.result.outcome == "ok"


def test_an_alert_is_not_like_itself():
    world = World()
    world.see("f1", "Volume /var is 91 % full")
    assert world.see("f1", "Volume /var is 97 % full", T0 + 60) == ()


def test_the_same_words_of_another_thing_are_not():
    world = World(embedder=Words())
    world.see("f1", "Volume /var is 91 % full", host="db-1")
    assert world.see("f2", "Volume /var is 91 % full", host="db-2") == ()
    assert world.see("f3", "Volume /var is 91 % full", host="db-1", device="sda") != ()
    assert [
        each.fingerprint
        for each in world.see("f4", "Volume /var is 91 % full", host="db-1", device="sdb")
    ] == ["f1"]


def test_another_wording_of_the_same_problem_is_linked_by_meaning():
    world = World(embedder=Words())
    world.see("f1", "CPU load is > 80%", name="HostHighCpuLoad")
    (found,) = world.see("f2", "The processor has no time left", T0 + 60)
    assert (found.fingerprint, found.how, found.likeness) == ("f1", "meaning", 1.0)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Disk writes are slow", "The disk is slow at reads"),
        ("CPU load is > 80%", "Memory is filling up"),
        ("Latency of disk sdb is high", "Latency of disk sdc is high"),
    ],
)
def test_a_word_has_a_veto_over_nearness(one, other):
    class Same(Words):
        def embed(self, texts, left_s):
            return [[1.0] for _ in texts]

    world = World(embedder=Same())
    world.see("f1", one)
    assert world.see("f2", other, T0 + 60) == ()
    assert world.result.outcome == "ok"


def test_the_threshold_is_what_it_is_set_to():
    texts = ("CPU load with much latency", "The processor is tired")
    for threshold, count in ((0.70, 1), (0.72, 0)):
        embedder = Words()
        embedder.threshold = threshold
        world = World(embedder=embedder)
        world.see("f1", texts[0])
        assert len(world.see("f2", texts[1], T0 + 60)) == count


def test_the_nearest_comes_first_and_five_are_shown():
    world = World(embedder=Words())
    world.see("other", "The processor has no time left", T0 + 90)
    for n in range(6):
        world.see(f"f{n}", f"CPU load is {n} %", T0 + n)
    found = world.see("mine", "CPU load is 99 %", T0 + 100)
    assert [each.fingerprint for each in found] == ["f5", "f4", "f3", "f2", "f1"]
    assert {each.how for each in found} == {"template"}


def test_what_was_seen_too_long_ago_is_not_shown():
    world = World(EnrichmentSettings(similar_within_s=600.0))
    world.see("f1", "Volume /var is 91 % full")
    assert world.see("f2", "Volume /var is 97 % full", T0 + 600.0) != ()
    assert [
        each.fingerprint for each in world.see("f3", "Volume /var is 97 % full", T0 + 601.0)
    ] == ["f2"]


def test_tenants_do_not_see_each_other():
    world = World()
    world.see("f1", "Volume /var is 91 % full")
    assert world.see("f2", "Volume /var is 97 % full", tenant="other") == ()
    world.stage.close()
    assert {tenant for tenant, _ in world.templates.blocks} == {"acme", "other"}


def test_an_alert_that_names_no_thing_is_skipped_with_the_reason():
    world = World()
    world.see("f1", "Volume /var is 91 % full", severity="critical")
    assert (world.result.outcome, world.result.why) == (
        "skipped",
        "no label names what the alert is of",
    )


class TestWithoutModel:
    def test_templates_still_link(self):
        world = World()
        world.see("f1", "CPU load is 91 %")
        assert world.see("f2", "CPU load is 95 %", T0 + 60)
        assert world.result.outcome == "ok"

    def test_what_was_not_compared_is_said(self):
        world = World()
        world.see("f1", "CPU load is 91 %", name="HostHighCpuLoad")
        assert world.see("f2", "The processor has no time left", T0 + 60) == ()
        assert world.result.outcome == "skipped"
        assert world.result.why == "compared by template alone: ENABLE_SEMANTIC_DEDUP is false"

    def test_a_model_that_fails_costs_meanings_and_no_templates(self):
        world = World(embedder=Words(Retryable("bedrock-runtime InvokeModel: Throttling")))
        world.see("f1", "CPU load is 91 %", name="HostHighCpuLoad")
        assert world.see("f2", "The processor has no time left", T0 + 60) == ()
        assert "template alone: bedrock-runtime" in world.result.why
        assert world.see("f3", "CPU load is 95 %", T0 + 60, name="HostHighCpuLoad")
        assert world.result.outcome == "ok"


class TestAway:
    def test_what_cannot_be_read_fails_this_stage_alone(self):
        world = World(templates=Away(reading=True))
        world.see("f1", "CPU load is 91 %")
        assert (world.result.outcome, world.result.why) == (
            "failed",
            "Retryable: dynamodb GetItem: ThrottlingException",
        )

    def test_what_cannot_be_written_is_said_and_forgotten(self):
        world = World(templates=Away())
        world.see("f1", "CPU load is 91 %")
        assert world.stage.close() == "dynamodb PutItem: ThrottlingException"
        assert world.stage.close() == ""


def test_nothing_but_what_is_similar_is_changed():
    world = World(embedder=Words())
    world.see("f1", "CPU load is 91 %")
    draft = world.draft("CPU load is 99 %")
    given = draft.alert
    draft.found = Enrichment(category="host", score=50.0)
    draft.findings = Findings(triage=Triage(by="model"))
    before = (draft.found, draft.findings.triage)
    assert world.see("f2", "", T0 + 60, draft=draft)
    assert draft.alert is given
    assert (draft.found, draft.findings.triage) == before
    assert draft.findings.stages == draft.findings.changes == ()


def test_no_alert_is_marked_to_be_dropped_however_alike_it_is():
    world = World(embedder=Words())
    for n in range(50):
        draft = world.draft("CPU load is 91 %")
        world.see(f"f{n}", "", T0 + n, draft=draft)
        assert draft.found == NOTHING
        assert draft.alert.status == "firing"


def test_hostile_names_can_be_stored():
    world = World()
    world.see("f1", "CPU \ud800", name="n\ud800" * 1000, host="\ud800h")
    assert world.stage.close() == ""
    ((known, _),) = world.templates.blocks.values()
    assert len(known[0].name) == 200
    assert (known[0].name + known[0].template + str(known[0].labels)).encode()
