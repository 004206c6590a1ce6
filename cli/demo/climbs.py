"""What became of an alert's escalation, as its timeline tells it."""

from collections.abc import Iterator
from typing import Any

import msgspec

from cli.demo.ruled import CLIMBING, CLIMBING_LABELS, LEAD, SECOND, TENANT
from cli.onealert.client import AlertApi, Refused
from tocsin.domain.fingerprint import fingerprint

# Step, and whom it told; the third step is acknowledged away.
_EXPECTED = ((1, (SECOND,)), (2, (LEAD,)))


class Climb(msgspec.Struct, frozen=True):
    """The entries of a timeline that are about escalation, oldest first."""

    entries: tuple[dict[str, Any], ...]

    def lines(self) -> Iterator[str]:
        """Yield a line an entry."""
        for entry in self.entries:
            step = entry["escalation"]
            people = f" ({', '.join(step['people'])} on call)" if step["people"] else ""
            told = f" step {step['step']}: {', '.join(step['receivers'])}{people}"
            what = told if entry["what"] == "escalated" else f" {entry['what']}: {entry['reason']}"
            yield f"{TENANT}: {CLIMBING}, policy {step['policy']},{what}"


def read_climb(base_url: str, key: str) -> Climb:
    """Ask for the story of the alert that climbs; nothing of it if there is none."""
    try:
        shown = AlertApi(base_url, key).show(fingerprint(TENANT, CLIMBING_LABELS))
    except Refused:
        return Climb(())
    return Climb(tuple(each for each in shown["timeline"]["entries"] if "escalation" in each))


def check_climb(climb: Climb) -> Iterator[str]:
    """Yield how an escalation went otherwise than it should: two steps, then acknowledged."""
    taken = [each["escalation"] for each in climb.entries if each["what"] == "escalated"]
    told = tuple((each["step"], tuple(each["receivers"])) for each in taken)
    if told != _EXPECTED:
        yield f"{TENANT}: {CLIMBING} climbed {told}, expected {_EXPECTED}"
    stops = [each["reason"] for each in climb.entries if each["what"] == "escalation-stopped"]
    if not any("acknowledged" in reason for reason in stops):
        yield f"{TENANT}: {CLIMBING} was not stopped by the acknowledgement, but by {stops}"
