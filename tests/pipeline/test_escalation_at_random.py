"""Whatever people and senders do and whoever dies, what must hold of escalation holds."""

import itertools
from random import Random

import pytest

from tests.integration.payloads import webhook
from tests.pipeline.escalation_world import TICK_S, act, escalating, records, standings
from tests.pipeline.faulting import Fault
from tests.pipeline.memory_world import START_S, MemoryWorld
from tests.pipeline.test_timers import ends, fires
from tocsin.domain.climbing import is_stranded
from tocsin.domain.escalation import EscalationPolicy, EscalationStep
from tocsin.domain.stepreach import is_of_step


def _policy(random: Random) -> EscalationPolicy:
    return EscalationPolicy(
        name="pages",
        steps=tuple(
            EscalationStep(after_s=random.choice([0.0, 30.0, 120.0]), receivers=(name,))
            for name in ("first", "second")[: random.randint(1, 2)]
        ),
        repeat=random.randint(0, 2),
        repeat_after_s=90.0,
    )


class _Run:
    """One alert, at random; `in_hand` is since when it is acknowledged."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.policy = _policy(self.random)
        fault = Fault(self.random.randint(1, 120), self.random.choice(["before", "after"]))
        self.world = MemoryWorld(escalating(self.policy), fault)
        self.fires = False
        self.spans: list[tuple[float, float]] = []
        self._since_s: float | None = None

    def play(self) -> None:
        for _ in range(12):
            self._step()
            self.world.pass_time(self.random.choice([5.0, 40.0, 130.0]), 5.0, TICK_S)
            self.world.drain()
            self.judge_state()
        self._give_back()
        if self.fires:
            self._send(over=True)
        self.world.settle()

    def _step(self) -> None:
        kind = self.random.choice(["send", "acknowledge", "unacknowledge", "nothing"])
        if kind == "send" or not self.fires:
            self._give_back()
            self._send(over=self.fires)
        elif kind == "acknowledge" and self._since_s is None:
            act(self.world, "acknowledge")
            self.world.drain()
            self._since_s = self.world.now_s
        elif kind == "unacknowledge" and self._since_s is not None:
            self._give_back()
            act(self.world, "unacknowledge")
            self.world.drain()

    def _give_back(self) -> None:
        if self._since_s is not None:
            self.spans.append((self._since_s, self.world.now_s))
        self._since_s = None

    def _send(self, *, over: bool) -> None:
        now_s = self.world.now_s
        self.world.send(webhook(ends("a", now_s, now_s) if over else fires("a", now_s)))
        self.fires = not over
        self.world.drain()

    def judge_state(self) -> None:
        for group, member in standings(self.world):
            if not is_of_step(group.key):
                assert not is_stranded(member, self.policy), member.climb

    def judge(self) -> None:
        taken = [each for each in records(self.world) if each.what == "step"]
        for each in taken:
            assert not any(from_s < each.at_s < until_s for from_s, until_s in self.spans), each
        places = [(each.episode, each.round, each.step) for each in taken]
        assert places == sorted(set(places)), "each step once, in order"
        for before, each in itertools.pairwise(taken):
            if before.episode == each.episode:
                assert each.at_s >= before.at_s + self._delay_s(each.step, each.round)
        for each in taken:
            if (each.round, each.step) == (0, 1):
                assert each.at_s >= each.episode / 1000 + self.policy.steps[0].after_s - 0.001
        self._judge_tellings(len(taken))

    def _judge_tellings(self, count: int) -> None:
        told = {
            each.key: each
            for each in self.world.receivers.delivered
            if each.receiver.name in ("first", "second")
        }
        for name in ("first", "second"):
            said = [each.news[0].status for each in told.values() if each.receiver.name == name]
            assert said[-1:] in ([], ["resolved"]), said
        assert sum(each.news[0].status == "firing" for each in told.values()) <= count

    def _delay_s(self, step: int, round_: int) -> float:
        return (
            self.policy.repeat_after_s
            if step == 1 and round_
            else self.policy.steps[step - 1].after_s
        )


@pytest.mark.parametrize("seed", range(60))
def test_steps_come_in_order_once_never_early_and_never_in_somebodys_hands(seed: int) -> None:
    run = _Run(seed)
    run.play()
    run.judge()
    assert run.world.balance().is_settled
    assert run.world.now_s > START_S
