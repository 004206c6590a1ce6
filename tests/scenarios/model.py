"""A scenario as data: a configuration, what happens to it, and what receivers must hear.

Times are in units, counted from the start; a target says how many seconds a unit is. While a
server is started again, the time of the scenario stands still.
"""

from typing import Any, Literal

import msgspec

Kind = Literal[
    "push",
    "resolve",
    "silence",
    "expire",
    "answer",
    "kill",
    "stop",
    "start",
    "reload",
    "shows",
    "ask",
]


class Sent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An alert as it is pushed. A time that is left out is not sent."""

    alert: str
    starts: float | None = None
    ends: float | None = None
    annotations: dict[str, str] = {}
    url: str = ""


class SilenceWanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A silence under a name that only the scenario knows; one that is known is edited."""

    name: str
    matchers: list[str]
    starts: float = 0.0
    ends: float


class Answer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a receiver answers from now on: how late in units, and with what."""

    status: int = 200
    after: float = 0.0
    retry_after_s: int | None = None


class Ask(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A request of the API, its status, and a part of the JSON of its answer."""

    path: str
    method: str = "GET"
    body: Any = None
    text: str = ""
    headers: dict[str, str] = {}
    status: int = 200
    answers: Any = msgspec.UNSET


class Event(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something that happens; exactly one field beside `at` and `status` says what.

    `push` and `resolve` (which ends alerts now) must be answered with `status`. `shows` is the
    state of every alert that GET /alerts lists.
    """

    at: float
    status: int = 200
    push: list[str | Sent] = []
    resolve: list[str] = []
    silence: SilenceWanted | None = None
    expire: str = ""
    answer: dict[str, Answer | int] = {}
    kill: bool = False
    stop: bool = False
    start: bool = False
    reload: dict[str, Any] = {}
    shows: dict[str, str] | None = None
    ask: Ask | None = None

    @property
    def kind(self) -> Kind:
        """What happens. Raises ValueError unless it is exactly one thing."""
        said = [
            name for name in Kind.__args__ if getattr(self, name) not in ([], {}, None, "", False)
        ]
        if self.shows is not None:
            said = [*{*said, "shows"}]
        if len(said) != 1:
            raise ValueError(f"the event at {self.at:g} says {said or 'nothing'}")
        return said[0]


class Expected(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A notification: when it arrives, where, and exactly which alerts it holds.

    `times` is how many such may come, at least and at most. `body` is a part of the body,
    `alerts` a part of what it says of each alert. `reason` is only known to tocsin.
    """

    between: tuple[float, float]
    to: str = "hook"
    firing: list[str] = []
    resolved: list[str] = []
    answered: int = 200
    times: tuple[int, int] = (1, 1)
    reason: str = ""
    body: dict[str, Any] = {}
    alerts: dict[str, dict[str, Any]] = {}


class Scenario(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A story. `expect` is what both tell.

    Where tocsin differs on purpose, `differs` says why, and each has expectations and events of
    its own. `begins_before_minute` waits for a full minute, so many units before it; the
    configuration calls that minute `$minute`. `not_in_cloud` says why it is left out there.
    """

    configuration: dict[str, Any]
    alerts: dict[str, dict[str, str]]
    events: list[Event]
    expect: list[Expected] = []
    until: float
    differs: str = ""
    expect_tocsin: list[Expected] = []
    expect_alertmanager: list[Expected] = []
    events_tocsin: list[Event] = []
    events_alertmanager: list[Event] = []
    begins_before_minute: float | None = None
    not_in_cloud: str = ""
    short: bool = False
    theme: str = ""
    name: str = ""

    def expected_of(self, program: str) -> list[Expected]:
        """Return what a program must tell: `tocsin` or `alertmanager`."""
        own = self.expect_tocsin if program == "tocsin" else self.expect_alertmanager
        return [*self.expect, *own]

    def events_of(self, program: str) -> list[Event]:
        """Return what happens to a program, in order."""
        own = self.events_tocsin if program == "tocsin" else self.events_alertmanager
        return sorted([*self.events, *own], key=lambda event: event.at)

    @property
    def kinds(self) -> set[str]:
        """What happens in it, to whomever."""
        both = (*self.events, *self.events_tocsin, *self.events_alertmanager)
        return {event.kind for event in both}
