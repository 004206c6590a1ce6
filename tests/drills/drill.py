"""Drills on virtual time: what people get, and how late, when all goes wrong at once.

The real stages, over memory, with one worker. Each alert goes to two receivers: `chat`, which
people read and which is told at a pace, and `pager`, which takes all that it is sent.
"""

from collections import Counter
from collections.abc import Iterable

import msgspec

from tests.builders import config, receiver, route
from tests.integration.payloads import member, resolved, webhook
from tests.pipeline.memory_world import START_S, MemoryWorld
from tocsin.domain.errors import Retryable
from tocsin.domain.pace import PacePolicy
from tocsin.ports import Notification

MINUTE_S = 60.0
_STEP_S = 2.0


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What happens, by minutes from the beginning."""

    minutes: int
    # New alerts a minute in the storm, and outside of it.
    storm: int
    calm: int = 1
    storm_from: int = 5
    storm_until: int = 15
    # When the receiver that people read answers 500; never if both are the same.
    dead_from: int = 0
    dead_until: int = 0
    # After how long each alert is over.
    ends_after: int = 10
    pace: PacePolicy | None = PacePolicy()


class Telling(msgspec.Struct, frozen=True):
    """One step that arrived: what, when it was accepted, and when it was told."""

    host: str
    status: str
    accepted_at_s: float
    told_at_s: float


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What a drill came to, by receiver."""

    plan: Plan
    steps: dict[str, list[Telling]]
    messages_at_s: dict[str, list[float]]
    # Tries at the receiver while it was dead.
    in_vain: int
    is_settled: bool
    left: int

    def twice(self, name: str) -> int:
        """Return how many steps a receiver heard more than once."""
        counts = Counter((each.host, each.status) for each in self.steps[name])
        return sum(count - 1 for count in counts.values())

    def latencies_s(self, name: str, from_minute: float, until_minute: float) -> list[float]:
        """Return how long each step took that was accepted in this time, sorted."""
        return sorted(
            each.told_at_s - each.accepted_at_s
            for each in self.steps[name]
            if from_minute * MINUTE_S <= each.accepted_at_s - START_S < until_minute * MINUTE_S
        )

    def a_minute(self, name: str) -> list[int]:
        """Return how many messages a receiver got in each minute."""
        counts = Counter(int((at_s - START_S) // MINUTE_S) for at_s in self.messages_at_s[name])
        return [counts[minute] for minute in range(max(counts, default=0) + 1)]


class Drill:
    """One run of a plan."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        people = {
            "chat": receiver("chat", url="https://chat.example/hook", pace=plan.pace),
            "pager": receiver("pager", url="https://pager.example/hook"),
        }
        by_host = ("instance",)
        tree = route(
            "chat",
            group_by=by_host,
            routes=(
                route("chat", group_by=by_host, continues=True),
                route("pager", group_by=by_host),
            ),
        )
        self.world = MemoryWorld(config(receivers=people, route=tree))
        self._accepted_at_s: dict[tuple[str, str], float] = {}
        self._messages: dict[str, list[float]] = {"chat": [], "pager": []}
        self._steps: dict[str, list[Telling]] = {"chat": [], "pager": []}
        self._in_vain = 0
        self._send = self.world.receivers.send
        self.world.receivers.send = self._take  # type: ignore[method-assign]

    def run(self) -> Result:
        """Let it all happen, and then let time pass until nobody owes anybody anything."""
        plan, world = self.plan, self.world
        ending: dict[int, list[str]] = {}
        for minute in range(plan.minutes):
            is_storm = plan.storm_from <= minute < plan.storm_until
            hosts = [f"m{minute}n{index}" for index in range(plan.storm if is_storm else plan.calm)]
            ending[minute + plan.ends_after] = hosts
            self._post(hosts, "firing")
            self._post(ending.pop(minute, []), "resolved")
            world.pass_time(MINUTE_S, step_s=_STEP_S, tick_s=MINUTE_S)
        for minute in sorted(ending):
            self._post(ending[minute], "resolved")
            world.pass_time(MINUTE_S, step_s=_STEP_S, tick_s=MINUTE_S)
        world.pass_time(90 * MINUTE_S, step_s=30.0, tick_s=MINUTE_S)
        books = world.balance()
        return Result(
            plan=plan,
            steps=self._steps,
            messages_at_s=self._messages,
            in_vain=self._in_vain,
            is_settled=books.is_settled,
            left=books.pending,
        )

    def _post(self, hosts: Iterable[str], status: str) -> None:
        hosts = list(hosts)
        if not hosts:
            return
        for host in hosts:
            self._accepted_at_s[(host, status)] = self.world.now_s
        make = member if status == "firing" else resolved
        self.world.send(webhook(*map(make, hosts)))

    def _take(self, notification: Notification) -> str:
        name, now_s = notification.receiver.name, self.world.now_s
        minute = (now_s - START_S) / MINUTE_S
        if name == "chat" and self.plan.dead_from <= minute < self.plan.dead_until:
            self._in_vain += 1
            raise Retryable("HTTP 500 from receiver chat")
        self._messages[name].append(now_s)
        for alert in notification.news:
            host = alert.labels["instance"].partition(".")[0]
            accepted_at_s = self._accepted_at_s[(host, alert.status)]
            self._steps[name].append(Telling(host, alert.status, accepted_at_s, now_s))
        return self._send(notification)
