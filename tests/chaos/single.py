"""Every single fault at every single call of a scenario, and pairs of crashes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product

import msgspec

from tests.chaos.bounds import bound_s, faults_of
from tests.chaos.faults import CRASHES, KINDS, Call, Exact, Fired, Kind
from tests.chaos.oracle import judge
from tests.chaos.scenarios import ABOUT_LETTERS, SCENARIOS
from tests.chaos.stack import Stack
from tests.chaos.world import World

Faults = dict[int, Kind]


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """How one run ended, with all that is needed to play it again."""

    name: str
    plan: str
    violations: list[str]
    fired: Fired
    story: list[str]

    @property
    def summary(self) -> str:
        """The first violation, and the first fault before it."""
        met = [line.partition(": ")[2] for line in self.story if " MEETS " in line]
        cause = met[0] if met else "no fault at all"
        return f"{self.name} {self.plan} ({cause}): {self.violations[0][:150]}"

    def __str__(self) -> str:
        return f"{self.name} {self.plan}: {'; '.join(self.violations)}"


def play(stack: Stack, scenario: str, faults: Mapping[int, Kind]) -> Verdict:
    """Run a scenario under exact faults, mend everything, and judge."""
    world = World(stack, Exact(faults))
    SCENARIOS[scenario](world)
    return verdict_of(world, scenario, faults)


def verdict_of(world: World, scenario: str, faults: Mapping[int, Kind]) -> Verdict:
    """Mend everything after a scenario, and judge."""
    world.plan.cease()
    world.converge()
    violations = _too_dead(world, scenario, faults)
    if world.redrive():
        world.converge()
    met = faults_of(world.fired)
    violations += judge(world, lambda tenant: bound_s(scenario, tenant, met))
    return Verdict(
        name=scenario,
        plan=written(faults),
        violations=violations,
        fired=world.fired,
        story=world.trace,
    )


def _too_dead(world: World, scenario: str, faults: Mapping[int, Kind]) -> list[str]:
    """One passing fault buries nothing; a receiver that refuses may, and what is about letters."""
    dead = len(world.queues.dead)
    is_allowed = len(faults) > 1 or "refused" in faults.values() or scenario in ABOUT_LETTERS
    return [] if is_allowed or not dead else [f"{dead} dead letters"]


def calls_of(stack: Stack, scenario: str) -> list[Call]:
    """Return the calls of an undisturbed run."""
    calls: list[Call] = []
    world = World(stack, _Listing(calls))
    SCENARIOS[scenario](world)
    return calls


class _Listing:
    def __init__(self, calls: list[Call]) -> None:
        self._calls = calls

    def fault(self, call: Call) -> None:
        self._calls.append(call)

    def cease(self) -> None:
        pass


def single_faults(
    stack: Stack, scenario: str, stage: str = "", only: Sequence[Kind] = KINDS
) -> Iterator[Faults]:
    """Yield every fault of some kinds that can happen at each call, of one stage or of all."""
    for call in calls_of(stack, scenario):
        for kind in call.kinds if call.stage.startswith(stage) else ():
            if kind in only:
                yield {call.index: kind}


def each_pair_once(stack: Stack, scenarios: Iterable[str]) -> list[tuple[str, Faults]]:
    """Return a plan for each pair of call site and fault, in the shortest scenario with it."""
    runs = sorted(
        ((calls_of(stack, name), name) for name in scenarios), key=lambda run: len(run[0])
    )
    plans: dict[tuple[str, str, str, str], tuple[str, Faults]] = {}
    for calls, name in runs:
        for call in calls:
            for kind in call.kinds:
                pair = (call.stage, call.site, call.operation, kind)
                plans.setdefault(pair, (name, {call.index: kind}))
    return list(plans.values())


def double_crashes(stack: Stack, scenario: str) -> Iterator[Faults]:
    """Yield every pair of crashes: the second wherever the first leads to."""
    kinds = sorted(CRASHES)
    for first, kind in product(calls_of(stack, scenario), kinds):
        listing: list[Call] = []
        world = World(stack, _After(first.index, kind, listing))
        SCENARIOS[scenario](world)
        for second, other in product(listing, kinds):
            yield {first.index: kind, second.index: other}


class _After(_Listing):
    """One fault, and a list of all calls that follow."""

    def __init__(self, index: int, kind: Kind, calls: list[Call]) -> None:
        super().__init__(calls)
        self._index = index
        self._kind = kind

    def fault(self, call: Call) -> Kind | None:  # type: ignore[override]
        if call.index > self._index:
            super().fault(call)
        return self._kind if call.index == self._index else None


def written(faults: Mapping[int, Kind]) -> str:
    """Return a plan as text: `12:lost,30:crash_before`."""
    return ",".join(f"{index}:{kind}" for index, kind in sorted(faults.items()))
