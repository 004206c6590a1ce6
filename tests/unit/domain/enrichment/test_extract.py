"""The summariser that is built in: sentences of prose, lists and logs, and which it picks."""

import sys
from time import process_time

import pytest

from tocsin.domain.enrichment.extract import summarise
from tocsin.domain.enrichment.sentences import LOOK_CHARACTERS, cut, sentences

RUNBOOK = """\
Home
Sign in
# Runbook: database replication lag

This page describes what to do when the replica falls
behind the primary. Replication lag above 30 s usually
means a long transaction, e.g. a migration, or a full disk on the
replica db-2.prod.example.com. Customers see stale orders.

1. Check the disk usage on the replica with df -h.
2. Verify that no migration runs: SELECT * FROM pg_stat_activity.

Copyright 2025 Example Inc. All rights reserved.
"""

LOG = """\
2025-11-22T10:00:01.123Z INFO starting worker pid=1
2025-11-22T10:00:02.123Z INFO connected to 10.0.0.1:5432
2025-11-22T10:00:03.123Z ERROR connection refused: 10.0.0.1:5432 after 3 retries
    at com.acme.Pool(Pool.java:12)
2025-11-22T10:00:04.123Z ERROR connection refused: 10.0.0.2:5432 after 3 retries
2025-11-22T10:00:05.123Z FATAL out of memory: killed process 4242 (java)
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It failed. Then it hung! Why? Nobody knows", 4),
        ("Version 2.1.0 of db-1.prod.example.com failed at 10.5 %. Look at it.", 2),
        ("See e.g. Grafana, i.e. the board of Mr. Smith (cf. No. 5). Then act.", 2),
        ("It said \u201cno\u201d. \u00c9tienne looked.", 2),
        ("- one thing\n- another thing\n* a third", 3),
        ("", 0),
        (" \n\t\u2028\x00 ", 1),
    ],
)
def test_where_sentences_end(text, expected):
    assert len(sentences(text)) == expected


def test_a_wrapped_line_goes_on_and_a_log_line_is_alone():
    found = sentences(RUNBOOK)
    assert "This page describes what to do when the replica falls behind the primary." in found
    assert sentences(LOG)[2:4] == [
        "ERROR connection refused: 10.0.0.1:5432 after 3 retries",
        "at com.acme.Pool(Pool.java:12)",
    ]


def test_what_tells_most_is_kept_in_its_order_and_word_for_word():
    found = summarise(RUNBOOK, 300)
    lag, stale, check = (
        found.find(each)
        for each in ("Replication lag above 30 s usually means", "Customers see", "Check the disk")
    )
    assert 0 <= lag < min(place for place in (stale, check) if place >= 0)
    for noise in ("Home", "Sign in", "Copyright"):
        assert noise not in found
    assert all(each.strip(".") in " ".join(RUNBOOK.split()) for each in found.split(". "))


def test_of_a_log_errors_are_kept_once_and_no_frames():
    found = summarise(LOG, 400)
    assert found.count("connection refused") == 1
    assert "out of memory" in found
    assert "INFO" not in found
    assert "Pool.java" not in found


@pytest.mark.parametrize("limit", [0, 1, 2, 10, 80, 200, 5000])
@pytest.mark.parametrize(
    "text", [RUNBOOK, LOG, "x" * 500, "word " * 500, "A. B. C.", "\ud800 \x00"]
)
def test_it_is_never_longer_than_it_may_be_and_always_the_same(text, limit):
    found = summarise(text, limit)
    assert len(found) <= limit
    assert found == summarise(text, limit)


def test_what_tells_nothing_is_better_than_nothing():
    assert summarise("Hello there", 100) == "Hello there"
    assert summarise("INFO all is well here", 100) == "INFO all is well here"
    assert summarise("\n \n", 100) == ""


def test_a_sentence_that_is_too_long_is_cut_between_words():
    assert cut("alpha beta gamma", 13) == "alpha beta\u2026"
    assert summarise("The disk of the replica is full because of logs", 20).endswith("\u2026")


HOSTILE = {
    "dots": "." * 64_000,
    "spaces": " " * 64_000,
    "ends": "A. " * 21_000,
    "one word": "a" * 64_000,
    "telling": "error " * 10_000,
    "lines": "x\n" * 32_000,
    "quotes": ".\"'" * 21_000,
    "wide": "\u65e5\u672c\u3002" * 21_000,
    "marks": "#>-*" * 16_000,
    "dates": "2025-11-22T10:00:00" * 3_000,
}


def _least_s(text: str) -> float:
    times = []
    for _ in range(5):
        began_s = process_time()
        summarise(text, 600)
        times.append(process_time() - began_s)
    return min(times)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_costs_little_more_than_prose_of_that_length(name):
    prose_s = _least_s((RUNBOOK * 60)[:LOOK_CHARACTERS])
    took_s = _least_s(HOSTILE[name])
    sys.stdout.write(f"{name}: {took_s / prose_s:.1f} times prose\n")
    assert took_s < 20 * prose_s
