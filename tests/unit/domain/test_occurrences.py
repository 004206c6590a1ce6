"""The story of an alert, told from records that are there twice and disagree."""

from itertools import permutations

import pytest

from tocsin.domain.handling import Action
from tocsin.domain.journal import (
    ActionRecord,
    DeliveryRecord,
    EnvelopeRecord,
    GivenUpRecord,
    Record,
    TransitionRecord,
)
from tocsin.domain.occurrences import occurrences

NAME, GROUP = "f" * 32, "acme#oncall#1"


def envelope(at_s: float, request: str = "r1", **fields: object) -> EnvelopeRecord:
    given = {"accepted": 1, "provider": "prometheus", "envelope": request, **fields}
    return EnvelopeRecord(request=request, at_s=at_s, **given)  # type: ignore[arg-type]


def change(at_s: float, verdict: str = "new", **fields: object) -> TransitionRecord:
    given = {"source": "r1:0", "episode": 1, "group": GROUP, "receiver": "oncall", **fields}
    return TransitionRecord(
        fingerprint=NAME,
        verdict=verdict,  # type: ignore[arg-type]
        at_s=at_s,
        **given,  # type: ignore[arg-type]
    )


def delivery(at_s: float, outcome: str = "delivered", **fields: object) -> DeliveryRecord:
    given = {"source": "r1:0", "episode": 1, "step": "firing", "group": GROUP, **fields}
    return DeliveryRecord(
        fingerprint=NAME,
        receiver="oncall",
        outcome=outcome,  # type: ignore[arg-type]
        at_s=at_s,
        **given,  # type: ignore[arg-type]
    )


def action(name: str = "a1", at_s: float = 5.0, **fields: object) -> Action:
    given = {"kind": "acknowledge", "episode": 1, "by": "ann", **fields}
    return Action(id=name, fingerprint=NAME, at_s=at_s, **given)  # type: ignore[arg-type]


def acted(done: Action, group: str = GROUP, reason: str = "") -> ActionRecord:
    return ActionRecord(action=done, group=group, receiver="oncall", reason=reason, at_s=9.0)


def story(*records: Record, episodes: tuple[int, ...] = (1,)) -> list[str]:
    return [each.what for each in occurrences(records, NAME, episodes)]


STORY: tuple[Record, ...] = (
    envelope(1.0, forwarded={0: NAME}),
    change(2.0),
    delivery(3.0),
    acted(action()),
)


@pytest.mark.parametrize("order", list(permutations(range(len(STORY)))))
def test_records_tell_the_same_in_any_order_and_any_number(order: tuple[int, ...]) -> None:
    records = [STORY[place] for place in order]
    told = ["accepted", "new", "delivered", "acknowledge"]
    assert story(*records) == told
    assert story(*records, *records) == told


def test_what_is_about_other_alerts_is_left_out() -> None:
    other = envelope(1.0, "r2", forwarded={0: "0" * 32}, duplicates={"0" * 32: 2})
    assert story(other, GivenUpRecord(letter="l", sources=("r2:0",), at_s=2.0)) == []


def test_what_belongs_to_another_episode_is_left_out() -> None:
    before = (
        envelope(0.1, "r0", forwarded={0: NAME}, duplicates={NAME: 3}),
        change(0.2, source="r0:0", episode=0),
        delivery(0.3, source="r0:0", episode=0),
        acted(action("a0", episode=0)),
    )
    assert story(*before, *STORY) == ["accepted", "new", "delivered", "acknowledge"]


def test_repeats_are_one_entry_until_something_else_happens() -> None:
    repeats = [envelope(float(at_s), f"r{at_s}", duplicates={NAME: 2}) for at_s in (4, 6, 7)]
    found = occurrences([*STORY, *repeats], NAME, [1])
    counted = [(each.what, each.count, each.until_s) for each in found if each.what == "duplicate"]
    assert counted == [("duplicate", 2, None), ("duplicate", 4, 7.0)]


def test_a_redelivered_envelope_counts_as_that_which_forwarded() -> None:
    again = envelope(1.0, duplicates={NAME: 1})
    assert story(again, *STORY) == story(*STORY)
    assert story(*STORY, again) == story(*STORY)


def test_an_action_had_an_effect_if_it_had_one_in_any_group() -> None:
    done = action()
    (found,) = occurrences([acted(done, "g1", "over already"), acted(done, "g2")], NAME, [1])
    assert found.reason == ""
    (found,) = occurrences([acted(done, "g1", "over already")], NAME, [1])
    assert found.reason == "no effect: over already"


def test_what_missed_its_episode_is_shown_with_the_reason() -> None:
    late = acted(action(episode=0), reason="another episode by now")
    assert [each.reason for each in occurrences([late], NAME, [1])] == [
        "no effect: another episode by now"
    ]


def test_actions_that_lie_beside_the_alert_need_no_record() -> None:
    kept = [action("a1"), action("a2", 6.0, kind="comment", text="hm")]
    found = occurrences([acted(kept[0])], NAME, [1], kept)
    assert [(each.what, each.text) for each in found] == [("acknowledge", ""), ("comment", "hm")]


def test_each_attempt_is_an_entry_and_each_step_one_though_several_alerts_are_behind_it() -> None:
    tries = [delivery(2.0 + n, "failed", attempt=n, reason="503") for n in (1, 2)]
    behind = [delivery(6.0, "dead", source=source) for source in ("r1:0", "r2:0")]
    found = occurrences([*tries, *behind], NAME, [1])
    assert [(each.what, each.attempt) for each in found] == [
        ("failed", 1),
        ("failed", 2),
        ("dead-lettered", 0),
    ]


@pytest.mark.parametrize(
    "letter",
    [
        GivenUpRecord(letter="l", sources=("r1:0",), at_s=3.0),
        GivenUpRecord(letter="l", request="r1", envelope="r1", accepted=1, at_s=3.0),
    ],
)
def test_what_was_given_up_is_dead_lettered_unless_it_was_finished_since(
    letter: GivenUpRecord,
) -> None:
    forwarded = envelope(1.0, forwarded={0: NAME})
    assert story(forwarded, letter) == ["accepted", "dead-lettered"]
    assert story(forwarded, letter, change(9.0)) == ["accepted", "new"]
