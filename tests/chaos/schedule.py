"""Random runs from a seed: invocations take turns, and anything may go wrong meanwhile."""

from random import Random
from threading import current_thread
from typing import Any

import msgspec

from tests.builders import route
from tests.chaos.actor import Actor
from tests.chaos.faults import KINDS, Chance, Kind
from tests.chaos.invocation import LIMIT_S, Environment, Invocation
from tests.chaos.queues import QUEUES, Message
from tests.chaos.senders import Reports, hook
from tests.chaos.sqsapi import batch_of
from tests.chaos.stack import Stack
from tests.chaos.tenants import acme
from tests.chaos.world import START_S, World

_TURNS = 6_000
_AT_WORK = 5
_JUMPS_S = (0.1, 1.0, 5.0, 20.0, 70.0, 200.0)
# Machines' clocks differ by 5 s at most, so what is further apart has an order.
_SKEW_S = 2.5
_APART_S = 12.0
_NAMES = ("disk", "cpu", "urgent")


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """What may happen in one run."""

    posts: int
    tenants: tuple[str, ...]
    fault_rate: float = 0.0
    kinds: tuple[Kind, ...] = KINDS
    # Share of received messages that stay visible, of deletes that get lost.
    repeat_rate: float = 0.0
    lose_rate: float = 0.0
    ttl: str = "never"
    moods: tuple[Any, ...] = ()
    jumps_s: tuple[float, ...] = _JUMPS_S


def faulty(random: Random) -> Setting:
    """Draw a run with many faults."""
    return Setting(
        posts=random.randint(2, 7),
        tenants=random.choice([("acme",), ("acme", "umbrella")]),
        fault_rate=random.choice([0.01, 0.03, 0.06]),
        kinds=random.choice([KINDS, ("crash_before", "crash_after"), ("lost", "error_after")]),
        repeat_rate=random.choice([0.0, 0.1]),
        lose_rate=random.choice([0.0, 0.1]),
        ttl=random.choice(["never", "at once", "random"]),
        moods=random.choice([(), (), ("busy",), ("broken",), ("gone", "broken", "busy")]),
    )


def faultless(random: Random) -> Setting:
    """Draw a run in which nothing fails, and messages come twice as they are allowed to."""
    return Setting(
        posts=random.randint(3, 8),
        tenants=random.choice([("acme",), ("acme", "umbrella")]),
        repeat_rate=random.choice([0.0, 0.3]),
        jumps_s=(0.1, 1.0, 5.0),
    )


class Schedule:
    """One run. It is deterministic in its seed."""

    def __init__(self, stack: Stack, random: Random, setting: Setting) -> None:
        plan = Chance(random, setting.fault_rate, setting.kinds)
        self.world = World(stack, plan, random)
        self.world.pause = self._pause
        self.world.queues.repeat_rate = setting.repeat_rate
        self._random = random
        self._setting = setting
        self._running: list[Actor] = []
        self._pools: dict[str, list[Environment]] = {}
        self._skews: dict[int, float] = {}
        self._left = setting.posts
        self._again: list[tuple[float, str, Reports]] = []
        self._free_at_s: dict[tuple[str, str], float] = {}
        self._ticked_at_s = START_S
        # In some runs whoever began last overtakes the others, which stand still meanwhile.
        self._overtaking = random.choice([0.0, 0.8])
        by = random.choice([(), ("alertname",)])
        for tenant in setting.tenants:
            self.world.add_tenant(tenant, acme(tenant, route=route(group_by=by)))

    def play(self) -> None:
        """Take turns until everything was sent and is under way; then let all end."""
        for _ in range(_TURNS):
            if not self._left and not self._again and not self._running and self._is_calm():
                break
            self._turn()
        else:
            self.world.errors.append("the run does not end")
        self.world.plan.cease()
        self.world.people.mend(self.world.clock.true_s)
        self.world.queues.repeat_rate = 0.0
        while self._running:
            self._advance(self._running[0])

    def _is_calm(self) -> bool:
        return self.world.queues.is_quiet() or self._random.random() < 0.01

    def _turn(self) -> None:
        world, random = self.world, self._random
        choice = random.random()
        if choice < 0.1:
            for _ in range(random.choice([1, 1, 3])):
                self._send()
        elif choice < 0.4 and len(self._running) < _AT_WORK:
            self._deliver(random.choice(QUEUES))
        elif self._running:
            overtakes = random.random() < self._overtaking
            self._advance(self._running[-1] if overtakes else random.choice(self._running))
        elif choice < 0.6:
            world.advance(random.choice(self._setting.jumps_s))
        self._change_mood()
        if world.clock.true_s - self._ticked_at_s >= 60.0:
            self._ticked_at_s = world.clock.true_s
            self._expire()
            self._start("tick", {}, lambda _: None)
            if random.random() < 0.2:
                self._start("letters", {}, lambda _: None)

    def _change_mood(self) -> None:
        """Let a receiver work again, or not, now and then."""
        if self._setting.moods and self._random.random() < 0.02:
            tenant = self._random.choice(self._setting.tenants)
            moods = ("ok", *self._setting.moods)
            mood, now_s = self._random.choice(moods), self.world.clock.true_s
            self.world.people.be(hook(tenant), mood, now_s)

    def _send(self) -> None:
        now_s = self.world.clock.true_s
        if self._again and self._again[0][0] <= now_s:
            _, tenant, reports = self._again.pop(0)
            self._post(tenant, reports)
            return
        tenant = self._random.choice(self._setting.tenants)
        names = self._random.sample(_NAMES, self._random.choice([1, 1, 2]))
        if self._left and all(self._free_at_s.get((tenant, name), 0.0) <= now_s for name in names):
            self._left -= 1
            says = [self._random.choice(("firing", "firing", "resolved")) for _ in names]
            self._post(tenant, tuple(zip(names, says, strict=True)))

    def _post(self, tenant: str, reports: Reports) -> None:
        """Send; the same alert is not sent again before this is accepted and some time passed."""
        for name, _ in reports:
            self._free_at_s[(tenant, name)] = float("inf")
        event, body = self.world.request(tenant, reports)

        def finish(result: Any) -> None:
            now_s = self.world.clock.true_s
            if self.world.is_accepted(tenant, reports, body, result):
                for name, _ in reports:
                    self._free_at_s[(tenant, name)] = now_s + _APART_S
            else:
                self._again.append((now_s + 1.0, tenant, reports))

        self._start("ingest", event, finish)

    def _deliver(self, queue: str) -> None:
        messages = self.world.receive(queue)
        if not messages:
            return
        if queue.startswith("notify") and self._random.random() < self._setting.lose_rate / 2:
            self.world.queues.delete(queue, [each.receipt for each in messages])
            self.world.say(f"{queue} loses {len(messages)} messages")
            return

        def finish(result: Any) -> None:
            if self._random.random() >= self._setting.lose_rate:
                self.world.settle(queue, messages, result)

        self._start(queue.removesuffix("-urgent"), batch_of(queue, messages), finish)

    def _start(self, stage: str, event: dict[str, Any], finish: Any) -> None:
        environment = self._environment(stage)
        environment.is_busy = True
        skew_s = self._skews[id(environment)]
        invocation = self.world.begin_invocation(stage, environment, skew_s)
        act = lambda: self.world.run(invocation, event)  # noqa: E731
        self._running.append(Actor(invocation, act, finish))

    def _environment(self, stage: str) -> Environment:
        """Return a process that is free; a new one if there is none, and now and then."""
        pool = self._pools.setdefault(stage, [])
        free = [each for each in pool if not each.is_busy]
        if free and self._random.random() < 0.9:
            return self._random.choice(free)
        environment = Environment()
        self._skews[id(environment)] = self._random.uniform(-_SKEW_S, _SKEW_S)
        pool.append(environment)
        return environment

    def _advance(self, actor: Actor) -> None:
        """Give one invocation its next turn, or its end if its time is up."""
        world, invocation = self.world, actor.invocation
        if world.clock.true_s - invocation.began_at_s > LIMIT_S:
            invocation.is_dead = True
            world.unsure_sends += invocation.stage == "notify"
            world.say(f"{invocation.name} runs out of time")
        world.clock.current = invocation
        actor.step()
        world.clock.current = None
        if not actor.is_done:
            return
        self._running.remove(actor)
        invocation.environment.is_busy = False
        if actor.error is not None:
            world.errors.append(f"{invocation.name} raises {actor.error!r}")
        if invocation.is_dead:
            self._pools[invocation.stage].remove(invocation.environment)
        actor.finish(actor.result)

    def _expire(self) -> None:
        if self._setting.ttl == "at once":
            self.world.stack.expire(lambda: True)
        elif self._setting.ttl == "random":
            self.world.stack.expire(lambda: self._random.random() < 0.5)

    def _pause(self, _: Invocation) -> None:
        actor = current_thread()
        if isinstance(actor, Actor):
            actor.pause()


def replay(world: World, random: Random) -> None:
    """Deliver everything that was ever sent once more, under new message ids, in any order."""
    sent = list(world.queues.sent)
    random.shuffle(sent)
    for queue, message in sent:
        if not queue.endswith("-dead"):
            again: Message = msgspec.structs.replace(
                message, id=f"again-{message.id}", receives=0, visible_at_s=0.0
            )
            world.queues.waiting(queue).append(again)
