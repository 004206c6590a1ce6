"""The way out to people."""

from typing import Protocol

import msgspec

from tocsin.domain.actionlink import MessageAction
from tocsin.domain.alert import Alert
from tocsin.domain.breaker import Breaker
from tocsin.domain.config import Receiver
from tocsin.domain.group import GroupKey, Thread
from tocsin.domain.pace import Pace


class Notification(msgspec.Struct, frozen=True, kw_only=True):
    """One notification as a receiver gets it: the whole group; the first `new` alerts are news.

    `reason` says in Alertmanager's words why it is sent, and `truncated` how many alerts found no
    room in it. `thread` is what was said first of what still fires; None in what opens it.
    `actions` is what somebody who reads it can do. `taken` are those of whom its receiver consists
    that have it, and must not get it again. `acknowledged_by` is who has all of it in hand, where
    it says that and no more; only receivers that keep an incident get such a one.
    """

    key: str
    receiver: Receiver
    group: GroupKey
    alerts: tuple[Alert, ...]
    attempt: int
    new: int = 0
    reason: str = ""
    truncated: int = 0
    external_url: str = ""
    thread: Thread | None = None
    actions: tuple[MessageAction, ...] = ()
    taken: tuple[str, ...] = ()
    acknowledged_by: str = ""

    @property
    def news(self) -> tuple[Alert, ...]:
        """What the receiver does not know yet."""
        return self.alerts[: self.new]


class Receivers(Protocol):
    """The only way out to people; only pipeline.safecall takes it."""

    def send(self, notification: Notification) -> str:
        """Deliver; return what the receiver calls it, "" if it does not say.

        Raises Retryable (with Retry-After, if the receiver said) or Permanent.
        Raises Throttled where the receiver asks for fewer calls, PartlyTaken where some have it
        and others do not yet, and Unsendable where nothing was sent.
        """


class Versioned(Protocol):
    """What is kept for a day at most and written by version: a struct with a key."""

    @property
    def key(self) -> str:
        """Under which it is stored."""

    @property
    def version(self) -> int:
        """The version that it was read with; 0: absent."""


class Breakers(Protocol):
    """What all workers know of the endpoints that failed."""

    def read(self, key: str, now_s: float) -> Breaker | None:
        """Return what is stored, consistently; None for what is absent or has expired."""

    def write(self, breaker: Breaker, now_s: float) -> None:
        """Store a state as the version after the one it was read with (0: absent).

        Raises Conflict if another was stored meanwhile. It expires a day after `now_s`.
        """


class Paces(Protocol):
    """What all workers know of how much their receivers were told lately."""

    def read(self, key: str, now_s: float) -> Pace | None:
        """Return what is stored, consistently; None for what is absent or has expired."""

    def write(self, pace: Pace, now_s: float) -> None:
        """Store a record as the version after the one it was read with (0: absent).

        Raises Conflict if another was stored meanwhile. It expires a day after `now_s`.
        """
