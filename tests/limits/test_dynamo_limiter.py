"""Buckets in DynamoDB: many instances, one count; little asked; away, each counts alone."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import accumulate, count
from random import Random
from threading import Lock
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.integration.formats import items
from tests.limits.conftest import Clock
from tests.limits.quotas import bucket, window
from tocsin.adapters.aws import client
from tocsin.adapters.dynamodb.limiter import DynamoLimiter
from tocsin.adapters.fallback import FallbackLimiter
from tocsin.adapters.memory import MemoryLimiter
from tocsin.domain.errors import Retryable
from tocsin.pipeline.enrichment.modelshares import ModelShares

# Steps of time that a float and a whole number of microseconds both hold exactly.
STEP_S = 1 / 64
STILL = bucket(0.001, 3)
NAMES = count()


class Atomic:
    """A client that updates one item at a time, as DynamoDB does and moto does not."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.calls = 0

    def update_item(self, **parameters: Any) -> Any:
        with self._lock:
            self.calls += 1
            return client("dynamodb").update_item(**parameters)


@pytest.fixture
def dynamodb() -> Atomic:
    return Atomic()


@pytest.fixture
def instances(table: str, dynamodb: Atomic, clock: Clock) -> Iterator[DynamoLimiter]:
    """Yield one instance after another, which know nothing of each other."""
    return (DynamoLimiter(lambda: dynamodb, table, clock) for _ in count())


def taken(shares: ModelShares, tenant: str, times: int) -> int:
    return sum(shares.admits(tenant) for _ in range(times))


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.tuples(st.integers(0, 4) | st.integers(0, 40), st.integers(0, 2)), max_size=60),
    st.integers(1, 9),
    st.sampled_from([1, 2, 4, 8, 16, 64]),
)
def test_three_instances_decide_as_one_limiter_in_memory(
    table: str, asked: list[tuple[int, int]], burst: int, rate_per_s: int
) -> None:
    clock, tenant = Clock(), f"t{next(NAMES)}"
    start_s, memory = clock.now_s, MemoryLimiter(clock)
    shared = [DynamoLimiter(lambda: client("dynamodb"), table, clock) for _ in range(3)]
    quota = bucket(rate_per_s, burst)
    for at, who in zip(accumulate(gap for gap, _ in asked), (who for _, who in asked), strict=True):
        clock.now_s = start_s + at * STEP_S
        (told,), (due,) = shared[who].check(tenant, [quota]), memory.check(tenant, [quota])
        assert told.is_allowed == due.is_allowed
        # One that is refused for what it knows itself does not look what the others did since.
        if told.is_allowed:
            assert told.remaining == due.remaining
            assert told.next_s == pytest.approx(due.next_s, abs=1e-6)


def test_instances_share_one_limit(instances: Iterator[DynamoLimiter], clock: Clock) -> None:
    shares = [ModelShares(next(instances)) for _ in range(50)]
    assert sum(taken(each, "acme", 3) for each in shares) == 6 + 30
    assert sum(taken(each, f"t{number}", 3) for number, each in enumerate(shares)) == 60 - 36
    admitted = 60
    for second in range(1, 6):
        clock.now_s += 1.0
        admitted += sum(taken(each, f"t{second}-{number}", 1) for number, each in enumerate(shares))
        assert admitted == 60 + second


def test_instances_that_ask_at_the_same_time_share_one_limit(
    instances: Iterator[DynamoLimiter],
) -> None:
    shares = [ModelShares(next(instances)) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        each = pool.map(lambda made: sum(taken(made, f"t{n}", 2) for n in range(10)), shares)
        assert sum(each) == 60


def test_threads_of_one_instance_share_it(instances: Iterator[DynamoLimiter]) -> None:
    shares = ModelShares(next(instances))
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(lambda number: shares.admits(f"t{number}"), range(80))) == 60


def test_one_request_costs_one_update_a_bucket(
    instances: Iterator[DynamoLimiter], dynamodb: Atomic
) -> None:
    shares = ModelShares(next(instances))
    assert taken(shares, "acme", 6) == 6
    assert dynamodb.calls == 6 * 2
    # That its own share is used up is known.
    assert taken(shares, "acme", 4) == 4
    assert dynamodb.calls == 10 * 2


def test_what_is_known_to_be_refused_is_not_asked(
    instances: Iterator[DynamoLimiter], dynamodb: Atomic, clock: Clock
) -> None:
    shares = ModelShares(next(instances))
    taken(shares, "acme", 36)
    before = dynamodb.calls
    assert taken(shares, "acme", 1000) == 0
    assert dynamodb.calls == before
    clock.now_s += 10.0
    assert shares.admits("acme")
    assert dynamodb.calls > before


def test_where_others_were_quicker_it_is_asked_once_more(
    instances: Iterator[DynamoLimiter], dynamodb: Atomic
) -> None:
    one, other = next(instances), next(instances)
    assert one.check("acme", [STILL])[0].remaining == 2
    assert other.check("acme", [STILL])[0].remaining == 1
    assert dynamodb.calls == 1 + 2
    assert one.check("acme", [STILL])[0].remaining == 0
    assert not other.check("acme", [STILL])[0].is_allowed
    assert dynamodb.calls == 1 + 2 + 1 + 1


def test_fifty_instances_cost_a_request_three_or_four_updates(
    instances: Iterator[DynamoLimiter], dynamodb: Atomic, clock: Clock
) -> None:
    shares, dice, asked = [ModelShares(next(instances)) for _ in range(50)], Random(7), 150
    for _ in range(asked):
        clock.now_s += dice.expovariate(1 / 2)
        assert dice.choice(shares).admits(f"t{dice.randrange(5)}")
    assert 3 <= dynamodb.calls / asked <= 4


def test_an_item_says_whose_it_is_and_goes_by_itself(
    instances: Iterator[DynamoLimiter], table: str, clock: Clock
) -> None:
    shares = ModelShares(next(instances))
    taken(shares, "acme", 7)
    stored = {each["pk"]["S"]: each for each in items(table)}
    assert set(stored) == {"acme#limit#model", "#limit#model", "#limit#model-surplus"}
    for each in stored.values():
        assert set(each) == {"pk", "v", "full_at_us", "expires_at_s"}
        # Not before it says nothing any more, and not long after that.
        full_at_s = int(each["full_at_us"]["N"]) / 1e6
        assert full_at_s < int(each["expires_at_s"]["N"]) < clock.now_s + 86_400


def test_what_expired_is_full_whether_it_is_deleted_or_not(
    instances: Iterator[DynamoLimiter], table: str, clock: Clock
) -> None:
    one, other = next(instances), next(instances)
    for _ in range(3):
        one.check("acme", [STILL])
        one.check("globex", [STILL])
    clock.now_s += 2 * 86_400
    client("dynamodb").delete_item(
        TableName=table, Key={"pk": {"S": "globex#limit#provider:datadog"}}
    )
    for limiter, tenant in ((one, "acme"), (other, "globex")):
        allowed = [limiter.check(tenant, [STILL])[0].is_allowed for _ in range(4)]
        assert allowed == [True, True, True, False]


def test_an_item_that_vanishes_is_a_full_bucket(
    instances: Iterator[DynamoLimiter], table: str
) -> None:
    limiter = next(instances)
    limiter.check("acme", [STILL])
    key = {"pk": {"S": "acme#limit#provider:datadog"}}
    client("dynamodb").delete_item(TableName=table, Key=key)
    assert limiter.check("acme", [STILL])[0].remaining == 2


def test_a_window_is_not_counted_here(instances: Iterator[DynamoLimiter]) -> None:
    with pytest.raises(ValueError, match="token buckets"):
        next(instances).check("acme", [STILL, window(3)])


def _refusal(code: str, status: int) -> ClientError:
    answer: Any = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "UpdateItem")


class Failing:
    """A client of a DynamoDB that fails until it is told not to."""

    def __init__(self, error: Exception | None) -> None:
        self.error = error
        self.calls = 0

    def update_item(self, **parameters: Any) -> Any:
        self.calls += 1
        if self.error is not None:
            raise self.error
        return client("dynamodb").update_item(**parameters)


@pytest.mark.parametrize(
    "error",
    [
        _refusal("ThrottlingException", 400),
        _refusal("ProvisionedThroughputExceededException", 400),
        _refusal("InternalServerError", 500),
        # While a stack is updated its role may lack the right.
        _refusal("AccessDeniedException", 400),
        _refusal("ResourceNotFoundException", 400),
        EndpointConnectionError(endpoint_url="https://dynamodb.example"),
    ],
    ids=lambda error: type(error).__name__ + getattr(error, "response", {}).get("Code", ""),
)
def test_while_it_fails_each_instance_counts_alone(
    table: str, clock: Clock, error: Exception
) -> None:
    failing, reasons = Failing(error), []
    shared = DynamoLimiter(lambda: failing, table, clock)
    limiter = FallbackLimiter(shared, MemoryLimiter(clock), clock, reasons.append)
    shares = ModelShares(limiter)
    assert taken(shares, "acme", 100) == 36
    assert (limiter.state, len(reasons), failing.calls) == ("away", 1, 1)
    assert "acme" not in reasons[0]
    clock.now_s += 60
    failing.error = None
    assert shares.admits("globex")
    assert limiter.state == "shared"


@pytest.mark.parametrize("full_at_us", [{"BOOL": False}, {"N": "1.5"}])
def test_an_item_that_cannot_be_read_counts_as_away(
    instances: Iterator[DynamoLimiter], table: str, full_at_us: dict[str, Any]
) -> None:
    limiter = next(instances)
    limiter.check("acme", [STILL])
    stored = {"pk": {"S": "acme#limit#provider:datadog"}, "full_at_us": full_at_us}
    client("dynamodb").put_item(TableName=table, Item=stored)
    with pytest.raises(Retryable, match="dynamodb: a bucket in a format"):
        limiter.check("acme", [STILL])
