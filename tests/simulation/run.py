"""One run from its seed: the turns, the quiet after them, and the verdict."""

from random import Random

from tests.pipeline.memory_world import STAGES, START_S
from tests.simulation.history import History
from tests.simulation.incidents import not_acknowledged
from tests.simulation.modes import Mode
from tests.simulation.oracle import TICK_S, Violation, judge
from tests.simulation.senders import traffic
from tests.simulation.world import World

_TURNS = 20_000
_AT_WORK = 4
# How long there is something to see, at least.
_LASTS_S, _CLIMBING_S = 300.0, 1500.0
_JUMPS_S = (0.1, 1.0, 5.0, 5.0, 20.0, 70.0, 400.0)
# Long enough for every retry, for what crashed, and at last for every firing that runs out.
_ROUNDS_TO_REST = 14
_ROUNDS_TO_REDRIVE = 3
_ROUNDS_TO_RUN_OUT = 62


def simulate(seed: int, mode: Mode) -> tuple[list[Violation], History]:
    """Run one seed; return what did not hold, and all that happened."""
    run = _Run(seed, mode)
    run.play()
    run.rest(_ROUNDS_TO_REST)
    world = run.world
    world.history.errors += not_acknowledged(world)
    world.acted(world.people.give_back(world.now_s))
    world.history.letters = world.queues.redrive(world.now_s)
    world.say(f"redrive {world.history.letters} letters")
    run.rest(_ROUNDS_TO_REDRIVE)
    run.rest(_ROUNDS_TO_RUN_OUT)
    violations = judge(world, mode)
    return violations, world.history


class _Run:
    def __init__(self, seed: int, mode: Mode) -> None:
        random = Random(f"{mode.name}:{seed}")
        self.world = World(random, mode)
        self._random = random
        self._traffic = traffic(random, mode)
        self._is_late = mode.is_late
        self._changes_rules = mode.changes_rules
        self._escalates = mode.escalates
        # How often people do something in a turn.
        self._acting = 0.03 if mode.escalates else 0.0
        if mode.acts:
            self._acting = random.choice([0.0, 0.0, 0.005, 0.02])
        self._changes_policies = mode.changes_policies
        # In some runs whoever began last overtakes the others, which stand still meanwhile.
        self._overtaking = random.choice([0.0, 0.9])
        self._ticked_at_s = START_S

    def play(self) -> None:
        """Take random turns until everything was sent and nothing is under way."""
        for _ in range(_TURNS):
            if self._is_over():
                return
            self._turn()
        self.world.history.errors.append("the run does not come to rest")

    def rest(self, rounds: int) -> None:
        """Let minutes pass in which nothing goes wrong any more."""
        self.world.faults.cease()
        for _ in range(rounds):
            self.world.now_s += TICK_S
            ticked_at_s = self.world.now_s
            self.world.tick()
            self._drain()
            self.world.watch.violations += self.world.watch.overdue(ticked_at_s)

    def _is_over(self) -> bool:
        world = self.world
        is_quiet = not world.running and world.queues.is_empty
        lasts_s = _CLIMBING_S if self._escalates else _LASTS_S
        return is_quiet and self._traffic.is_over and world.now_s - START_S > lasts_s

    def _turn(self) -> None:
        world, random = self.world, self._random
        for sending in self._traffic.take(world.now_s):
            world.submit(sending)
            world.now_s += random.choice([0.001, 0.01, 0.5])
        if random.random() < 0.35 and len(world.running) < _AT_WORK:
            world.deliver(random.choice(STAGES))
        elif world.running:
            overtakes = random.random() < self._overtaking
            world.advance(world.running[-1] if overtakes else random.choice(world.running))
        elif random.random() < 0.3:
            world.now_s += self._jump_s()
        world.now_s += random.choice([0.0, 0.001, 0.01])
        self._let_people_act()
        if self._is_late and world.running and random.random() < 0.01:
            world.now_s += random.choice([1.0, 8.0, 30.0])
        if world.now_s - self._ticked_at_s >= TICK_S:
            self._ticked_at_s = world.now_s
            world.tick()

    def _let_people_act(self) -> None:
        world = self.world
        if self._changes_rules and self._random.random() < 0.01:
            world.say(world.changes.change_rules(world.now_s))
        if self._changes_policies and self._random.random() < 0.02:
            world.say(world.changes.change_policy(world.now_s))
        if self._acting and self._random.random() < self._acting:
            world.acted([world.people.act(world.now_s)])

    def _jump_s(self) -> float:
        """Return how long nothing happens; with prompt traffic only if nothing waits."""
        if self._is_late:
            return self._random.choice(_JUMPS_S)
        if self.world.queues.is_ready(self.world.now_s):
            return 0.0
        return min(5.0, self._traffic.due_in_s(self.world.now_s))

    def _drain(self) -> None:
        """Work off everything that is on its way, however late it is."""
        world = self.world
        for _ in range(_TURNS):
            if world.running:
                world.advance(world.running[0])
            elif any(world.deliver(queue) for queue in STAGES):
                continue
            elif world.queues.is_empty:
                return
            else:
                world.now_s += 1
        world.history.errors.append("messages circulate for ever")
