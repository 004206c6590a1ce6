"""A model that throttles, fails, hangs and talks nonsense, and what its client makes of it."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.unit.pipeline.enrichment.modelworld import SAID, StubModel, World
from tocsin.adapters.models.extract import ExtractModel
from tocsin.domain.errors import Permanent, Retryable, Throttled, Unsendable
from tocsin.pipeline.enrichment.modelmetrics import ModelFigures

BUSY = Throttled("stub-1: it answers 429")
DOWN = Retryable("stub-1: it answers 503")
TOO_LATE = Unsendable("stub-1: too little time is left to ask")
WRONG = Permanent("stub-1: this key may not use it")


@pytest.fixture
def world():
    return World()


def test_an_answer_is_the_models(world):
    model = StubModel(world)
    found = world.ask(world.client(model))
    assert (found.value.by, found.value.cause, found.instead_why) == ("stub-1", "Logs.", "")
    assert world.metrics.figures() == ModelFigures(
        total=1, successful=1, tokens_in=70, tokens_out=9, took_s=1.0
    )
    assert model.left_s == [30.0]


def test_what_fails_is_tried_three_times_more_after_two_four_and_eight_seconds(world):
    model = StubModel(world, BUSY, DOWN, BUSY, SAID)
    found = world.ask(world.client(model))
    assert found.value.by == "stub-1"
    assert world.slept_s == [2.0, 4.0, 8.0]
    figures = world.metrics.figures()
    assert (figures.total, figures.successful, figures.retries) == (1, 1, 3)
    assert figures.took_s == 18.0


@pytest.mark.parametrize("error", [BUSY, DOWN])
def test_after_the_last_failure_the_embedded_one_answers_and_says_why(world, error):
    model = StubModel(world, error)
    found = world.ask(world.client(model))
    assert (found.value.by, found.instead_why) == ("extract", str(error))
    assert found.value.cause == "Disk of db-1 is full because of logs"
    assert len(model.prompts) == 4
    figures = world.metrics.figures()
    assert (figures.total, figures.failed, figures.fallback, figures.retries) == (1, 1, 1, 3)
    assert (figures.successful, figures.success_rate) == (0, 0.0)


def test_what_trying_again_cannot_help_is_not_tried_again(world):
    model = StubModel(world, WRONG)
    found = world.ask(world.client(model))
    assert (found.value.by, found.instead_why) == ("extract", str(WRONG))
    assert (len(model.prompts), world.slept_s) == (1, [])


def test_a_wait_that_a_provider_asks_for_is_kept(world):
    model = StubModel(world, Throttled("busy", 5.0), Throttled("busy", 1.0), SAID)
    assert world.ask(world.client(model)).value.by == "stub-1"
    assert world.slept_s == [5.0, 4.0]


@pytest.mark.parametrize(
    ("left_s", "attempts", "slept_s"),
    [(0.5, 0, []), (2.0, 1, []), (4.0, 2, [2.0]), (9.0, 3, [2.0, 4.0]), (13.0, 3, [2.0, 4.0])],
)
def test_nothing_goes_on_beyond_the_time_that_is_left(world, left_s, attempts, slept_s):
    began_s = world.now_s
    model = StubModel(world, DOWN)
    found = world.ask(world.client(model), left_s)
    assert found.value.by == "extract"
    assert (len(model.prompts), world.slept_s) == (attempts, slept_s)
    assert world.now_s <= began_s + left_s


def test_a_provider_that_asks_for_more_patience_than_there_is_is_not_waited_for(world):
    model = StubModel(world, Throttled("busy", 3600.0))
    assert world.ask(world.client(model)).value.by == "extract"
    assert world.slept_s == []


def test_one_attempt_takes_half_a_minute_at_most(world):
    model = StubModel(world, DOWN, takes_s=1000.0)
    world.ask(world.client(model), 60.0)
    assert model.left_s == [30.0, 28.0]


@pytest.mark.parametrize(
    "nonsense", ["I am sorry.", "{}", json.dumps({"cause": 1}), "x" * 30_000, "[" * 9000]
)
def test_nonsense_is_an_error_and_counts_as_failed_though_it_cost_tokens(world, nonsense):
    model = StubModel(world, nonsense)
    with pytest.raises(Permanent, match="stub-1: its answer"):
        world.ask(world.client(model))
    figures = world.metrics.figures()
    assert (figures.total, figures.failed, figures.fallback) == (1, 1, 0)
    assert figures.tokens_in == 70
    assert len(model.prompts) == 1


def test_an_error_that_nobody_foresaw_is_counted_and_passed_on(world):
    with pytest.raises(ZeroDivisionError):
        world.ask(world.client(StubModel(world, ZeroDivisionError())))
    assert world.metrics.figures().failed == 1


def test_a_model_that_fails_and_fails_is_left_alone_for_a_minute(world):
    model = StubModel(world, WRONG)
    client = world.client(model)
    for _ in range(8):
        assert world.ask(client).value.by == "extract"
    assert len(model.prompts) == 5
    assert "left alone" in world.ask(client).instead_why
    world.now_s += 60.0
    model.answers = [WRONG]
    world.ask(client)
    world.ask(client)
    assert len(model.prompts) == 6
    world.now_s += 60.0
    model.answers = [SAID]
    assert [world.ask(client).value.by for _ in range(2)] == ["stub-1", "stub-1"]


@pytest.mark.parametrize(("answer", "left_s"), [(SAID, 0.5), (TOO_LATE, 3.0)])
def test_a_model_that_was_not_asked_for_lack_of_time_has_not_failed(world, answer, left_s):
    model = StubModel(world, answer)
    client = world.client(model)
    for _ in range(8):
        assert "too little time" in world.ask(client, left_s).instead_why
    assert (world.slept_s, world.metrics.figures().retries) == ([], 0)
    model.answers = [SAID]
    assert world.ask(client).value.by == "stub-1"


def test_one_that_failed_before_time_was_short_has_failed(world):
    model = StubModel(world, DOWN, TOO_LATE, takes_s=0.0)
    client = world.client(model)
    for _ in range(5):
        model.answers = [DOWN, TOO_LATE]
        assert world.ask(client).instead_why == str(DOWN)
    assert "left alone" in world.ask(client).instead_why


def test_one_that_had_less_time_than_an_answer_may_take_has_not_failed(world):
    model = StubModel(world, DOWN, takes_s=8.0)
    client = world.client(model)
    for _ in range(8):
        assert world.ask(client, 8.0).instead_why == str(DOWN)
    model.answers = [SAID]
    assert world.ask(client).value.by == "stub-1"


def test_the_limit_of_ones_own_says_nothing_for_a_model_that_fails():
    world = World(requests_per_minute=1)
    client = world.client(StubModel(world, WRONG, takes_s=0.0))
    for _ in range(5):
        world.now_s += 60.0
        said = [world.ask(client).instead_why for _ in range(2)]
    assert said[0] == str(WRONG)
    assert "left alone" in said[1]


def test_who_asks_for_fewer_calls_is_not_left_alone(world):
    model = StubModel(world, Throttled("busy", 3600.0))
    client = world.client(model)
    for _ in range(10):
        world.ask(client)
    assert len(model.prompts) == 10


def test_a_failing_model_of_one_tenant_is_not_left_alone_by_another(world):
    broken, fine = world.client(StubModel(world, WRONG)), world.client(StubModel(world), "globex")
    for _ in range(6):
        world.ask(broken)
    assert world.ask(fine).value.by == "stub-1"


def test_the_embedded_one_has_no_limit_and_no_fallback():
    world = World(requests_per_minute=1)
    client = world.client(ExtractModel())
    found = [world.ask(client) for _ in range(50)]
    assert {(each.value.by, each.instead_why) for each in found} == {("extract", "")}
    assert world.metrics.figures() == ModelFigures(total=50, successful=50)


def test_above_the_limit_the_embedded_one_answers_at_once(world):
    model = StubModel(world, takes_s=0.0)
    client = world.client(model)
    found = [world.ask(client) for _ in range(50)]
    assert [each.value.by for each in found] == ["stub-1"] * 36 + ["extract"] * 14
    assert "limit" in found[-1].instead_why
    assert world.slept_s == []
    figures = world.metrics.figures()
    assert (figures.limited, figures.fallback, figures.failed) == (14, 14, 14)


def test_each_attempt_counts_against_the_limit():
    world = World(requests_per_minute=3)
    model = StubModel(world, DOWN, takes_s=0.0)
    found = world.ask(world.client(model))
    # One of its own share, one of the surplus; both grow by far less than one meanwhile.
    assert len(model.prompts) == 2
    assert "limit" in found.instead_why


def test_it_frees_what_its_model_holds(world):
    model = StubModel(world)
    with world.client(model) as client:
        world.ask(client)
    assert model.closed == 1


def test_threads_share_one(world):
    client = world.client(ExtractModel())
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: world.ask(client), range(400)))
    figures = world.metrics.figures()
    assert (figures.total, figures.successful) == (400, 400)
