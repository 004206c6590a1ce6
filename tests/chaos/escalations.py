"""Alerts that climb: one is acknowledged after its first step, the other has two rounds."""

from collections.abc import Iterator

import msgspec

from tests.builders import receiver, route
from tests.chaos.passing import TICK_S
from tests.chaos.senders import hook
from tests.chaos.storedgroups import stored_groups
from tests.chaos.tenants import acme
from tests.chaos.world import START_S, World
from tocsin.adapters import aws
from tocsin.adapters.dynamodb.journal import DynamoJournal
from tocsin.adapters.s3 import S3Blobs
from tocsin.domain.escalation import EscalationPolicy, EscalationStep
from tocsin.domain.group import Group
from tocsin.domain.handling import Action
from tocsin.domain.journal import EscalationRecord
from tocsin.pipeline.actions import Order, pack_orders

STEPS = ("first", "second")
DELAY_S = 120.0
AGAIN_S = 180.0
_PAGES = EscalationPolicy(
    name="pages",
    steps=tuple(EscalationStep(after_s=DELAY_S, receivers=(name,)) for name in STEPS),
    repeat=1,
    repeat_after_s=AGAIN_S,
)
# From the alert, or the step before, to each step of both rounds.
_COURSE = (("first", DELAY_S), ("second", DELAY_S), ("first", AGAIN_S), ("second", DELAY_S))
_WHOLE_S = sum(delay_s for _, delay_s in _COURSE)
# Times are noted after a request was answered, and what is sent takes some calls.
_SLACK_S = 2.0
_CLIMBING, _ACKNOWLEDGED = "cpu", "disk"


class Climbs(msgspec.Struct, kw_only=True):
    """What the oracle must know of a run in which alerts climb."""

    fired_at_s: float
    acknowledged_at_s: float
    ended_at_s: float


def escalating(world: World) -> None:
    """Two alerts fire; one is acknowledged after the first step; both end after two rounds."""
    receivers = {name: receiver(name, url=hook("acme", name)) for name in STEPS}
    receivers["oncall"] = receiver(url=hook("acme"))
    tree = route(policy="pages", group_by=("alertname",))
    world.add_tenant("acme", acme(route=tree, receivers=receivers, policies={"pages": _PAGES}))
    world.post("acme", (_ACKNOWLEDGED, "firing"), (_CLIMBING, "firing"))
    fired_at_s = world.clock.true_s
    world.let_pass(DELAY_S + TICK_S)
    _acknowledge(world)
    acknowledged_at_s = world.clock.true_s
    # Whoever dies is found again minutes later; the steps follow each other nevertheless.
    world.let_pass(_WHOLE_S + 5 * TICK_S)
    _let_climb(world)
    world.post("acme", (_ACKNOWLEDGED, "resolved"), (_CLIMBING, "resolved"))
    world.expected = Climbs(
        fired_at_s=fired_at_s,
        acknowledged_at_s=acknowledged_at_s,
        ended_at_s=world.clock.true_s,
    )
    world.converge()


def judge_climbs(world: World) -> Iterator[str]:
    """Each step is told once a round, never early, never after an acknowledgement, and ended."""
    climbs = world.expected
    if not isinstance(climbs, Climbs):
        return
    taken = _taken(world)
    yield from _early_or_late(world, taken, climbs)
    in_hand = _groups_of(world, _ACKNOWLEDGED)
    for name in STEPS:
        steps = [each for each in taken if name in each.receivers]
        # What was acknowledged before its step was told is not told, nor what was refused and was
        # over, or told anew by the next round, before somebody sent it again.
        least = sum(each.group not in in_hand for each in steps) - _refused(world)
        yield from _told_once(world, name, range(max(0, least), len(steps) + 1))
    for record in taken:
        if record.group in in_hand and record.at_s > climbs.acknowledged_at_s:
            yield f"climb: step {record.step} was taken after an acknowledgement"


def _refused(world: World) -> int:
    return sum(count for (_, kind), count in world.fired.counts.items() if kind == "refused")


def is_of_step(world: World, url: str) -> bool:
    """Tell whether a receiver is told again, round by round, of what it knows."""
    return isinstance(world.expected, Climbs) and url in {hook("acme", name) for name in STEPS}


def _acknowledge(world: World) -> None:
    """Acknowledge an alert in all groups that know it, and wait until that is stored."""
    # Whoever dies at the first write is found again minutes later.
    while not any(_holds(group, _ACKNOWLEDGED) for group in stored_groups(world)):
        world.let_pass(10.0)
    known = [
        (group, group.members) for group in stored_groups(world) if _holds(group, _ACKNOWLEDGED)
    ]
    orders = [
        Order(
            group.key,
            Action(
                id="ack",
                kind="acknowledge",
                fingerprint=member.fingerprint,
                episode=member.episode,
                by="ann",
                at_s=world.clock.true_s,
            ),
        )
        for group, members in known
        for member in members.values()
        if member.alert.name == _ACKNOWLEDGED
    ]
    blobs = S3Blobs(aws.client("s3"), world.table("ARCHIVE_BUCKET"))
    message = pack_orders("acme", orders, world.clock.true_s, blobs)
    entry = {"MessageBody": message.body, "MessageGroupId": "acme", "Id": "0"}
    world.queues.send("evaluate", entry, world.clock.true_s)
    for _ in range(60):
        world.drain()
        if all(
            _is_acknowledged(group)
            for group in stored_groups(world)
            if _holds(group, _ACKNOWLEDGED)
        ):
            return
        world.let_pass(10.0)
    world.errors.append("climb: an acknowledgement is never stored")


def _let_climb(world: World) -> None:
    """Wait until every step of the other alert was taken, or it is clear that some never are."""
    for _ in range(30):
        taken = [each for each in _taken(world) if each.group in _groups_of(world, _CLIMBING)]
        if len(taken) >= len(_COURSE):
            # What was acknowledged before it was told is looked at every minute until it ends.
            world.let_pass(3 * TICK_S)
            return
        world.let_pass(TICK_S)
    world.errors.append("climb: some steps are never taken")


def _early_or_late(world: World, taken: list[EscalationRecord], climbs: Climbs) -> Iterator[str]:
    """Judge the times of the alert that nobody acknowledged."""
    before_s = climbs.fired_at_s
    of_it = [each for each in taken if each.group in _groups_of(world, _CLIMBING)]
    if [each.receivers for each in of_it] != [(name,) for name, _ in _COURSE]:
        yield f"climb: steps were taken as {[each.receivers for each in of_it]}"
        return
    for index, (record, (name, delay_s)) in enumerate(zip(of_it, _COURSE, strict=True)):
        due_s = before_s + delay_s - (_SLACK_S if index == 0 else 0.0)
        if record.at_s < due_s:
            yield f"climb: {name} was told {due_s - record.at_s:.1f} s early"
        late_s = record.at_s - before_s - delay_s
        if not world.fired.counts and late_s > TICK_S + _SLACK_S:
            yield f"climb: {name} was told {late_s:.1f} s late"
        before_s = record.at_s


def _told_once(world: World, name: str, counts: range) -> Iterator[str]:
    """Judge what one receiver heard: each step under one key, and the end of each alert."""
    url = hook("acme", name)
    heard = [each for each in world.people.first_heard() if each.url == url]
    fired = [(alert, each.key) for each in heard for alert in _firing(each.body)]
    if len(fired) not in counts:
        yield f"climb: {name} was told {len(fired)} times of {counts.stop - 1} steps: {fired}"
    for alert, said in world.people.heard(url).items():
        if said[-1:] != ["resolved"]:
            yield f"climb: {name} never heard of the end of {alert}: {said}"


def _firing(body: str) -> list[str]:
    alerts = msgspec.json.decode(body)["alerts"]
    return [each["labels"]["alertname"] for each in alerts if each["status"] == "firing"]


def _taken(world: World) -> list[EscalationRecord]:
    journal = DynamoJournal(aws.client("dynamodb"), world.table("JOURNAL_TABLE"))
    found = journal.read("acme", START_S, world.clock.true_s + 60.0)
    steps = [each for each in found if isinstance(each, EscalationRecord) and each.what == "step"]
    return sorted(steps, key=lambda each: each.at_s)


def _groups_of(world: World, name: str) -> set[str]:
    return {
        group.key.id for group in stored_groups(world) if ("alertname", name) in group.key.labels
    }


def _holds(group: Group, name: str) -> bool:
    return ("alertname", name) in group.key.labels and bool(group.members)


def _is_acknowledged(group: Group) -> bool:
    return all(member.is_acknowledged for member in group.members.values())
