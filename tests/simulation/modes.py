"""What kinds of random runs there are: who sends, and what may go wrong."""

from typing import Literal

import msgspec

Senders = tuple[str, ...]

WEBHOOKS: Senders = ("alertmanager", "generic")
ALL: Senders = ("alertmanager", "generic", "alertmanager-api")


class Mode(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of run. Each seed draws the particulars within it."""

    name: str
    says: str
    senders: Senders = WEBHOOKS
    tenants: tuple[str, ...] = ("acme",)
    crashes: int = 9
    # Messages may be late, and pokes may be lost.
    is_late: bool = True
    # Receivers may refuse for good, so that there are dead letters to redrive.
    refuses: bool = False
    # One alert fires under several severities, and its resolve may not name any.
    moves_severity: bool = False
    # Fingerprint rules change meanwhile.
    changes_rules: bool = False
    # All receivers are down for some minutes, and nothing else fails there.
    has_outage: bool = False
    # Alerts climb a policy, and people do something about them.
    escalates: bool = False
    # Alerts climb none, and people do something about them; some routes repeat what fires.
    acts: bool = False
    changes_policies: bool = False
    # Receivers keep an incident for each group.
    keeps_incidents: bool = False
    # Receivers are told at a pace, so that there are digests.
    is_paced: bool = False
    # What senders do, where it is no random mixture.
    plan: Literal["", "steady", "unchanged"] = ""


MODES = {
    mode.name: mode
    for mode in (
        Mode(name="plain", says="workers die; messages are late, doubled and lost"),
        Mode(name="calm", says="as plain, but nobody dies", crashes=0),
        Mode(name="refusing", says="receivers refuse for good; redrive at the end", refuses=True),
        Mode(name="timeouts", says="some firings hold only for a while", senders=ALL),
        Mode(name="severity", says="severities change and route", moves_severity=True),
        Mode(name="tenants", says="two tenants have the same alerts", tenants=("acme", "globex")),
        Mode(
            name="steady",
            says="firings are repeated in time, and nothing is late",
            senders=("alertmanager-api",),
            crashes=0,
            is_late=False,
            plan="steady",
        ),
        Mode(
            name="unchanged",
            says="alerts come back under the same start",
            senders=("alertmanager",),
            crashes=2,
            is_late=False,
            plan="unchanged",
        ),
        Mode(name="rules", says="fingerprint rules change while alerts fire", changes_rules=True),
        Mode(name="outage", says="all receivers are down for a while", has_outage=True),
        Mode(
            name="stormy",
            says="receivers are told at a pace, in digests, and people do something about alerts",
            crashes=30,
            is_paced=True,
            acts=True,
        ),
        Mode(
            name="redriven",
            says="as stormy, and receivers refuse for good; redrive at the end",
            is_paced=True,
            acts=True,
            refuses=True,
        ),
        Mode(
            name="drained",
            says="as stormy, and all receivers are down for a while",
            is_paced=True,
            acts=True,
            has_outage=True,
        ),
        Mode(
            name="climbs",
            says="alerts climb; people acknowledge, give back, snooze, silence and resolve them",
            senders=ALL,
            moves_severity=True,
            escalates=True,
        ),
        Mode(
            name="punctual",
            says="as climbs, but nobody dies and nothing is late",
            crashes=0,
            is_late=False,
            escalates=True,
        ),
        Mode(
            name="policies",
            says="as climbs, and the policy is edited, taken away and given back",
            senders=ALL,
            escalates=True,
            changes_policies=True,
        ),
        Mode(
            name="incidents",
            says="as climbs, and receivers keep incidents, which people have in hand",
            senders=ALL,
            escalates=True,
            keeps_incidents=True,
        ),
        Mode(
            name="all",
            says="everything at once",
            senders=ALL,
            tenants=("acme", "globex"),
            refuses=True,
            moves_severity=True,
        ),
    )
}


def mode_of(seed: int, name: str = "") -> Mode:
    """Return the mode of this name, or without one that of the seed: they take turns."""
    return MODES[name] if name else list(MODES.values())[seed % len(MODES)]
