"""What is sent at each point: two firing alerts in two groups, of which one ends."""

import json
import random
from datetime import UTC, datetime, timedelta

import msgspec

# Longer than it takes to tell of both firings on a busy machine.
_ENDS_AFTER_S = 20
_TEXTS, _TEXT_CHARACTERS = 60, 8000


class History(msgspec.Struct, frozen=True, kw_only=True):
    """A variant of the one history; alerts are named after the tenant, so none meets another.

    `refused` lets the receiver refuse the first notification; `timed_out` lets the second
    alert end because nobody repeats it, not by a resolve; `mixed` makes it critical; `large`
    makes the first one too long for a message and for an item.
    """

    name: str
    refused: bool = False
    timed_out: bool = False
    mixed: bool = False
    large: bool = False

    @property
    def calm_tenant(self) -> str:
        """The tenant of the undisturbed run."""
        return f"k9-calm-{self.name}"

    def firing(self, tenant: str) -> bytes:
        """Return the request that brings both alerts."""
        stays, ends = {"name": f"{tenant}-stays"}, {"name": f"{tenant}-ends"}
        if self.large:
            stays["annotations"] = _long_texts(tenant)
        if self.mixed:
            ends["severity"] = "critical"
        if self.timed_out:
            at = datetime.now(UTC) + timedelta(seconds=_ENDS_AFTER_S)
            ends["ends_at"] = at.isoformat()
        return json.dumps({"alerts": [stays, ends]}).encode()

    def resolve(self, tenant: str) -> bytes | None:
        """Return the request that ends one of them, if a request does."""
        if self.timed_out:
            return None
        alert = {"name": f"{tenant}-ends", "status": "resolved"}
        if self.mixed:
            alert["severity"] = "critical"
        return json.dumps({"alerts": [alert]}).encode()


def _long_texts(seed: str) -> dict[str, str]:
    """Return texts that do not compress below the limit of a message."""
    source = random.Random(seed)
    return {
        f"text{number}": source.randbytes(_TEXT_CHARACTERS // 2).hex() for number in range(_TEXTS)
    }


PLAIN = History(name="plain")
REFUSED = History(name="refused", refused=True)
TIMED_OUT = History(name="timed-out", timed_out=True)
MIXED = History(name="mixed", mixed=True)
LARGE = History(name="large", large=True)
HISTORIES = (PLAIN, REFUSED, TIMED_OUT, MIXED, LARGE)
