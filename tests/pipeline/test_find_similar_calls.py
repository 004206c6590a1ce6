"""What the stage find_similar asks of templates and of an embedder, and how often."""

from threading import Barrier, Thread

from tests.builders import T0, config
from tests.pipeline.similar_world import ABSENT, SETTINGS, Words, World
from tocsin.adapters.memory import MemoryTemplates
from tocsin.domain.enrichment.known import KNOWN_LIMIT
from tocsin.domain.enrichment.order import LATE
from tocsin.domain.enrichment.settings import EnrichmentSettings
from tocsin.domain.enrichment.stage import Subject
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


def test_very_many_blocks_are_stored_before_the_end():
    world = World()
    for n in range(300):
        world.see(f"f{n}", "Volume /var is 91 % full", host=f"db-{n}")
    assert world.templates.writes == 256
    world.stage.close()
    assert len(world.templates.blocks) == 300


def test_the_stage_is_made_of_what_a_worker_has_for_its_stages():
    settings = EnrichmentSettings(late=("find_similar",))
    tools = {"templates": MemoryTemplates(), "embedder": ABSENT}
    (made,) = Stages(LATE, tools).of(config(enrichment=settings))
    assert (made.name, type(made)) == ("find_similar", FindSimilar)
