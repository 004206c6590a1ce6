"""What is decided about rules while others decide, and what cannot be stored."""

from copy import deepcopy

from msgspec.structs import replace

from tests.pipeline.ruling_world import FIRING, MINUTE_S, OVER, T, World, cpu
from tests.unit.domain.alertrule_world import ends, fires
from tocsin.domain.errors import Conflict, Permanent
from tocsin.domain.rule import AlertRule


def test_a_worker_that_lost_the_race_for_the_note_has_lost_nothing():
    world = World(cpu())
    write = world.states.write

    def refuse_the_note(state):
        if not state.outgoing:
            world.states.write = write
            raise Conflict("another worker was first")
        write(state)

    world.states.write = refuse_the_note
    assert world.round(0).failed == {}
    first = world.sent()
    world.round(1)
    again = world.sent()
    assert again == first
    assert world.states.read("acme", ["HighCpu"])["HighCpu"].outgoing == ()


def test_what_happens_meanwhile_keeps_no_rule_from_looking_at_the_clock():
    absent = AlertRule(name="Gone", kind="absent", by=("host",), window_s=60.0)
    world = World(absent, cpu())
    world.hear(fires("A", T, labels={"host": "a"}))
    ask = world.sources.ask

    def ask_while_it_happens(*args):
        world.hear(fires("A", T + 100 + len(world.sources.asked), labels={"host": "b"}))
        return ask(*args)

    world.sources.ask = ask_while_it_happens
    world.hear(ends("A", T + 1, labels={"host": "a"}))
    world.round(2)
    assert ("Gone", "a", "firing") in world.told()


def test_what_changes_while_a_rule_is_decided_is_decided_anew():
    absent = AlertRule(name="Gone", kind="absent", by=("host",), window_s=60.0)
    world = World(absent)
    for seen in (fires("A", T, labels={"host": "a"}), ends("A", T + 1, labels={"host": "a"})):
        world.hear(seen)
    write = world.states.write

    def be_overtaken(state):
        world.states.write = write
        world.hear(fires("A", T + 119, labels={"host": "b"}))
        write(state)

    world.states.write = be_overtaken
    assert world.round(2).counts["conflicts"] == 1
    assert world.told() == [("Gone", "a", "firing")]
    (state,) = world.states.read("acme", ["Gone"]).values()
    assert len(state.keyed) == 2


def test_what_another_worker_has_still_to_send_is_not_overwritten():
    world = World(cpu())
    read = world.states.read
    reads = []

    def read_what_dies_meanwhile(tenant, rules):
        reads.append(rules)
        if len(reads) == 2:
            # Between the note of the first decision and this read, a worker decides and dies.
            (state,) = read(tenant, rules).values()
            world.states.write(replace(state, outgoing=other, outgoing_at_s=T, sequence=9))
        return read(tenant, rules)

    world.round(0)
    ((fired,),) = world.sent().values()
    other = (replace(fired, labels={**fired.labels, "host": "b"}),)
    (state,) = read("acme", ["HighCpu"]).values()
    world.states.write(replace(state, outgoing=(fired,), outgoing_at_s=T))
    world.sources.values["pushed"] = {"a": 1.0}
    world.states.read = read_what_dies_meanwhile
    world.round(1)
    assert sorted(world.told()) == [FIRING, OVER, ("HighCpu", "b", "firing")]


def test_a_rule_whose_failure_cannot_be_stored_either_stops_no_other():
    world = World(cpu("Huge"), cpu())
    write = world.states.write

    def refuse(state):
        if state.rule == "Huge":
            raise Permanent("too large")
        write(state)

    world.states.write = refuse
    assert world.round(0).failed == {}
    assert world.told() == [FIRING]
    assert [rule for rule, _ in world.broken] == ["Huge"]


def test_a_rule_that_is_gone_and_cannot_be_ended_stops_no_other():
    world = World(cpu("Huge"), cpu())
    world.round(0)
    world.told()
    write = world.states.write

    def refuse(state):
        if state.rule == "Huge":
            raise Permanent("too large")
        write(state)

    world.states.write = refuse
    world.configure()
    hour = (3600 - T % 3600) / MINUTE_S
    assert world.round(hour).failed == {}
    assert world.told() == [OVER]
    assert [rule for rule, _ in world.broken] == ["Huge"]


def test_a_worker_with_an_old_configuration_does_not_end_what_a_new_rule_began():
    world = World(cpu())
    stale = deepcopy(world.configs)
    world.configure(cpu(), cpu("New"))
    world.round(0)
    assert len(world.told()) == 2
    world.seen = stale
    world.ruling = world.worker()
    world.round(1)
    assert world.told() == []
    world.configure(cpu())
    world.round(2)
    assert world.told() == [("New", "a", "resolved")]
