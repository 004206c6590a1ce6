"""The books."""

from typing import Any

from tests.builders import T0
from tocsin.domain.balance import add_up
from tocsin.domain.journal import DeliveryRecord, EnvelopeRecord, TransitionRecord


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
