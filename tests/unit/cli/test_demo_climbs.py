"""What an escalation must look like in the demonstration, and what is said of it if it does not."""

from typing import Any

import pytest

from cli.demo.climbs import Climb, check_climb, read_climb
from cli.vendors.localserver import Answer, local_server


def entry(what: str, step: int, *receivers: str, people: Any = (), reason: str = "") -> Any:
    told = {"policy": "checkout", "step": step, "receivers": receivers, "people": people}
    return {"what": what, "reason": reason, "escalation": told}


FIRST = entry("escalated", 1, "second", people=["ann"])
SECOND = entry("escalated", 2, "lead")
THIRD = entry("escalated", 3, "boss")
STOPPED = entry("escalation-stopped", 3, reason="acknowledged by ann")


def test_two_steps_and_an_acknowledgement_are_as_they_should_be() -> None:
    climb = Climb((FIRST, SECOND, STOPPED))
    assert list(check_climb(climb)) == []
    assert list(climb.lines()) == [
        "initech: CheckoutDown shop-1, policy checkout, step 1: second (ann on call)",
        "initech: CheckoutDown shop-1, policy checkout, step 2: lead",
        "initech: CheckoutDown shop-1, policy checkout, escalation-stopped: acknowledged by ann",
    ]


@pytest.mark.parametrize(
    "entries",
    [
        (),
        (FIRST, SECOND),
        (FIRST, STOPPED),
        (SECOND, FIRST, STOPPED),
        (FIRST, SECOND, THIRD, STOPPED),
        (FIRST, SECOND, entry("escalation-stopped", 3, reason="the alert is over")),
    ],
)
def test_whatever_else_is_named(entries: tuple[Any, ...]) -> None:
    assert list(check_climb(Climb(entries)))


def test_an_alert_that_nobody_knows_has_climbed_nowhere() -> None:
    with local_server("") as server:
        server.respond = lambda _request: Answer(404, body=b'{"error": "no such alert"}')
        assert read_climb(server.url, "key").entries == ()
