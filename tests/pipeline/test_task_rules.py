"""From a model or a page that fails to an alert of the default rules, through what is counted."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import pytest

from tests.builders import T0, config
from tests.unit.pipeline.enrichment.modelworld import SAID, StubModel
from tests.unit.pipeline.enrichment.modelworld import World as ModelWorld
from tocsin.adapters.memory import MemoryBreakers, MemoryConfigs, MemoryFetcher, MemoryJournal
from tocsin.configuration.rulefiles.shipped import shipped_rules
from tocsin.domain.alert import Alert
from tocsin.domain.errors import Permanent, Retryable, Throttled, TocsinError
from tocsin.domain.metricrule import asked
from tocsin.domain.rule import MetricRule
from tocsin.domain.ruleevaluation import evaluate
from tocsin.domain.rulestate import RuleState
from tocsin.domain.series import Answer, Asked, Series, Unanswered
from tocsin.pipeline.batch import Outcome
from tocsin.pipeline.enrichment.countedfetcher import CountedFetcher
from tocsin.pipeline.enrichment.modelclient import ModelClient
from tocsin.pipeline.enrichment.modelmetrics import KindMetrics
from tocsin.pipeline.ownmetrics import OwnMetrics, OwnPorts
from tocsin.pipeline.ownstack import Stack
from tocsin.ports import FetchedPage
from tocsin.runtime.facets import Line, lines
from tocsin.runtime.worker import _facets

NAMESPACE = "Tocsin/prod"
PAGE = "https://wiki.example/run"
MINUTE_S = T0 - T0 % 60
DAY_MINUTES = 24 * 60


class CloudWatch:
    """Adds up what lines in the embedded metric format say, by minute; it may not answer."""

    def __init__(self) -> None:
        self.sums: dict[Any, dict[float, float]] = defaultdict(lambda: defaultdict(float))
        self.unanswered: Unanswered | None = None

    def take(self, line: Line, at_s: float) -> None:
        for directive in line["_aws"]["CloudWatchMetrics"]:
            (names,) = directive["Dimensions"]
            dimensions = frozenset((name, line[name]) for name in names)
            for metric in directive["Metrics"]:
                self.sums[metric["Name"], dimensions][at_s] += line[metric["Name"]]

    def ask(self, tenant: str, asked: Sequence[Asked], now_s: float) -> list[Answer]:
        return [self.unanswered or self._one(each) for each in asked]

    def _one(self, asked: Asked) -> Answer:
        query = asked.query
        assert (query.namespace, query.statistic, query.step_s) == (NAMESPACE, "Sum", 60.0)
        found = self.sums.get((query.metric, frozenset(query.dimensions)), {})
        points = [(at_s, each) for at_s, each in sorted(found.items())]
        within = tuple(each for each in points if asked.from_s < each[0] <= asked.to_s)
        return (Series(query.dimensions, within),) if within else ()


class World:
    """A worker that asks models and pages, minute by minute, and an operator's default rules."""

    def __init__(self) -> None:
        self.minute = 0
        self.kinds = KindMetrics()
        self.models = ModelWorld(requests_per_minute=10_000)
        self.fetcher = MemoryFetcher()
        self.pages = CountedFetcher(self.fetcher)
        self.cloudwatch = CloudWatch()
        configs = MemoryConfigs()
        configs.apply(config("ops", is_operator=True), "", T0)
        ports: Any = OwnPorts(
            journal=MemoryJournal(),
            configs=configs,
            breakers=MemoryBreakers(),
            outbox=None,  # type: ignore[arg-type]
            letters=None,  # type: ignore[arg-type]
            cloudwatch=self.cloudwatch,
        )
        self.own = OwnMetrics(ports, Stack(namespace=NAMESPACE))
        self.rules = {
            each.rule.name: each.rule
            for each in shipped_rules().rules
            if isinstance(each.rule, MetricRule)
        }
        self.states: dict[str, RuleState] = {}

    @property
    def now_s(self) -> float:
        return MINUTE_S + 60.0 * self.minute

    def client(self, kind: Any, answer: Any) -> Any:
        """Return a tenant's way to a model that always answers this."""
        tools = self.models.tools
        own = type(tools)(
            shares=tools.shares,
            metrics=self.kinds.of(kind),
            clock=tools.clock,
            sleep=tools.sleep,
        )
        model: Any = StubModel(self.models, answer)
        model.is_metered = kind != "extract"
        return ModelClient("acme", model, model, own)

    def ask(self, client: Any, count: int = 1) -> None:
        for _ in range(count):
            with suppress(TocsinError):
                self.models.ask(client)

    def read(self, page: FetchedPage | TocsinError) -> None:
        self.fetcher.pages[PAGE] = page
        with suppress(TocsinError):
            self.pages.fetch(PAGE, 20.0)

    def passes(self) -> None:
        """Let an invocation and its minute end, and write what it counted."""
        outcome = Outcome()
        for name, value in self.pages.reset().items():
            outcome.count(name, value)
        for kind, figures in self.kinds.reset().items():
            outcome.note_model(kind, figures.kind_counts())
        self.minute += 1
        for line in lines(_line(outcome.counts), _facets(outcome)):
            self.cloudwatch.take(line, self.now_s)

    def evaluated(self, name: str) -> list[Alert]:
        """Return the alerts that a rule makes now."""
        rule = self.rules[name]
        state = self.states.get(name) or RuleState(tenant="ops", rule=name)
        answers = self.own.ask("ops", asked(rule, self.now_s), self.now_s)
        found = evaluate(rule, state, answers, self.now_s)
        self.states[name] = found.state
        return list(found.alerts)


def _line(counts: Mapping[str, int]) -> Line:
    said = [{"Name": name, "Unit": "Count"} for name in counts]
    directive = {"Namespace": NAMESPACE, "Dimensions": [["service"]], "Metrics": said}
    about = {"Timestamp": 0, "CloudWatchMetrics": [directive]}
    return {"_aws": about, "service": "investigate", **counts}


@pytest.fixture
def world() -> World:
    return World()


@pytest.mark.parametrize(
    "failure",
    [Retryable("HTTP 503"), Throttled("HTTP 429"), Permanent("HTTP 403"), "What a lovely day."],
    ids=["is down", "throttles", "refuses", "answers nonsense"],
)
def test_whoever_is_on_call_hears_that_a_model_fails_for_most(
    world: World, failure: TocsinError | str
) -> None:
    well, ill = world.client("gemini", SAID), world.client("bedrock", failure)
    made: list[Alert] = []
    for minute in range(30):
        world.ask(well, 4)
        world.ask(world.client("bedrock", SAID) if minute < 10 else ill, 2)
        world.passes()
        made += world.evaluated("TocsinLowSuccessRate")
    (alert,) = made
    assert (alert.status, alert.severity) == ("firing", "high")
    assert alert.labels["task"] == "bedrock"
    assert "bedrock: only " in alert.annotations["summary"]
    for _ in range(15):
        world.ask(world.client("bedrock", SAID), 2)
        world.passes()
        made += world.evaluated("TocsinLowSuccessRate")
    assert [each.status for each in made] == ["firing", "resolved"]


def test_and_that_pages_no_longer_come_but_not_of_links_that_lead_nowhere(world: World) -> None:
    made: list[Alert] = []
    for _ in range(30):
        world.read(Permanent("HTTP 404"))
        world.passes()
        made += world.evaluated("TocsinLowSuccessRate")
    assert made == []
    for _ in range(15):
        world.read(Retryable("no answer"))
        world.passes()
        made += world.evaluated("TocsinLowSuccessRate")
    assert [each.labels["task"] for each in made] == ["fetch"]


def test_a_few_failures_wake_nobody_nor_does_the_summariser_that_is_built_in(world: World) -> None:
    gemini, extract = world.client("gemini", Permanent("HTTP 403")), world.client("extract", "x")
    for minute in range(60):
        world.ask(gemini, 1 if minute % 5 == 0 else 0)
        world.ask(extract, 3)
        world.passes()
        assert world.evaluated("TocsinLowSuccessRate") == []


def test_what_the_limit_keeps_back_is_no_failure_of_a_model(world: World) -> None:
    world.models = ModelWorld(requests_per_minute=1)
    gemini = world.client("gemini", SAID)
    for _ in range(30):
        world.ask(gemini, 20)
        world.models.now_s += 40.0
        world.passes()
        assert world.evaluated("TocsinLowSuccessRate") == []


def test_a_model_that_takes_its_time_is_told_of(world: World) -> None:
    made: list[Alert] = []
    for _ in range(20):
        # No question takes so long unless alerts have more than a minute.
        world.kinds.of("gemini").succeeded(70.0)
        world.passes()
        made += world.evaluated("TocsinSlowModel")
    assert [each.labels["model"] for each in made] == ["gemini"]


def test_so_are_three_times_the_usual_tokens(world: World) -> None:
    model = world.client("bedrock", SAID)
    made: list[Alert] = []
    for minute in range(DAY_MINUTES):
        world.ask(model, 1 if minute % 10 == 0 else 0)
        world.passes()
        if minute % 10 == 0:
            made += world.evaluated("TocsinTokenSpike")
    assert made == []
    for _ in range(10):
        world.ask(model, 5)
        world.passes()
        made += world.evaluated("TocsinTokenSpike")
    assert [each.labels["model"] for each in made] == ["bedrock"]


def test_where_cloudwatch_does_not_answer_the_rule_fails(world: World) -> None:
    world.cloudwatch.unanswered = Unanswered("throttled")
    with pytest.raises(Permanent, match="throttled"):
        world.evaluated("TocsinLowSuccessRate")
