"""The books."""

from itertools import permutations
from typing import Any

from tests.builders import T0
from tocsin.domain.balance import add_up
from tocsin.domain.journal import (
    DeliveryRecord,
    EnvelopeRecord,
    GivenUpRecord,
    TransitionRecord,
)


def _envelope(**fields: Any) -> EnvelopeRecord:
    defaults: dict[str, Any] = {"request": "r", "envelope": "r", "accepted": 1}
    return EnvelopeRecord(provider="generic", at_s=T0, **{**defaults, **fields})


def _change(source: str, verdict: str = "new", receiver: str = "a", reason: str = ""):
    return TransitionRecord(
        source=source,
        fingerprint="f",
        verdict=verdict,  # type: ignore[arg-type]
        group=f"g-{receiver}",
        receiver=receiver,
        episode=1,
        at_s=T0,
        reason=reason,
    )


def _delivery(source: str, outcome: str, receiver: str = "a", reason: str = ""):
    return DeliveryRecord(
        source=source,
        fingerprint="f",
        episode=1,
        step="firing",
        receiver=receiver,
        group=f"g-{receiver}",
        outcome=outcome,  # type: ignore[arg-type]
        reason=reason,
        at_s=T0,
    )


def test_nothing_is_nothing() -> None:
    assert add_up([]).is_settled


def test_every_accepted_alert_ends_in_exactly_one_count() -> None:
    balance = add_up(
        [
            _envelope(accepted=6, forwarded={0: "f", 1: "g", 2: "h"}, dead={3: "ValueError"}),
            _change("r:0"),
            _delivery("r:0", "delivered"),
            _change("r:1", "stale", reason="older than what is known"),
            _change("r:2", "repeat"),
        ]
    )
    assert (balance.accepted, balance.delivered, balance.duplicate) == (6, 1, 3)
    assert balance.suppressed == {"older than what is known": 1}
    assert balance.dead_lettered == 1
    assert balance.is_settled


def test_what_is_forwarded_is_pending_until_it_is_settled() -> None:
    balance = add_up([_envelope(forwarded={0: "f"})])
    assert (balance.pending, balance.is_settled) == (1, False)
    balance = add_up([_envelope(forwarded={0: "f"}), _change("r:0")])
    assert balance.pending == 1
    balance = add_up([_envelope(forwarded={0: "f"}), _change("r:0"), _delivery("r:0", "failed")])
    assert balance.pending == 1


def test_records_that_stand_twice_count_once() -> None:
    records = [_envelope(accepted=2, forwarded={0: "f"}), _change("r:0")]
    records.append(_delivery("r:0", "delivered"))
    assert add_up(records * 3) == add_up(records)


def test_what_happened_outweighs_what_was_planned() -> None:
    balance = add_up(
        [
            _envelope(forwarded={0: "f"}),
            _change("r:0"),
            _change("r:0", "repeat"),
            _delivery("r:0", "suppressed", reason="fired again before anybody was told"),
            _delivery("r:0", "delivered"),
        ]
    )
    assert (balance.delivered, balance.suppressed, balance.duplicate) == (1, {}, 0)


def test_an_alert_is_delivered_only_when_every_receiver_has_it() -> None:
    base = [_envelope(forwarded={0: "f"}), _change("r:0"), _change("r:0", receiver="b")]
    assert add_up([*base, _delivery("r:0", "delivered")]).pending == 1
    both = [*base, _delivery("r:0", "delivered"), _delivery("r:0", "dead", "b")]
    assert add_up(both).dead_lettered == 1
    both = [*base, _delivery("r:0", "delivered"), _delivery("r:0", "suppressed", "b", "why")]
    assert add_up(both).delivered == 1


def test_the_parts_of_a_request_add_up() -> None:
    balance = add_up(
        [
            _envelope(envelope="r.u", accepted=1, forwarded={4: "f"}),
            _envelope(envelope="r.n", accepted=3),
            _change("r:4"),
            _delivery("r:4", "delivered"),
        ]
    )
    assert (balance.accepted, balance.delivered, balance.duplicate) == (4, 1, 3)


def test_a_separated_alert_that_comes_back_is_counted_once() -> None:
    first = _envelope(accepted=2, forwarded={0: "f"}, dead={1: "ValueError"})
    fates = [_change("r:0"), _delivery("r:0", "delivered")]
    assert add_up([first, *fates]).dead_lettered == 1
    back = _envelope(envelope="r.1", accepted=0, forwarded={1: "g"})
    balance = add_up([first, *fates, back, _change("r:1"), _delivery("r:1", "delivered")])
    assert (balance.accepted, balance.delivered, balance.dead_lettered) == (2, 2, 0)
    repeated = _envelope(envelope="r.1", accepted=0, repeated=(1,))
    balance = add_up([first, *fates, repeated])
    assert (balance.accepted, balance.duplicate, balance.dead_lettered) == (2, 1, 0)
    assert balance.is_settled


def _given_up(**fields: Any) -> GivenUpRecord:
    return GivenUpRecord(letter="letter", at_s=T0, **fields)


GIVEN_UP = _given_up(request="r", envelope="r", accepted=3)
ENRICHED = _envelope(accepted=3, forwarded={0: "f", 1: "g"})
FATES = [_change("r:0"), _delivery("r:0", "delivered"), _change("r:1", "stale", reason="old")]


def test_what_sqs_gave_up_before_enrich_is_accepted_and_dead() -> None:
    balance = add_up([GIVEN_UP])
    assert (balance.accepted, balance.dead_lettered, balance.pending) == (3, 3, 0)
    assert balance.is_settled


def test_a_part_that_sqs_gave_up_leaves_the_other_alone() -> None:
    balance = add_up(
        [
            _given_up(request="r", envelope="r.u", accepted=2, indices=(1, 4)),
            _envelope(envelope="r.n", accepted=3, forwarded={0: "f"}),
            _change("r:0"),
            _delivery("r:0", "delivered"),
        ]
    )
    assert (balance.accepted, balance.delivered, balance.duplicate) == (5, 1, 2)
    assert (balance.dead_lettered, balance.is_settled) == (2, True)


def test_what_enrich_says_outweighs_that_sqs_gave_up_in_any_order() -> None:
    expected = add_up([ENRICHED, *FATES])
    for order in permutations([GIVEN_UP, ENRICHED, *FATES]):
        assert add_up(order) == add_up([*order, *order]) == expected
    assert (expected.accepted, expected.delivered, expected.dead_lettered) == (3, 1, 0)


def test_what_went_on_before_its_envelope_was_given_up_is_counted_by_its_fate() -> None:
    balance = add_up([GIVEN_UP, *FATES])
    assert (balance.accepted, balance.delivered, balance.dead_lettered) == (3, 1, 1)
    assert balance.suppressed == {"old": 1}
    assert balance.is_settled


def test_changes_that_sqs_gave_up_are_dead_where_nothing_else_became_of_them() -> None:
    records = [ENRICHED, _given_up(sources=("r:0", "r:1", "other:7"))]
    balance = add_up(records)
    assert (balance.accepted, balance.duplicate, balance.dead_lettered) == (3, 1, 2)
    assert balance.is_settled
    assert add_up(records * 2) == add_up(records[::-1]) == balance


def test_any_fate_in_any_group_outweighs_that_sqs_gave_up() -> None:
    for order in permutations([ENRICHED, _given_up(sources=("r:0", "r:1")), *FATES]):
        assert add_up(order) == add_up([ENRICHED, *FATES])
    under_way = add_up([ENRICHED, _given_up(sources=("r:0",)), _change("r:0")])
    assert (under_way.pending, under_way.dead_lettered) == (2, 0)


def test_changes_and_their_envelope_can_both_be_given_up() -> None:
    both = [GIVEN_UP, _given_up(sources=("r:0", "r:1"))]
    assert add_up(both) == add_up(both[::-1]) == add_up([GIVEN_UP])


def test_a_separated_alert_that_is_given_up_stays_dead_and_is_counted_once() -> None:
    first = _envelope(accepted=2, forwarded={0: "f"}, dead={1: "ValueError"})
    fates = [_change("r:0"), _delivery("r:0", "delivered")]
    again = _given_up(request="r", envelope="r.1", indices=(1,))
    assert add_up([again, first, *fates]) == add_up([first, *fates])
    back = _envelope(envelope="r.1", accepted=0, repeated=(1,))
    balance = add_up([again, first, *fates, back])
    assert (balance.accepted, balance.duplicate, balance.dead_lettered) == (2, 1, 0)
