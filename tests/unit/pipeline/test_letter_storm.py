"""Thirty thousand dead letters: every run of the keeper ends in its time and gets further."""

import pytest

from tests.unit.pipeline.letter_storm import RUN_S, Costs, Storm
from tocsin.domain.deadletter import Depth
from tocsin.pipeline import letterarchive

# Coverage is measured on smaller tests; tracing would double the time of these.
pytestmark = pytest.mark.no_cover

MANY = 30_000


def test_every_run_ends_in_time_gets_further_and_shows_all_again() -> None:
    storm = Storm(MANY)
    for _ in range(3):
        before = storm.archived
        assert storm.run() < RUN_S
        assert storm.archived - before > 500
        assert storm.letters.depth("enrich") == Depth(visible=MANY, in_flight=0)


def test_the_last_few_of_many_are_found() -> None:
    storm = Storm(MANY, archived=MANY - 20)
    runs = 0
    while storm.archived < MANY:
        assert storm.run() < RUN_S
        runs += 1
        assert runs < 20
    assert runs > 1


def test_what_cannot_be_shown_again_in_time_shows_itself() -> None:
    storm = Storm(MANY, archived=MANY, costs=Costs(release=0.2))
    took_s = storm.run()
    assert RUN_S - 10 < took_s < RUN_S
    # Five minutes later nothing is hidden any more.
    assert storm.letters.depth("enrich") == Depth(visible=MANY, in_flight=0)


def test_a_service_that_is_slow_to_hand_out_is_read_for_less_long() -> None:
    costs = Costs(receive=0.5, release=0.5)
    storm = Storm(MANY, archived=MANY, costs=costs)
    assert storm.run() < RUN_S
    storm.now_s -= 240
    assert storm.letters.depth("enrich").in_flight == 0


@pytest.mark.parametrize("limit", [100, MANY // 2])
def test_an_archive_too_large_to_list_is_asked_for_each_letter(
    monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    monkeypatch.setattr(letterarchive, "LISTED_LIMIT", limit)
    storm = Storm(MANY, archived=MANY - 2000)
    assert storm.run() < RUN_S
    assert storm.run() < RUN_S
    fresh = storm.archived - (MANY - 2000)
    assert 0 < fresh < 2000
    assert all(storm.blobs.data[key] for key in list(storm.blobs.data)[MANY - 2000 :])
