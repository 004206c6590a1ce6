"""Stages that run one after the other."""

from collections.abc import Callable
from itertools import count

import msgspec
import pytest

from tests.builders import alert
from tocsin.domain.enrichment.order import EARLY, LATE, STAGES
from tocsin.domain.enrichment.running import failed, run
from tocsin.domain.enrichment.stage import Draft, Subject
from tocsin.domain.errors import Retryable
from tocsin.domain.found import Link


class Linking:
    """A stage that adds a link, and then does as it is told."""

    def __init__(self, name: str, then: Callable[[], str] = lambda: "") -> None:
        self.name = name
        self._then = then

    def run(self, subject: Subject, draft: Draft) -> str:
        link = Link(title=self.name, url=f"https://x.example/{self.name}")
        links = (*draft.found.links, link)
        draft.found = msgspec.structs.replace(draft.found, links=links)
        return self._then()


def _raising(error: Exception) -> Callable[[], str]:
    def then() -> str:
        raise error

    return then


def _run(*stages: Linking, left_s: float = 60.0):
    draft = Draft(alert=alert())
    ticks = count()
    subject = Subject(tenant="acme", fingerprint="f", at_s=1.0, left_s=lambda: left_s)
    results = run(stages, subject, draft, lambda: next(ticks) * 0.25)
    return draft, results


def _links(draft: Draft) -> list[str]:
    return [link.title for link in draft.found.links]


def test_there_are_thirteen_each_in_one_run() -> None:
    assert len(STAGES) == 13
    assert sorted(STAGES) == sorted(EARLY + LATE)


def test_each_stage_sees_what_those_before_it_found_and_is_timed() -> None:
    draft, results = _run(Linking("a"), Linking("b"))
    assert _links(draft) == ["a", "b"]
    assert [(each.stage, each.outcome, each.took_ms) for each in results] == [
        ("a", "ok", 250.0),
        ("b", "ok", 250.0),
    ]


def test_what_a_stage_left_half_done_is_undone_and_its_neighbours_go_on() -> None:
    draft, results = _run(Linking("a"), Linking("b", _raising(ZeroDivisionError())), Linking("c"))
    assert _links(draft) == ["a", "c"]
    assert failed(results) == ("b",)
    assert [each.outcome for each in results] == ["ok", "failed", "ok"]


def test_a_stage_says_why_it_had_nothing_to_do() -> None:
    _, results = _run(Linking("a", lambda: "it has no link"))
    assert (results[0].outcome, results[0].why) == ("skipped", "it has no link")


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (Retryable("example.com answers 503"), "Retryable: example.com answers 503"),
        (ValueError("token=hunter2"), "ValueError"),
    ],
)
def test_only_our_own_words_are_kept_of_an_error(error: Exception, why: str) -> None:
    _, results = _run(Linking("a", _raising(error)))
    assert results[0].why == why


def test_a_stage_for_which_no_time_is_left_is_skipped() -> None:
    draft, results = _run(Linking("a"), left_s=0.0)
    assert _links(draft) == []
    assert (results[0].outcome, results[0].why) == ("skipped", "no time was left")


def test_stages_are_skipped_once_those_before_them_took_all_the_time() -> None:
    draft, results = _run(Linking("a"), Linking("b"), Linking("c"), left_s=0.5)
    assert _links(draft) == ["a", "b"]
    assert [each.outcome for each in results] == ["ok", "ok", "skipped"]
