"""Alerts that were read before: senders tell what fires again and again, word for word."""

from collections.abc import Callable
from typing import Any

from tocsin.domain.alert import Alert

# All that an alert is read from; two that are equal are read as the same alert.
Said = tuple[Any, ...]

# What is larger is read each time, so that memory stays small: fields, and characters of texts.
_FIELDS = 48
_CHARACTERS = 2048


class Remembered:
    """The alerts of one tenant by all that was said of them: those that are told again, and fit.

    In two generations, so at most twice `capacity` alerts, of about 3 KB each, and `seen` numbers.
    Payloads that are read with it must not be changed.
    """

    def __init__(self, capacity: int = 2048, seen: int = 16_384) -> None:
        self._capacity = capacity
        self._most_seen = seen
        self._young: dict[int, tuple[Said, Alert]] = {}
        self._old: dict[int, tuple[Said, Alert]] = {}
        # By the identity of each alert in either of them; "" until somebody asks.
        self._fingerprints: dict[int, str] = {}
        self._seen: dict[int, None] = {}
        self._refused = 0

    def get(self, key: int) -> tuple[Said, Alert] | None:
        """Return what was last said under a key, and the alert that was read of it."""
        known = self._young.get(key)
        if known is None:
            known = self._old.get(key)
            if known is not None:
                self._keep(key, known)
        return known

    def admits(self, key: int) -> bool:
        """Tell whether what is told under a key, that nothing is known of, is worth a place.

        While half of the places are free it is; then the second time, and if there is room. Where
        more is told again and again than fits, to remember each for a moment would cost more than
        it saves; so the old generation goes only after as many were refused as it can hold.
        """
        if 2 * len(self._young) < self._capacity:
            return True
        if key not in self._seen:
            if len(self._seen) >= self._most_seen:
                self._seen = {}
            self._seen[key] = None
            return False
        if len(self._young) < self._capacity:
            return True
        self._refused += 1
        if self._refused <= self._capacity:
            return False
        self._old, self._young, self._refused = self._young, {}, 0
        # Of what is gone the identities will be those of other alerts.
        kept = self._fingerprints
        self._fingerprints = {id(each): kept.get(id(each), "") for _, each in self._old.values()}
        return True

    def put(self, key: int, said: Said, alert: Alert) -> None:
        """Remember what was read, in the place of what was said under this key before."""
        self._keep(key, (said, alert))

    def fingerprint(self, alert: Alert, make: Callable[[Alert], str]) -> str:
        """Return the fingerprint of an alert, which is kept with it if it is remembered.

        `make` must always make the same of an alert.
        """
        known = self._fingerprints.get(id(alert))
        if known:
            return known
        own = make(alert)
        if known is not None:
            self._fingerprints[id(alert)] = own
        return own

    def _keep(self, key: int, known: tuple[Said, Alert]) -> None:
        if len(self._young) < self._capacity or key in self._young:
            generation = self._young
        elif key in self._old:
            generation = self._old
        else:
            return
        before = generation.get(key)
        generation[key] = known
        if before is not None and before is not known:
            self._fingerprints.pop(id(before[1]), None)
        self._fingerprints.setdefault(id(known[1]), "")


def is_small(labels: dict[str, str], annotations: dict[str, str], link: Any) -> bool:
    """Tell whether an alert is small enough to be remembered, by what it was read from."""
    if len(labels) + len(annotations) > _FIELDS or not (link is None or type(link) is str):
        return False
    texts = (*labels, *labels.values(), *annotations, *annotations.values(), link or "")
    return len("".join(texts)) <= _CHARACTERS
