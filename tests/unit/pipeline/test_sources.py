"""Sources are asked at the same time, and whatever one does, the others answer."""

from collections.abc import Callable, Sequence
from threading import Event

import pytest

from tests.builders import T0
from tocsin.adapters.memory import MemoryBreakers
from tocsin.domain.errors import Permanent, Retryable
from tocsin.domain.rule import CloudWatchSource, PrometheusSource, Query, Source
from tocsin.domain.series import Answer, Asked, Series, Unanswered
from tocsin.pipeline.sources import SourcePorts, Sources
from tocsin.ports import MetricSource

ONE = Series((("host", "a"),), ((T0, 1.0),))
DOWN = Unanswered("no answer: ConnectTimeout", is_down=True)
PROM, CLOUD = PrometheusSource(url="http://prom"), CloudWatchSource()


class Scripted:
    """Answers each query with what is said of its metric, and remembers what it was asked."""

    def __init__(self, answer: Callable[[Asked], Answer] = lambda _: (ONE,)) -> None:
        self.answer = answer
        self.asked: list[list[str]] = []

    def ask(self, tenant: str, asked: Sequence[Asked], now_s: float) -> list[Answer]:
        self.asked.append([each.query.metric for each in asked])
        return [self.answer(each) for each in asked]


class World:
    def __init__(self) -> None:
        self.now_s = T0
        self.breakers = MemoryBreakers()
        self.pushed, self.own, self.prom, self.cloud = (Scripted() for _ in range(4))

    def sources(self, owner: str = "w1", budget_s: float = 20.0) -> Sources:
        def opened(source: Source) -> MetricSource:
            return self.prom if isinstance(source, PrometheusSource) else self.cloud

        ports = SourcePorts(
            pushed=self.pushed,
            own=self.own,
            open=opened,
            breakers=self.breakers,
            clock=lambda: self.now_s,
        )
        return Sources(ports, owner, budget_s)


@pytest.fixture
def world() -> World:
    return World()


def asked(source: str, metric: str = "cpu") -> Asked:
    return Asked(Query(source=source, metric=metric), T0 - 300, T0)


def ask(sources: Sources, *queries: Asked) -> list[Answer]:
    return sources.ask("acme", {"prom": PROM, "cloud": CLOUD}, queries, T0)


def reason(answer: Answer) -> str:
    assert isinstance(answer, Unanswered)
    return answer.reason


def test_each_source_is_asked_once_and_answers_keep_their_order(world: World) -> None:
    world.prom.answer = lambda each: (Series((("m", each.query.metric),), ()),)
    answers = ask(
        world.sources(), asked("prom", "a"), asked("pushed"), asked("prom", "b"), asked("cloud")
    )
    assert [each[0].labels for each in answers if isinstance(each, tuple)] == [
        (("m", "a"),), ONE.labels, (("m", "b"),), ONE.labels,
    ]  # fmt: skip
    assert world.prom.asked == [["a", "b"]]
    assert (world.pushed.asked, world.cloud.asked, world.own.asked) == ([["cpu"]], [["cpu"]], [])


def test_nothing_is_asked_for_nothing(world: World) -> None:
    assert ask(world.sources()) == []


def test_a_source_that_is_not_configured_is_named(world: World) -> None:
    (answer,) = ask(world.sources(), asked("nowhere"))
    assert reason(answer) == "source nowhere: there is no such source"


@pytest.mark.parametrize("error", [ValueError("secret"), Retryable("busy"), Permanent("no")])
def test_one_that_breaks_stops_no_other(world: World, error: Exception) -> None:
    def fail(_: Asked) -> Answer:
        raise error

    world.cloud.answer = fail
    broken, good = ask(world.sources(), asked("cloud"), asked("pushed"))
    assert good == (ONE,)
    assert reason(broken).startswith("source cloud: ")
    assert "secret" not in reason(broken)


def test_one_that_gives_too_few_answers_is_broken(world: World) -> None:
    world.pushed.ask = lambda *_: []  # type: ignore[method-assign]
    assert "another number" in reason(ask(world.sources(), asked("pushed"))[0])


def test_a_slow_source_takes_the_budget_and_keeps_nobody_waiting_longer(world: World) -> None:
    release = Event()

    def wait(_: Asked) -> Answer:
        release.wait(30)
        return ()

    world.prom.answer = wait
    slow, good = ask(world.sources(budget_s=0.05), asked("prom"), asked("pushed"))
    release.set()
    assert good == (ONE,)
    assert reason(slow) == "source prom: no answer in time"


class TestBreaker:
    """One failure of a whole source is enough, and what is well costs no write."""

    def test_while_it_is_well_nothing_is_written(self, world: World) -> None:
        sources = world.sources()
        for _ in range(20):
            assert ask(sources, asked("prom"), asked("cloud")) == [(ONE,), (ONE,)]
        assert world.breakers.writes == 0

    def test_a_dead_one_is_asked_once_and_then_left_alone_by_all(self, world: World) -> None:
        world.prom.answer = lambda _: DOWN
        first, second = world.sources("w1"), world.sources("w2")
        assert "ConnectTimeout" in reason(ask(first, asked("prom"))[0])
        for sources in (first, second, first):
            assert "left alone" in reason(ask(sources, asked("prom"))[0])
        assert len(world.prom.asked) == 1
        assert ask(second, asked("cloud")) == [(ONE,)]

    def test_it_is_tried_again_by_one_and_is_well_again_for_all(self, world: World) -> None:
        world.prom.answer = lambda _: DOWN
        sources = world.sources()
        ask(sources, asked("prom"))
        world.now_s += 60
        ask(sources, asked("prom"))
        assert len(world.prom.asked) == 2
        world.prom.answer = lambda _: (ONE,)
        world.now_s += 30
        assert "left alone" in reason(ask(sources, asked("prom"))[0])
        world.now_s += 60
        for owner in ("w1", "w2"):
            assert ask(world.sources(owner), asked("prom")) == [(ONE,)]

    def test_a_query_that_is_not_answered_says_nothing_of_the_others(self, world: World) -> None:
        world.prom.answer = lambda each: DOWN if each.query.metric == "slow" else (ONE,)
        sources = world.sources()
        for _ in range(3):
            slow, good = ask(sources, asked("prom", "slow"), asked("prom"))
            assert good == (ONE,)
            assert "ConnectTimeout" in reason(slow)
        world.prom.answer = lambda _: Unanswered("bad_data: parse error")
        for _ in range(3):
            assert "parse error" in reason(ask(sources, asked("prom"))[0])
        assert world.breakers.writes == 0

    def test_tenants_do_not_share_it(self, world: World) -> None:
        world.prom.answer = lambda _: DOWN
        sources = world.sources()
        ask(sources, asked("prom"))
        sources.ask("beta", {"prom": PROM}, [asked("prom")], T0)
        assert len(world.prom.asked) == 2
