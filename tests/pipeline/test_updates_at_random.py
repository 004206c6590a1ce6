"""Alerts, findings, people, failures and deaths in any order: one update an episode at most."""

from random import Random

import pytest

from tests.integration.payloads import webhook
from tests.pipeline.faulting import Fault
from tests.pipeline.memory_world import MemoryWorld
from tests.pipeline.test_suppressed import silence
from tests.pipeline.test_timers import ends, fires, host
from tests.pipeline.updates_world import AT_ONCE, LOOKING, found, updating
from tocsin.domain.errors import Retryable
from tocsin.domain.handling import Action, ActionKind
from tocsin.pipeline.actions import Order, pack_orders
from tocsin.ports import OutMessage

HOSTS = ("a", "b", "c")
KINDS: tuple[ActionKind, ...] = ("acknowledge", "unacknowledge", "snooze")


class Story:
    """What happens in one seed. `is_calm`: nobody acts, nothing is silenced and nothing fails."""

    def __init__(self, seed: int, *, is_calm: bool) -> None:
        self._random = Random(seed)
        self._is_calm = is_calm
        fault = Fault(self._random.randint(1, 150), self._random.choice(("before", "after")))
        timing = self._random.choice((AT_ONCE, LOOKING))
        self.world: MemoryWorld = updating(timing, fault=fault)
        self.since_s: dict[str, float] = {}
        self._old: list[OutMessage] = []

    def play(self) -> None:
        for _ in range(25):
            self._event()
            self._keep_messages()
            self.world.pass_time(self._random.choice((1, 5, 30, 90)), step_s=5.0, tick_s=30.0)
        self._come_to_rest()

    def end(self) -> None:
        """End every alert, and redrive what was given up."""
        for name in list(self.since_s):
            self._end(name)
        self.world.receivers.failures = []
        self._come_to_rest()
        letters = [*self.world.outbox.dead["notify"], *self.world.outbox.dead["notify-urgent"]]
        self.world.outbox.queues["notify"].extend(letter.message for letter in letters)
        self._come_to_rest()

    def runs(self) -> dict[str, list[list[tuple[str, bool]]]]:
        """Return what each alert's receiver heard, if it knows keys: status, with findings."""
        heard: dict[str, list[list[tuple[str, bool]]]] = {}
        for each in {one.key: one for one in reversed(self.world.receivers.delivered)}.values():
            for alert in each.news:
                heard.setdefault(host(alert), []).insert(0, [(alert.status, bool(found(alert)))])
        return {
            name: _split([one for part in parts for one in part]) for name, parts in heard.items()
        }

    def _come_to_rest(self) -> None:
        self.world.pass_time(900, step_s=15.0, tick_s=30.0)
        self.world.drain()

    def _event(self) -> None:
        name = self._random.choice(HOSTS)
        kind = self._random.choice(("fire", "fire", "end", "again", "act", "silence", "fail"))
        if kind == "fire":
            self.since_s.setdefault(name, self.world.now_s)
            self.world.send(webhook(fires(name, self.since_s[name])))
        elif kind == "end":
            self._end(name)
        elif kind == "again" and self._old:
            message = self._random.choice(self._old)
            self.world.outbox.queues["investigate"].append(message)
        elif not self._is_calm:
            self._disturb(kind)

    def _disturb(self, kind: str) -> None:
        if kind == "act":
            self._act()
        elif kind == "silence":
            silence(self.world, self.world.now_s + 120, 'team="payments"')
        elif kind == "fail":
            self.world.receivers.failures = [Retryable("HTTP 503")]

    def _end(self, name: str) -> None:
        if name in self.since_s:
            self.world.send(webhook(ends(name, self.since_s.pop(name), self.world.now_s)))

    def _act(self) -> None:
        members = [
            (group.key, member)
            for group in self.world.groups.groups.values()
            for member in group.members.values()
        ]
        if not members:
            return
        (key, member), now_s = self._random.choice(members), self.world.now_s
        action = Action(
            id=f"{now_s}",
            kind=self._random.choice(KINDS),
            fingerprint=member.fingerprint,
            episode=member.episode,
            by="ann",
            at_s=now_s,
            until_s=now_s + 100,
        )
        message = pack_orders("acme", [Order(key, action)], now_s, self.world.blobs)
        self.world.outbox.send("evaluate", [message])

    def _keep_messages(self) -> None:
        self._old += self.world.outbox.queues["investigate"]
        for queue in ("enrich", "evaluate", "notify"):
            self.world.pump(queue)  # type: ignore[arg-type]
            self._old += self.world.outbox.queues["investigate"]


def _split(heard: list[tuple[str, bool]]) -> list[list[tuple[str, bool]]]:
    """Return the runs from firing to resolved."""
    runs: list[list[tuple[str, bool]]] = [[]]
    for each in heard:
        runs[-1].append(each)
        if each[0] == "resolved":
            runs.append([])
    return [run for run in runs if run]


def _judge(story: Story) -> None:
    for name, runs in story.runs().items():
        for run in runs:
            firing = [is_found for status, is_found in run if status == "firing"]
            assert firing in ([True], [False], [False, True]), (name, run)
            assert run[-1][0] == "resolved", (name, run)
    assert story.world.balance().is_settled


@pytest.mark.parametrize("seed", range(12))
def test_whatever_happens_an_episode_is_told_once_and_updated_once(seed: int) -> None:
    story = Story(seed, is_calm=False)
    story.play()
    story.end()
    _judge(story)


@pytest.mark.parametrize("seed", range(8))
def test_undisturbed_but_for_a_death_nothing_found_is_left_untold(seed: int) -> None:
    story = Story(seed, is_calm=True)
    story.play()
    runs = story.runs()
    for name in story.since_s:
        assert runs[name][-1][-1] == ("firing", True), name
    story.end()
    _judge(story)
