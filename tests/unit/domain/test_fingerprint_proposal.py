"""Proposals merge what only varies, and never what fired at the same time as another thing."""

from itertools import combinations
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.builders import T0, alert
from tocsin.domain.fingerprint_proposal import Proposal, Seen, propose
from tocsin.domain.fingerprint_rules import FingerprintRule, RuleSet
from tocsin.domain.identity import Identifier
from tocsin.domain.masks import Mask

HOUR_S = 3600.0


def seen(at_s: float, hold_s: float | None = 300.0, **fields: Any) -> Seen:
    fields.setdefault("starts_at_s", T0 + at_s)
    name = fields.pop("name", "Job")
    return Seen(alert=alert(name, **fields), at_s=T0 + at_s, hold_s=hold_s)


def repeats(*values: str, label: str = "run", every_s: float = 60.0, **labels: str) -> list[Seen]:
    """Return one alert that fires from 0 on and bears another value each time."""
    return [
        seen(place * every_s, starts_at_s=T0, labels={label: value, **labels})
        for place, value in enumerate(values)
    ]


def proposed(*events: Seen, provider: str = "alertmanager") -> Proposal | None:
    return propose(provider, events)


def test_a_label_that_is_another_in_every_repeat_is_proposed_with_what_it_would_have_saved() -> (
    None
):
    found = proposed(*repeats("red", "green", "blue", "grey"))
    assert found is not None
    assert found.rule == FingerprintRule(provider="alertmanager", exclude=("run",))
    assert (found.alerts, found.distinct_before, found.distinct_after) == (4, 4, 1)
    assert found.reduction == 0.75
    assert [each["run"] for each in found.examples[0]] == ["red", "green", "blue"]


def test_a_mask_is_proposed_where_it_does_the_same() -> None:
    found = proposed(
        *repeats("web-7d9c5b8f6d-x2x4z", "web-7d9c5b8f6d-zzzzz", "web-7d9c5b8f6d-bbbbb")
    )
    assert found is not None
    assert found.rule.exclude == ()
    assert found.rule.masks == (Mask(fields=("run",), kinds=("pod",)),)


def test_labels_that_change_together_are_found() -> None:
    events = [
        seen(n * 60.0, starts_at_s=T0, labels={"run": f"r{n}x", "took": f"{n}ms", "host": "a"})
        for n in range(4)
    ]
    found = proposed(*events)
    assert found is not None
    assert found.distinct_after == 1
    fields = {each for mask in found.rule.masks for each in mask.fields}
    assert fields | set(found.rule.exclude) == {"run", "took"}


def test_two_things_in_every_request_do_not_hide_what_varies_in_each() -> None:
    events = [
        seen(n * 60.0, starts_at_s=T0, labels={"host": host, "run": f"{n}x{host}", "at": f"{n}y"})
        for n in range(4)
        for host in "ab"
    ]
    found = proposed(*events)
    assert found is not None
    assert (found.distinct_before, found.distinct_after) == (8, 2)


def test_what_ended_before_the_next_began_is_merged_without_a_common_start() -> None:
    events = [
        seen(n * HOUR_S + later, status=status, labels={"run": word}, starts_at_s=T0 + n * HOUR_S)
        for n, word in enumerate(["red", "green", "blue", "grey"])
        for later, status in ((0.0, "firing"),)
    ]
    found = proposed(*events)
    assert found is not None
    assert found.distinct_after == 1


@pytest.mark.parametrize(
    "events",
    [
        pytest.param([seen(0, labels={"run": x}) for x in "abc"], id="in one request"),
        pytest.param(
            [seen(n * 60.0, starts_at_s=T0, labels={"run": "ab"[n % 2]}) for n in range(8)],
            id="alternating",
        ),
        pytest.param(
            [seen(n * 10.0, starts_at_s=T0, labels={"run": "abc"[n]}) for n in range(3)],
            id="reported together",
        ),
        pytest.param(
            [seen(n * 60.0, starts_at_s=T0 - 900, labels={"run": "abc"[n]}) for n in range(3)],
            id="begun before anything is known",
        ),
        pytest.param(
            [seen(n * 60.0, hold_s=None, labels={"run": "abcd"[n]}) for n in range(4)],
            id="never ended",
        ),
        pytest.param(
            [
                seen(0, hold_s=None, labels={"run": "a"}),
                seen(900, hold_s=None, labels={"run": "b"}, status="resolved"),
                seen(1800, hold_s=None, labels={"run": "c"}, status="resolved"),
            ],
            id="the resolve of another",
        ),
        pytest.param(
            [
                seen(n * 60.0, None, starts_at_s=T0 + n // 3 * 150, labels={"run": "abcdef"[n]})
                for n in range(6)
            ],
            id="another that begins before the one has ended",
        ),
        pytest.param(repeats("a", "b"), id="too few"),
        pytest.param(repeats("a", "b", "c", label="instance"), id="a label that tells apart"),
        pytest.param(
            [
                seen(n * HOUR_S + m * 60, labels={"run": word}, starts_at_s=T0 + n * HOUR_S)
                for n, word in enumerate("abc")
                for m in range(4)
            ],
            id="mostly the same",
        ),
        pytest.param([], id="nothing"),
    ],
)
def test_nothing_is_proposed_where_it_could_hide_another_thing(events: list[Seen]) -> None:
    assert proposed(*events) is None


def test_what_comes_in_turn_is_kept_apart_though_another_label_only_varies() -> None:
    events = [
        seen(n * 40.0, starts_at_s=T0, labels={"run": "abcdef"[n], "which": "xy"[n % 2]})
        for n in range(6)
    ]
    found = proposed(*events)
    assert found is not None
    assert found.rule.exclude == ("run",)
    assert found.distinct_after == 2


def test_labels_that_tocsin_chose_are_not_proposed() -> None:
    assert proposed(*repeats("a", "b", "c", "d"), provider="newrelic") is None


def test_one_alert_in_the_way_is_enough() -> None:
    good = repeats("red", "green", "blue", "grey")
    bad = [seen(20_000, name="Other", labels={"run": x}) for x in "xy"]
    assert proposed(*good) is not None
    assert proposed(*good, *bad) is None


class Thing:
    """One real problem: which it is, and when it fires."""

    def __init__(self, which: str, start_s: float, length_s: float) -> None:
        self.which, self.start_s, self.end_s = which, start_s, start_s + length_s

    def fires_with(self, other: "Thing") -> bool:
        return self.start_s <= other.end_s and other.start_s <= self.end_s


@st.composite
def landscapes(draw: Any) -> tuple[list[Thing], list[tuple[Thing, Seen]]]:
    """Return things and what a sender reports of them, promptly and again and again.

    Every report bears another `run`; `which` tells the things apart, and no module knows it.
    """
    every_s = draw(st.sampled_from([60.0, 90.0, 240.0]))
    starts = draw(st.lists(st.integers(0, 40), min_size=1, max_size=5))
    things = [
        Thing(
            "pqrst"[draw(st.integers(0, n))],
            start * 60.0,
            draw(st.sampled_from([0.0, 500.0, 1500.0])),
        )
        for n, start in enumerate(starts)
    ]
    assume(not any(a.which == b.which and a.fires_with(b) for a, b in combinations(things, 2)))
    volatile, says_end = draw(st.booleans()), draw(st.booleans())
    hold_s = None if says_end and draw(st.booleans()) else 1.5 * every_s
    events: list[tuple[Thing, Seen]] = []
    for thing in things:
        at_s = thing.start_s + draw(st.floats(0, 25))
        while at_s <= max(thing.end_s, thing.start_s + 25):
            events.append((thing, _report(thing, at_s, "firing", volatile, len(events), hold_s)))
            at_s += every_s
        if says_end:
            at_s = max(at_s - every_s, thing.end_s) + 1
            events.append((thing, _report(thing, at_s, "resolved", volatile, len(events), hold_s)))
    return things, events


def _report(
    thing: Thing, at_s: float, status: Any, volatile: bool, number: int, hold_s: float | None
) -> Seen:
    labels = {"which": thing.which, "run": f"v{number}" if volatile else "v"}
    return seen(at_s, hold_s, starts_at_s=T0 + thing.start_s, status=status, labels=labels)


@given(landscapes())
@settings(max_examples=400, deadline=None)
def test_two_things_that_fired_at_the_same_time_are_never_made_one(
    landscape: tuple[list[Thing], list[tuple[Thing, Seen]]],
) -> None:
    _, events = landscape
    found = proposed(*(each for _, each in events))
    if found is None:
        return
    identifier = Identifier("acme", "alertmanager", T0, (RuleSet(rules=(found.rule,)),))
    names = [(thing, identifier.fingerprint(each.alert, None, 0)) for thing, each in events]
    for (one, a), (other, b) in combinations(names, 2):
        if one.which != other.which and one.fires_with(other):
            assert a != b, (found.rule, one.which, other.which)
    assert found.distinct_after == len({name for _, name in names})


@given(
    st.lists(st.sampled_from(["red", "green", "blue", "grey"]), min_size=3, max_size=6, unique=True)
)
def test_the_order_in_which_the_alerts_are_given_does_not_matter(values: list[str]) -> None:
    events = repeats(*values)
    assert propose("alertmanager", events) == propose("alertmanager", events[::-1])
