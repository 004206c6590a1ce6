"""The ledger of deliveries, page by page: nothing is lost, nothing is there twice."""

import random
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from tests.builders import T0
from tocsin.adapters.memory import MemoryJournal
from tocsin.domain.decision import ENRICHED
from tocsin.domain.digest import HANDED
from tocsin.domain.group import GroupKey, digest_of
from tocsin.domain.journal import DeliveryRecord
from tocsin.domain.ledger import Try, Wanted
from tocsin.pipeline import deliveries
from tocsin.pipeline.deliveries import Deliveries, Span

HOUR_S = 3600.0
DAY = Span(T0 - 24 * HOUR_S, T0)


def key(number: int) -> str:
    return f"toc_{number:032x}"


def record(at_s: float, number: int = 0, **fields: Any) -> DeliveryRecord:
    given = {
        "source": f"s{number}:0", "fingerprint": f"{number:032x}", "episode": 1, "step": "firing",
        "receiver": "oncall", "group": f"acme#oncall#{number}", "outcome": "delivered",
        "key": key(number), "attempt": 1, "at_s": at_s,
    }  # fmt: skip
    return DeliveryRecord(**{**given, **fields})


def written(journal: MemoryJournal, *records: DeliveryRecord, after_s: float = 0.2) -> None:
    """Write records as a worker does: a moment after the last of them."""
    at_s = max(each.at_s for each in records) + after_s
    journal.write("acme", at_s, f"w{len(journal.entries)}", records)


def ledger(journal: MemoryJournal, has_time: Callable[[], bool] = lambda: True) -> Deliveries:
    return Deliveries(journal, "acme", has_time)


def all_of(
    journal: MemoryJournal,
    limit: int,
    wanted: Wanted | None = None,
    span: Span = DAY,
    between: Callable[[], None] = lambda: None,
    has_time: Callable[[], bool] = lambda: True,
) -> list[Try]:
    """Turn pages until there are no more."""
    found: list[Try] = []
    before = None
    for _ in range(10_000):
        page = ledger(journal, has_time).page(wanted or Wanted(), span, limit, before)
        assert len(page.tries) <= limit
        found += page.tries
        before = page.after
        if before is None:
            return found
        between()
    raise AssertionError("there is always another page")


def random_journal(seed: int) -> tuple[MemoryJournal, set[str]]:
    """Return a journal of a day and its keys: a storm, quiet hours, and many in one moment."""
    chance, journal, keys = random.Random(seed), MemoryJournal(), set[str]()
    moments = [T0 - chance.uniform(0, 24 * HOUR_S) for _ in range(60)]
    moments += [T0 - 7200.0 - chance.uniform(0, 30.0) for _ in range(120)]
    moments += [T0 - 11_111.0] * 15
    for number, at_s in enumerate(moments):
        steps = [
            record(at_s, number, fingerprint=f"{step:032x}", source=f"s{number}:{step}")
            for step in range(chance.randint(1, 4))
        ]
        written(journal, *steps, after_s=chance.uniform(0.0, 40.0))
        keys.add(key(number))
    return journal, keys


@pytest.mark.parametrize("limit", [1, 7, 50, 500])
@pytest.mark.parametrize("seed", range(3))
def test_pages_have_each_try_once_newest_first(seed: int, limit: int) -> None:
    journal, keys = random_journal(seed)
    found = all_of(journal, limit)
    assert [each.key for each in found] == list(dict.fromkeys(each.key for each in found))
    assert {each.key for each in found} == keys
    times = [each.position.at_ms for each in found]
    assert times == sorted(times, reverse=True)


def test_what_is_written_while_pages_are_turned_moves_nothing() -> None:
    journal, keys = random_journal(1)
    numbers = iter(range(1000, 2000))

    def write() -> None:
        number = next(numbers)
        written(journal, record(T0 + number, number))

    found = all_of(journal, 7, between=write)
    assert sorted(each.key for each in found) == sorted(keys)


def test_without_time_each_request_still_gets_on() -> None:
    journal, keys = random_journal(2)
    found = all_of(journal, 50, has_time=lambda: False)
    assert sorted(each.key for each in found) == sorted(keys)


def test_a_window_that_holds_too_much_is_left_to_the_next_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(deliveries, "_WINDOW_LIMIT", 20)
    monkeypatch.setattr(deliveries, "_LOOK_EVERY", 1)
    journal, keys = random_journal(3)
    found = all_of(journal, 500)
    assert sorted(each.key for each in found) == sorted(keys)


def test_a_quiet_day_is_read_in_few_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    journal = MemoryJournal()
    reads: list[float] = []
    read = journal.read
    monkeypatch.setattr(
        journal,
        "read",
        lambda tenant, since_s, to_s: reads.append(to_s) or read(tenant, since_s, to_s),
    )
    assert all_of(journal, 50) == []
    assert len(reads) < 35


def test_a_full_page_reads_no_further_than_it_must(monkeypatch: pytest.MonkeyPatch) -> None:
    journal = MemoryJournal()
    for number in range(600):
        written(journal, record(T0 - number, number))
    reads: list[float] = []
    read = journal.read
    monkeypatch.setattr(
        journal,
        "read",
        lambda tenant, since_s, to_s: reads.append(since_s) or read(tenant, since_s, to_s),
    )
    page = ledger(journal).page(Wanted(), DAY, 10)
    assert [each.key for each in page.tries] == [key(number) for number in range(10)]
    assert min(reads) >= T0 - 62.0


def test_the_steps_of_a_try_are_one_row_and_what_is_written_twice_is_once() -> None:
    journal = MemoryJournal()
    both = (record(T0 - 5, 1, fingerprint="a"), record(T0 - 5, 1, fingerprint="b", step="resolved"))
    written(journal, *both)
    written(journal, *both)
    (found,) = all_of(journal, 50)
    assert [(each.fingerprint, each.step) for each in found.steps] == [
        ("a", "firing"),
        ("b", "resolved"),
    ]


def test_an_update_beside_news_is_one_try_with_its_reason() -> None:
    journal = MemoryJournal()
    written(
        journal,
        record(T0 - 5, 1, fingerprint="a", outcome="failed", reason="HTTP 503"),
        record(T0 - 5, 1, fingerprint="b", outcome="failed", reason=f"{ENRICHED}: HTTP 503"),
    )
    (found,) = all_of(journal, 50)
    assert (found.ending, found.reason) == ("failed", "HTTP 503")
    assert [each.is_update for each in found.steps] == [False, True]


def test_a_step_that_was_handed_to_a_digest_says_so_and_the_digest_is_marked() -> None:
    journal = MemoryJournal()
    handed = record(T0 - 90, 1, outcome="suppressed", reason=HANDED, key="", attempt=0)
    digest = digest_of(GroupKey("acme", "oncall")).id
    written(journal, handed)
    written(journal, record(T0 - 30, 2, group=digest, fingerprint=handed.fingerprint))
    found = all_of(journal, 50, Wanted(fingerprint=handed.fingerprint))
    assert [(each.ending, each.is_digest) for each in found] == [
        ("delivered", True),
        ("digested", False),
    ]
    assert [each.key for each in all_of(journal, 50, Wanted(ending="suppressed"))] == []


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        (Wanted(receivers=frozenset({"chat", "other"})), [2]),
        (Wanted(ending="dead-lettered"), [3]),
        (Wanted(key=key(1)), [1]),
        (Wanted(fingerprint=f"{3:032x}"), [3]),
        (Wanted(fingerprint=f"{3:032x}", ending="failed"), []),
    ],
)
def test_it_has_what_is_asked_for(wanted: Wanted, numbers: list[int]) -> None:
    journal = MemoryJournal()
    written(journal, record(T0 - 1, 1), record(T0 - 2, 2, receiver="chat"))
    written(journal, record(T0 - 3, 3, outcome="dead"))
    assert [each.key for each in all_of(journal, 1, wanted)] == [key(each) for each in numbers]


def test_both_ends_of_a_span_are_part_of_it() -> None:
    journal = MemoryJournal()
    for number, at_s in enumerate((T0 - 101, T0 - 100, T0 - 50, T0 - 49)):
        written(journal, record(at_s, number))
    found = all_of(journal, 50, span=Span(T0 - 100, T0 - 50))
    assert [each.key for each in found] == [key(2), key(1)]


def test_another_tenants_deliveries_are_not_there() -> None:
    journal = MemoryJournal()
    journal.write("globex", T0 - 5, "w", [record(T0 - 5, 1)])
    assert all_of(journal, 50) == []
    assert ledger(journal).story(key(1), DAY, is_whole=True).tries == ()


def failed_and_delivered(journal: MemoryJournal, at_s: float) -> None:
    first = record(
        at_s, 1, outcome="failed", reason="HTTP 503", accepted_at_s=at_s - 3, due_at_s=at_s - 2,
        began_at_s=at_s - 1,
    )  # fmt: skip
    written(journal, first)
    taken = replace(first, outcome="delivered", reason="", attempt=2, at_s=at_s + 60, receipt="r-7")
    written(journal, taken)


def test_a_story_has_each_try_at_a_notification_oldest_first() -> None:
    journal = MemoryJournal()
    failed_and_delivered(journal, T0 - HOUR_S)
    written(journal, record(T0 - 5, 2))
    story = ledger(journal).story(key(1), DAY, is_whole=False)
    assert [(each.attempt, each.ending) for each in story.tries] == [
        (1, "failed"),
        (2, "delivered"),
    ]
    assert not story.is_cut
    # It does not read on to a time at which nobody owed it.
    assert story.from_s > T0 - 3 * HOUR_S


def test_a_story_that_was_told_again_after_days_is_whole_where_that_is_asked_for() -> None:
    journal = MemoryJournal()
    failed_and_delivered(journal, T0 - HOUR_S)
    written(journal, record(T0 - 20 * HOUR_S, 1, outcome="dead"))
    short = ledger(journal).story(key(1), DAY, is_whole=False)
    whole = ledger(journal).story(key(1), DAY, is_whole=True)
    assert [each.ending for each in short.tries] == ["failed", "delivered"]
    assert [each.ending for each in whole.tries] == ["dead-lettered", "failed", "delivered"]


def test_a_story_says_that_it_was_cut() -> None:
    journal = MemoryJournal()
    failed_and_delivered(journal, T0 - HOUR_S)
    assert ledger(journal, lambda: False).story(key(1), DAY, is_whole=False).is_cut
