"""What is sent at each point: two firing alerts in two groups, of which one ends."""

import json
import random
from datetime import UTC, datetime, timedelta
from string import ascii_lowercase
from typing import Any

import msgspec

# Longer than it takes to tell of both firings on a busy machine.
_ENDS_AFTER_S = 20
# Enrichment cuts what one alert says to 64 KiB, so it takes several to be too long for an item.
_LARGE_ALERTS, _TEXTS, _TEXT_CHARACTERS, _WORD_CHARACTERS = 8, 8, 7500, 7


class History(msgspec.Struct, frozen=True, kw_only=True):
    """A variant of the one history; alerts are named after the tenant, so none meets another.

    `refused` lets the receiver refuse the first notification; `timed_out` lets the second
    alert end because nobody repeats it, not by a resolve; `mixed` makes it critical; `large`
    makes several of the first one, which together are too long for a message and for an item.
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
        if self.mixed:
            ends["severity"] = "critical"
        if self.timed_out:
            at = datetime.now(UTC) + timedelta(seconds=_ENDS_AFTER_S)
            ends["ends_at"] = at.isoformat()
        all_stay = _large(stays) if self.large else [stays]
        return json.dumps({"alerts": [*all_stay, ends]}).encode()

    def resolve(self, tenant: str) -> bytes | None:
        """Return the request that ends one of them, if a request does."""
        if self.timed_out:
            return None
        alert = {"name": f"{tenant}-ends", "status": "resolved"}
        if self.mixed:
            alert["severity"] = "critical"
        return json.dumps({"alerts": [alert]}).encode()


def _large(alert: dict[str, str]) -> list[dict[str, Any]]:
    return [
        {**alert, "labels": {"part": str(n)}, "annotations": _long_texts(f"{alert['name']}{n}")}
        for n in range(_LARGE_ALERTS)
    ]


def _long_texts(seed: str) -> dict[str, str]:
    """Return texts that do not compress below the limit of a message, nor look like secrets."""
    source = random.Random(seed)

    def word() -> str:
        return "".join(source.choices(ascii_lowercase, k=_WORD_CHARACTERS))

    words = _TEXT_CHARACTERS // (_WORD_CHARACTERS + 1)
    return {f"text{n}": " ".join(word() for _ in range(words)) for n in range(_TEXTS)}


PLAIN = History(name="plain")
REFUSED = History(name="refused", refused=True)
TIMED_OUT = History(name="timed-out", timed_out=True)
MIXED = History(name="mixed", mixed=True)
LARGE = History(name="large", large=True)
HISTORIES = (PLAIN, REFUSED, TIMED_OUT, MIXED, LARGE)
