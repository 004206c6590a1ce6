"""How many calls reach a receiver that is dead before everybody has stopped, and what follows."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import mean
from typing import Any

import pytest

from tests.unit.pipeline.storm import Storm

# Coverage is measured on smaller tests; tracing would double the time of these.
pytestmark = pytest.mark.no_cover

SEEDS = range(20)
WARM_S, AFTER_S = 3.0, 12.0


@contextmanager
def storm(seed: int, **fields: Any) -> Iterator[Storm]:
    made = Storm(seed, **fields)
    try:
        yield made
    finally:
        made.time.end()


def calls_when_dead(seed: int, *, warm_s: float = 0.0, after_s: float, **fields: Any) -> int:
    """Return how many calls a receiver got from when it died until long after all stopped."""
    with storm(seed, **fields) as made:
        made.pass_(warm_s)
        before = len(made.calls)
        made.is_down = True
        made.pass_(after_s)
        return len(made.calls) - before


def report(capsys: pytest.CaptureFixture[str], text: str) -> None:
    with capsys.disabled():
        sys.stdout.write(f"\n{text}\n")


@pytest.mark.parametrize("warm_s", [0.0, WARM_S], ids=["from the start", "after good times"])
def test_about_twenty_calls_of_a_hundred_environments_reach_a_dead_receiver(
    warm_s: float, capsys: pytest.CaptureFixture[str]
) -> None:
    shared = [calls_when_dead(seed, warm_s=warm_s, after_s=AFTER_S) for seed in SEEDS]
    naive = calls_when_dead(0, warm_s=warm_s, after_s=AFTER_S, is_shared=False)
    says = f"calls before all stopped: {min(shared)} to {max(shared)}, mean {mean(shared):.1f}"
    report(capsys, f"{says}; with a count in each process {naive}")
    assert max(shared) <= 20
    assert naive > 5 * max(shared)


def test_a_failure_of_long_ago_changes_nothing_of_that(capsys: pytest.CaptureFixture[str]) -> None:
    shared = []
    for seed in range(3):
        with storm(seed) as made:
            made.is_down = True
            made.time.run(lambda made=made: bool(made.calls), 10.0)
            made.is_down = False
            made.pass_(70.0)
            before = len(made.calls)
            made.is_down = True
            made.pass_(AFTER_S)
            shared.append(len(made.calls) - before)
    report(capsys, f"calls before all stopped, with a failure a minute before: {shared}")
    assert max(shared) <= 20


def test_with_time_outs_each_environment_can_be_in_a_call(
    capsys: pytest.CaptureFixture[str],
) -> None:
    calls = calls_when_dead(0, warm_s=WARM_S, after_s=30.0, fails_after_s=10.0)
    report(capsys, f"calls before all stopped, where each times out after 10 s: {calls}")


def test_when_it_is_back_one_probes_and_then_everything_arrives_once() -> None:
    with storm(1, environments=20, a_second=20.0) as made:
        made.pass_(5.0)
        made.is_down = True
        made.pass_(10.0)
        assert made.state.state == "OPEN"
        stopped, made.most_in_flight = len(made.calls), 0
        made.pass_(75.0)
        assert len(made.calls) - stopped == 1
        made.is_down = False
        made.time.run(lambda: made.state.state == "CLOSED", 200.0)
        assert (made.state.state, len(made.calls) - stopped) == ("CLOSED", 2)
        assert made.most_in_flight == 1
        made.makes_new = False
        made.time.run(lambda: not made.pending and not made.in_flight, 900.0)
        made.pass_(1.0)
        assert made.dead == []
        assert len(made.taken) == made.made
        assert set(made.taken.values()) == {1}


def test_while_all_is_well_nobody_writes() -> None:
    with storm(2) as made:
        made.pass_(5.0)
        assert sum(made.taken.values()) > 300
        assert made.breakers.writes == 0
