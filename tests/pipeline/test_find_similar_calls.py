"""What the stage find_similar asks of templates and of an embedder, and how often."""

from threading import Barrier, Event, Thread

import pytest

from tests.builders import T0, config
from tests.pipeline.similar_world import ABSENT, SETTINGS, Away, Words, World
from tocsin.adapters.memory import MemoryTemplates
from tocsin.domain.enrichment.known import KNOWN_LIMIT
from tocsin.domain.enrichment.order import LATE
from tocsin.domain.enrichment.settings import EnrichmentSettings
from tocsin.domain.enrichment.stage import Subject
from tocsin.domain.errors import Permanent, Retryable
from tocsin.pipeline.enrichment.registry import Stages
from tocsin.pipeline.enrichment.similar import FindSimilar


def test_a_block_is_read_once_and_written_once_an_invocation():
    world = World(embedder=Words())
    for n in range(20):
        world.see(f"f{n}", f"CPU load is {n} %" if n % 2 else "The processor is tired", T0 + n)
    assert (world.templates.reads, world.templates.writes) == (1, 0)
    assert world.stage.close() == ""
    assert (world.templates.reads, world.templates.writes) == (1, 1)


def test_what_one_invocation_stored_another_finds():
    world = World()
    world.see("f1", "Volume /var is 91 % full")
    world.stage.close()
    later = World(templates=world.templates)
    assert len(later.see("f2", "Volume /var is 97 % full", T0 + 60)) == 1
    assert len(world.see("f3", "Volume /var is 97 % full", T0 + 60)) == 1


def test_a_repeat_writes_nothing_until_it_is_long_ago():
    world = World()
    world.see("f1", "Volume /var is 91 % full")
    world.stage.close()
    for after_s, writes in ((60, 1), (3600, 1), (3601, 2)):
        world.see("f1", "Volume /var is 95 % full", T0 + after_s)
        world.stage.close()
        assert world.templates.writes == writes


def test_each_text_is_embedded_once_for_all_invocations():
    embedder = Words()
    world = World(embedder=embedder)
    world.see("f1", "CPU load is 91 %", name="HostHighCpuLoad")
    assert embedder.asked == []
    world.see("f2", "Tired is the processor", T0 + 1)
    world.stage.close()
    asked = [text for texts in embedder.asked for text in texts]
    assert len(asked) == len(set(asked)) == 2
    world.see("f3", "CPU load is 95 %", T0 + 2, name="HostHighCpuLoad")
    world.see("f2", "Tired is the processor", T0 + 3)
    assert [text for texts in embedder.asked for text in texts] == asked


def test_no_more_is_kept_than_the_limit_and_the_last_stay():
    world = World()
    for n in range(KNOWN_LIMIT + 8):
        world.see(f"f{n}", f"Volume /var is {n} % full", T0 + n)
    world.stage.close()
    ((known, expires_at_s),) = world.templates.blocks.values()
    assert [each.fingerprint for each in known] == [
        f"f{n}" for n in reversed(range(8, KNOWN_LIMIT + 8))
    ]
    assert expires_at_s == T0 + KNOWN_LIMIT + 7 + SETTINGS.similar_within_s


def test_vectors_of_another_model_are_made_anew():
    world = World(embedder=Words())
    world.see("f1", "CPU load is 91 %")
    world.see("f2", "Tired is the processor")
    world.stage.close()
    other = Words()
    other.model = "others"
    later = World(templates=world.templates, embedder=other)
    assert later.see("f3", "A processor that sweats", T0 + 60)
    assert len(other.asked[0]) == 3


def test_threads_share_a_stage():
    world, barrier = World(embedder=Words()), Barrier(8)

    def see(n):
        barrier.wait()
        subject = Subject(tenant="acme", fingerprint=f"f{n}", at_s=T0)
        world.stage.run(subject, world.draft(f"CPU load is {n} %"))

    threads = [Thread(target=see, args=(n,)) for n in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    world.stage.close()
    ((known, _),) = world.templates.blocks.values()
    assert (len(known), world.templates.reads) == (8, 1)


class Hanging(Words):
    """Answers nobody until it is told to."""

    def __init__(self):
        super().__init__()
        self.is_asked, self.answers = Event(), Event()

    def embed(self, texts, left_s):
        self.is_asked.set()
        self.answers.wait()
        return super().embed(texts, left_s)


@pytest.fixture
def hanging():
    """Yield a stage of which a thread compares an alert of db-1, and does not come back."""
    embedder = Hanging()
    world = World(embedder=embedder)
    world.see("f1", "CPU load is 91 %")
    thread = Thread(target=world.see, args=("f2", "The processor is tired", T0 + 1))
    thread.start()
    embedder.is_asked.wait()
    yield world
    embedder.answers.set()
    thread.join()


def test_who_hangs_keeps_nobody_else_from_other_things_nor_from_the_end(hanging):
    hanging.see("f3", "CPU load is 91 %", host="db-2")
    assert hanging.result.outcome == "ok"
    assert "still compares" in hanging.stage.close()
    assert [len(known) for known, _ in hanging.templates.blocks.values()] == [1]


def test_who_waits_for_it_waits_no_longer_than_there_is_time(hanging):
    hanging.see("f3", "CPU load is 91 %", left_s=0.01)
    assert (hanging.result.outcome, hanging.result.why) == (
        "failed",
        "Retryable: others compare alerts of the same thing for too long",
    )


def test_the_next_invocation_does_not_wait_for_one_that_was_given_up(hanging):
    hanging.stage.close()
    hanging.see("f3", "CPU load is 91 %", T0 + 2)
    assert hanging.result.outcome != "failed"


@pytest.mark.parametrize(
    ("error", "asked"), [(Retryable("down"), 1), (Permanent("no such text"), 3)]
)
def test_an_embedder_that_is_down_is_asked_once_an_invocation(error, asked):
    embedder = Words(error)
    world = World(embedder=embedder)
    texts = ("CPU load is high", "The processor is tired", "No idle time", "Load, load, load")
    for n, text in enumerate(texts):
        world.see(f"f{n}", text, T0 + n)
    assert world.result.why == f"compared by template alone: {error}"
    assert len(embedder.asked) == asked
    world.stage.close()
    world.see("f9", "Everything is slow", T0 + 9)
    assert len(embedder.asked) == asked + 1


def test_what_cannot_be_stored_is_tried_once_and_not_block_by_block():
    templates = Away()
    world = World(templates=templates)
    for n in range(9):
        world.see(f"f{n}", "Volume /var is 91 % full", host=f"db-{n}")
    assert world.stage.close() == "dynamodb PutItem: ThrottlingException"
    assert templates.tries == 1


def test_very_many_blocks_are_stored_before_the_end():
    world = World()
    for n in range(300):
        world.see(f"f{n}", "Volume /var is 91 % full", host=f"db-{n}")
    assert world.templates.writes == 44
    world.stage.close()
    assert len(world.templates.blocks) == 300


def test_the_stage_is_made_of_what_a_worker_has_for_its_stages():
    settings = EnrichmentSettings(late=("find_similar",))
    tools = {"templates": MemoryTemplates(), "embedder": ABSENT}
    (made,) = Stages(LATE, tools).of(config(enrichment=settings))
    assert (made.name, type(made)) == ("find_similar", FindSimilar)
