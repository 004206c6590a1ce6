"""tocsin's own metrics: of a tenant from its journal, of the installation for operators alone."""

from collections.abc import Sequence

import pytest
from msgspec.structs import replace

from tests.builders import T0, config, receiver
from tocsin.adapters.memory import MemoryBreakers, MemoryConfigs, MemoryJournal
from tocsin.domain.breaker import Breaker
from tocsin.domain.deadletter import Depth
from tocsin.domain.errors import Retryable
from tocsin.domain.journal import DeliveryRecord, EnvelopeRecord
from tocsin.domain.matchers import parse_matchers
from tocsin.domain.ownmetrics import OF_INSTALLATION, OF_TENANT
from tocsin.domain.rule import Condition, Query
from tocsin.domain.series import Answer, Asked, Series, Unanswered
from tocsin.domain.windows import measure
from tocsin.pipeline import ownmetrics
from tocsin.pipeline.ownmetrics import NAMES, OwnMetrics, OwnPorts
from tocsin.pipeline.ownstack import Stack
from tocsin.pipeline.safecall import endpoint_of

MINUTE_S = T0 - T0 % 60
RECEIVERS = {"oncall": receiver(), "chat": receiver("chat", url="http://chat")}


class Queues:
    def __init__(self, waiting: int) -> None:
        self.waiting = waiting
        self.is_away = False

    def depth(self, queue: str) -> Depth:
        if self.is_away:
            raise Retryable("sqs GetQueueAttributes: Throttling")
        return Depth(self.waiting if queue == "enrich" else 0, 0)


class CloudWatch:
    """Answers every query with one point, and remembers the queries."""

    def __init__(self) -> None:
        self.asked: list[Query] = []
        self.unanswered: Unanswered | None = None

    def ask(self, tenant: str, asked: Sequence[Asked], now_s: float) -> list[Answer]:
        self.asked += [each.query for each in asked]
        if self.unanswered:
            return [self.unanswered for _ in asked]
        return [(Series((("provider", "grafana"), ("x", "y")), ((T0, 1500.0),)),) for _ in asked]


class World:
    def __init__(self) -> None:
        self.journal, self.configs = MemoryJournal(), MemoryConfigs()
        self.breakers, self.cloudwatch = MemoryBreakers(), CloudWatch()
        self.outbox, self.letters = Queues(7), Queues(3)
        tenants = (("acme", False), ("ops", True))
        for tenant, is_operator in tenants:
            made = replace(config(tenant, receivers=RECEIVERS), is_operator=is_operator)
            self.configs.apply(replace(made, version=1), "", T0)
        ports = OwnPorts(
            journal=self.journal,
            configs=self.configs,
            breakers=self.breakers,
            outbox=self.outbox,  # type: ignore[arg-type]
            letters=self.letters,  # type: ignore[arg-type]
            cloudwatch=self.cloudwatch,
        )
        stack = Stack(
            namespace="Tocsin/prod",
            functions={"notify": "prod-Notify-1"},
            queues={"enrich": "prod-Enrich-1", "notify": "prod-Notify-2"},
        )
        self.own = OwnMetrics(ports, stack)

    def ask(self, metric: str, tenant: str = "ops", matchers: str = "") -> Answer:
        found = parse_matchers(matchers) if matchers else ()
        asked = Asked(Query(source="tocsin", metric=metric, matchers=found), MINUTE_S - 120, T0)
        return self.own.ask(tenant, [asked], T0)[0]


@pytest.fixture
def world() -> World:
    return World()


def values(answer: Answer) -> dict[tuple[tuple[str, str], ...], list[float]]:
    assert isinstance(answer, tuple), answer
    return {each.labels: [value for _, value in each.points] for each in answer}


def envelope(name: str, at_s: float, provider: str = "grafana") -> EnvelopeRecord:
    return EnvelopeRecord(
        request=name,
        envelope=name,
        accepted=10,
        provider=provider,
        at_s=at_s,
        duplicates={"f1": 4, "f2": 2},
        dead={3: "bad"},
    )


def delivery(source: str, outcome: str, attempt: int = 1) -> DeliveryRecord:
    return DeliveryRecord(
        source=source,
        fingerprint="f",
        episode=1,
        step="firing",
        receiver="oncall",
        group="acme#oncall#1",
        outcome=outcome,  # type: ignore[arg-type]
        attempt=attempt,
        at_s=MINUTE_S,
    )


def test_alerts_are_counted_by_minute_and_provider_and_once(world: World) -> None:
    world.journal.write("acme", MINUTE_S, "1", [envelope("a", MINUTE_S)])
    world.journal.write("acme", MINUTE_S, "2", [envelope("a", MINUTE_S)])
    world.journal.write("acme", MINUTE_S - 70, "3", [envelope("b", MINUTE_S - 70)])
    world.journal.write("acme", MINUTE_S, "4", [envelope("c", MINUTE_S, "zabbix")])
    world.journal.write("beta", MINUTE_S, "5", [envelope("d", MINUTE_S)])
    grafana, zabbix = (("provider", "grafana"),), (("provider", "zabbix"),)
    for metric, count in (("accepted", 10.0), ("duplicate", 6.0), ("dead", 1.0)):
        found = values(world.ask(f"tocsin_alerts_{metric}", "acme"))
        assert found[grafana] == [count, count]
        assert found[zabbix] == [0.0, count]
    only = values(world.ask("tocsin_alerts_accepted", "acme", "provider=zabbix"))
    assert list(only) == [zabbix]


@pytest.mark.parametrize("second", [0.0, 37.0])
def test_a_window_counts_its_whole_minutes_and_no_other(world: World, second: float) -> None:
    at_s = MINUTE_S + second
    for minute in range(10):
        sent_at_s = at_s - minute * 60 - 30
        world.journal.write("acme", sent_at_s, str(minute), [envelope(str(minute), sent_at_s)])
    query = Query(source="tocsin", metric="tocsin_alerts_accepted")
    for aggregate, expected in (("sum", 50.0), ("avg", 10.0), ("min", 10.0), ("last", 10.0)):
        condition = Condition(query=query, compare="gt", aggregate=aggregate, window_s=300.0)
        (answer,) = world.own.ask("acme", [Asked(query, at_s - 300, at_s)], at_s)
        assert isinstance(answer, tuple)
        pools = {each.labels: [each.points] for each in answer}
        assert measure(condition, pools, at_s) == {(("provider", "grafana"),): expected}


def test_tries_are_counted_by_receiver_and_outcome(world: World) -> None:
    records = [delivery("a:0", "failed", 1), delivery("a:0", "failed", 2), delivery("a:0", "dead")]
    records += [delivery("b:0", "delivered"), delivery("b:0", "delivered")]
    world.journal.write("acme", MINUTE_S, "1", records)
    found = values(world.ask("tocsin_deliveries", "acme"))
    assert {dict(labels)["outcome"]: max(each) for labels, each in found.items()} == {
        "failed": 2.0,
        "dead": 1.0,
        "delivered": 1.0,
    }
    (percent,) = values(world.ask("tocsin_retry_percent", "acme")).items()
    assert percent == ((("domain", "oncall"),), [pytest.approx(200 / 3)])


@pytest.mark.parametrize("metric", ["breaker_open", "queue_messages", "dead_letters"])
def test_what_is_known_of_now_alone_is_seen_by_a_rule_that_is_evaluated_late(
    world: World, metric: str
) -> None:
    asked = Asked(Query(metric=f"tocsin_{metric}"), T0 - 120, T0 - 59)
    (answer,) = world.own.ask("ops", [asked], T0)
    assert isinstance(answer, tuple)
    assert {at_s for each in answer for at_s, _ in each.points} == {T0 - 59}


def test_nothing_happened_is_an_empty_answer(world: World) -> None:
    for metric in ("tocsin_alerts_accepted", "tocsin_deliveries", "tocsin_retry_percent"):
        assert world.ask(metric, "acme") == ()


def test_points_lie_within_the_window(world: World) -> None:
    world.journal.write("acme", T0, "1", [envelope("a", T0)])
    asked = Asked(Query(metric="tocsin_alerts_accepted"), T0 - 90.5, T0 + 1)
    (answer,) = world.own.ask("acme", [asked], T0)
    assert isinstance(answer, tuple)
    assert all(T0 - 90.5 <= at_s <= T0 + 1 for at_s, _ in answer[0].points)


def test_a_window_with_too_much_in_it_is_not_added_up(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ownmetrics, "RECORDS_LIMIT", 1)
    for name in ("a", "b"):
        world.journal.write("acme", T0, name, [envelope(name, T0)])
    assert isinstance(world.ask("tocsin_alerts_accepted", "acme"), Unanswered)


def test_breakers_are_those_of_the_tenants_receivers(world: World) -> None:
    key = endpoint_of("acme", RECEIVERS["oncall"])
    world.breakers.write(Breaker(key=key, state="OPEN", open_until_s=T0 + 60), T0)
    critical = ("critical", "true")
    assert values(world.ask("tocsin_breaker_open", "acme")) == {
        (critical, ("domain", "chat")): [0.0],
        (critical, ("domain", "oncall")): [1.0],
    }
    assert [*values(world.ask("tocsin_breaker_open")).values()] == [[0.0], [0.0]]


def test_queues_are_told_to_operators(world: World) -> None:
    for metric, waiting, count in (
        ("tocsin_queue_messages", 7.0, 7),
        ("tocsin_dead_letters", 3.0, 8),
    ):
        found = values(world.ask(metric))
        assert len(found) == count
        assert found[(("queue", "rules"),)] == [0.0]
        assert found[(("queue", "enrich"),)] == [waiting]


@pytest.mark.parametrize(
    "metric",
    sorted(OF_INSTALLATION),
)
@pytest.mark.parametrize("tenant", ["acme", "nobody"])
def test_others_hear_nothing_of_the_installation(world: World, metric: str, tenant: str) -> None:
    answer = world.ask(metric, tenant)
    assert isinstance(answer, Unanswered)
    assert "operators" in answer.reason
    assert world.cloudwatch.asked == []


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        (
            "tocsin_queue_age_seconds",
            {(("provider", "grafana"), ("queue", each)): [1500.0] for each in ("enrich", "notify")},
        ),
        ("tocsin_invocation_seconds", {(("provider", "grafana"), ("stage", "notify")): [1.5]}),
        ("tocsin_duplicate_percent", {(("provider", "grafana"), ("stage", "enrich")): [1500.0]}),
        ("tocsin_provider_alerts", {(("provider", "grafana"),): [1500.0]}),
    ],
)
def test_the_rest_comes_from_cloudwatch(world: World, metric: str, expected: object) -> None:
    assert values(world.ask(metric)) == expected
    world.cloudwatch.unanswered = Unanswered("throttled")
    assert world.ask(metric) == Unanswered("throttled")


def test_what_is_away_and_what_is_unknown_is_said(world: World) -> None:
    world.outbox.is_away = True
    assert world.ask("tocsin_queue_messages") == Unanswered("sqs GetQueueAttributes: Throttling")
    unknown = world.ask("tocsin_nonsense")
    assert isinstance(unknown, Unanswered)
    assert "tocsin_queue_messages" in unknown.reason


def test_rule_files_may_ask_for_just_these() -> None:
    assert {*OF_TENANT, *OF_INSTALLATION} == set(NAMES)
