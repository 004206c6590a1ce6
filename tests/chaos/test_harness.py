"""The harness itself: its faults do what they say, and its queues what SQS may do."""

from collections.abc import Iterator
from random import Random

import pytest

from tests.chaos.faults import KINDS, WITHOUT_EFFECT, Exact, Kind, kinds_of
from tests.chaos.queues import MAX_RECEIVES, VISIBILITY_S, Sqs
from tests.chaos.runner import play_all, tasks_of
from tests.chaos.scenarios import fire
from tests.chaos.senders import hook
from tests.chaos.single import Faults, calls_of, play
from tests.chaos.stack import Stack, deployed
from tests.chaos.tenants import acme
from tests.chaos.world import World


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with deployed() as made:
        yield made


def plan_at(stack: Stack, stage: str, operation: str, kind: Kind) -> Exact:
    index = next(
        call.index
        for call in calls_of(stack, "fire")
        if (call.stage, call.operation) == (stage, operation)
    )
    return Exact({index: kind})


@pytest.mark.parametrize("kind", kinds_of("sqs", "SendMessage"))
def test_a_fault_at_a_send_has_the_effect_that_it_says(stack: Stack, kind: Kind) -> None:
    world = World(stack, plan_at(stack, "ingest", "SendMessage", kind))
    world.add_tenant("acme", acme())
    event, _ = world.request("acme", (("disk", "firing"),))
    answer = world.invoke("ingest", event)
    sent = len(world.queues.waiting("enrich"))
    tries = {"error_after": 2, "lost": 2, "lost_always": 3, "crash_after": 1}
    assert sent == tries.get(kind, 0)
    is_answered = answer is not None
    assert is_answered is not kind.startswith("crash")
    if is_answered:
        assert answer["statusCode"] == (202 if kind in ("error_after", "lost") else 503)


@pytest.mark.parametrize("operation", ["PutObject", "PutItem"])
@pytest.mark.parametrize("kind", ["crash_before", "crash_after", "error", "lost", "error_after"])
def test_a_fault_at_a_write_has_the_effect_that_it_says(
    stack: Stack, kind: Kind, operation: str
) -> None:
    world = World(stack, plan_at(stack, "enrich", operation, kind))
    world.add_tenant("acme", acme())
    world.post("acme", ("disk", "firing"))
    world.pump("enrich")
    written = stack.objects() if operation == "PutObject" else list(stack.items("journal-table"))
    assert bool(written) is (kind in ("crash_after", "lost", "error_after"))


@pytest.mark.parametrize("kind", kinds_of("http", "POST"))
def test_a_fault_at_a_receiver_is_heard_or_not(stack: Stack, kind: Kind) -> None:
    world = World(stack, plan_at(stack, "notify", "POST", kind))
    world.add_tenant("acme", acme())
    world.post("acme", ("disk", "firing"))
    world.drain()
    is_unheard = kind in WITHOUT_EFFECT or kind == "crash_before"
    assert len(world.people.told) == (0 if is_unheard else 1)


def test_every_kind_of_fault_is_known_somewhere() -> None:
    operations = ("TransactWriteItems", "SendMessageBatch")
    known = {kind for operation in operations for kind in kinds_of("dynamodb", operation)}
    assert known | set(kinds_of("http", "POST")) == set(KINDS)


def test_a_dead_process_has_no_more_effects(stack: Stack) -> None:
    world = World(stack, plan_at(stack, "enrich", "PutObject", "crash_before"))
    fire(world)
    story = [line for line in world.trace if "enrich" in line]
    died = next(at for at, line in enumerate(story) if "dies" in line)
    assert "MEETS crash_before" in story[died - 1]


def test_a_story_can_be_played_again(stack: Stack) -> None:
    first, second = (play(stack, "fire", {9: "lost"}) for _ in range(2))
    assert first.story == second.story


def test_runs_that_share_their_beginning_are_the_runs_that_each_is_alone(stack: Stack) -> None:
    plans: list[Faults] = [{3: "lost"}, {3: "crash_after"}, {9: "error", 12: "timeout"}]
    (shared,) = play_all(tasks_of(("fire", plan) for plan in plans), workers=1)
    alone = [play(stack, "fire", plan) for plan in plans]
    assert [(each.plan, each.violations) for each in shared] == [
        (each.plan, each.violations) for each in alone
    ]
    assert [each.fired.sites for each in shared] == [each.fired.sites for each in alone]
    assert [each.fired.counts for each in shared] == [each.fired.counts for each in alone]


def test_a_plan_that_no_call_can_meet_is_an_error() -> None:
    with pytest.raises(RuntimeError, match="9999"):
        list(play_all(tasks_of([("fire", {9999: "lost"})]), workers=1))


class TestQueues:
    def test_a_message_comes_back_when_its_visibility_ends(self) -> None:
        sqs = with_message()
        assert len(sqs.receive("q", 10, 0.0)) == 1
        assert sqs.receive("q", 10, VISIBILITY_S - 1) == []
        assert sqs.receive("q", 10, VISIBILITY_S)[0].receives == 2

    def test_too_many_receives_bury_it(self) -> None:
        sqs = with_message()
        for turn in range(MAX_RECEIVES):
            assert sqs.receive("q", 10, turn * VISIBILITY_S)
        assert sqs.receive("q", 10, MAX_RECEIVES * VISIBILITY_S) == []
        assert [letter.moved_from for letter in sqs.dead] == ["q"]

    def test_redrive_gives_a_new_id(self) -> None:
        sqs = with_message("q-dead")
        (before,) = sqs.dead
        assert sqs.redrive() == 1
        (after,) = sqs.receive("q", 10, 0.0)
        assert (after.body, after.receives) == (before.body, 1)
        assert after.id != before.id

    def test_an_old_receipt_does_not_delete(self) -> None:
        sqs = with_message()
        (old,) = sqs.receive("q", 10, 0.0)
        (new,) = sqs.receive("q", 10, VISIBILITY_S)
        sqs.delete("q", [old.receipt])
        assert not sqs.is_quiet()
        sqs.delete("q", [new.receipt])
        assert sqs.is_quiet()

    def test_it_may_be_received_twice_at_once(self) -> None:
        sqs = with_message(random=Random(1))
        sqs.repeat_rate = 1.0
        assert [len(sqs.receive("q", 10, 0.0)) for _ in range(2)] == [1, 1]


def with_message(queue: str = "q", random: Random | None = None) -> Sqs:
    sqs = Sqs(random)
    sqs.send(queue, {"MessageBody": "body", "MessageGroupId": "acme"}, 0.0)
    return sqs


def test_a_receiver_knows_its_keys(stack: Stack) -> None:
    world = World(stack)
    fire(world)
    (telling,) = world.people.told
    world.people.told.append(telling)
    assert world.people.heard(hook("acme")) == {"disk": ["firing"]}
