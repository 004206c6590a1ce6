"""Feature flags: what is switched on for one tenant, wholly or for a percentage.

A flag of a rule is on for the rule or not, by the rule's name; a flag of a stage is so by the
tenant. Each of these units has a fixed place from 0 to 100, and is chosen when its place is
below the percentage: a greater percentage only ever adds.
"""

from hashlib import blake2b
from typing import Literal

import msgspec

# Why a flag is not on at all for a tenant, if it is not.
Choice = Literal["on", "off", "excepted", "for others"]
Stage = Literal["rules"]

# What begins so switches a stage on and off; every other flag is for rules.
STAGE_PREFIX = "stage-"
STAGE_FLAGS: dict[Stage, str] = {"rules": "stage-rules"}

_PLACES = 10_000


class Flag(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A feature flag as it concerns one tenant; `percent` (0 to 100) is of its units."""

    choice: Choice = "on"
    percent: int = 100


class FlagEvaluation(msgspec.Struct, frozen=True):
    """Whether a flag is on for one unit, and why."""

    is_on: bool
    reason: str


def place(flag: str, tenant: str, unit: str) -> float:
    """Return the place of a unit under a flag: 0 to 99.99, the same always and everywhere.

    Flags are independent of one another: what one chooses first, another need not.
    """
    digest = blake2b(msgspec.json.encode((flag, tenant, unit)), digest_size=8).digest()
    return int.from_bytes(digest, "big") % _PLACES / (_PLACES / 100)
