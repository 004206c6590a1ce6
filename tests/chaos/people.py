"""The people at the other end: what receivers take, and what they answer."""

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Literal

import msgspec

# "slow" takes everything, but needs seconds to say so; "deadly" lets the worker die.
Mode = Literal["ok", "busy", "broken", "gone", "slow", "deadly"]

_STATUS: dict[Mode, int] = {"ok": 200, "busy": 429, "broken": 500, "gone": 410, "slow": 200}
BUSY_S = 90
_WELL: tuple[Mode, ...] = ("ok", "slow")


class Telling(msgspec.Struct, frozen=True, kw_only=True):
    """One notification as it arrived: what it `said` that its receiver had not heard before.

    What else fires in the group stands beside it.
    """

    at_s: float
    url: str
    key: str
    said: tuple[tuple[str, str], ...]
    # When each of its alerts began, by name.
    since: dict[str, str]
    body: str


class Spell(msgspec.Struct, kw_only=True):
    """How one receiver was for some time."""

    url: str
    mode: Mode
    from_s: float
    until_s: float = float("inf")


class People:
    """All receivers, by URL. What one refuses, it has not heard."""

    def __init__(self) -> None:
        self.spells: list[Spell] = []
        # Alerts that their own receiver fails to digest.
        self.indigestible: set[str] = set()
        self.told: list[Telling] = []
        # All tries, whatever became of them.
        self.offered: list[Telling] = []
        # Since when what fires does so, as far as each receiver heard, and what each key said when
        # it first came.
        self._believed: dict[str, dict[str, str]] = defaultdict(dict)
        self._said: dict[tuple[str, str], tuple[tuple[str, str], ...]] = {}

    def be(self, url: str, mode: Mode, at_s: float) -> None:
        """Make a receiver work otherwise from now on."""
        for spell in self.spells:
            if spell.url == url:
                spell.until_s = min(spell.until_s, at_s)
        self.spells.append(Spell(url=url, mode=mode, from_s=at_s))

    def mend(self, at_s: float) -> None:
        """Let all receivers work well from now on."""
        self.indigestible.clear()
        for spell in self.spells:
            spell.until_s = min(spell.until_s, at_s)

    def mode(self, url: str) -> Mode:
        """Return how a receiver is now."""
        endless = (each for each in self.spells if each.until_s == float("inf"))
        return next((each.mode for each in endless if each.url == url), "ok")

    def ill(self) -> Iterator[Spell]:
        """Yield the times in which a receiver took nothing."""
        return (each for each in self.spells if each.mode not in _WELL)

    def offer(self, url: str, headers: dict[str, str], body: bytes, at_s: float) -> None:
        """Note a try before anything becomes of it."""
        self.offered.append(self._telling(url, headers, body, at_s))

    def take(
        self, url: str, headers: dict[str, str], body: bytes, at_s: float
    ) -> tuple[int, dict[str, str]]:
        """Hear a notification, or refuse it."""
        mode, telling = self.mode(url), self._telling(url, headers, body, at_s)
        if self.indigestible & telling.since.keys():
            return 500, {}
        if mode in _WELL:
            self.told.append(telling)
            self._believe(telling)
        return _STATUS[mode], {"retry-after": str(BUSY_S)} if mode == "busy" else {}

    def steps(self, url: str) -> dict[str, list[tuple[str, bool]]]:
        """Return what was tried, each key once: by alert, with whether it was ever heard."""
        heard = {telling.key for telling in self.told if telling.url == url}
        steps: dict[str, list[tuple[str, bool]]] = {}
        seen: set[str] = set()
        for telling in self.offered:
            if telling.url == url and telling.key not in seen:
                seen.add(telling.key)
                for name, status in telling.said:
                    steps.setdefault(name, []).append((status, telling.key in heard))
        return steps

    def heard(self, url: str) -> dict[str, list[str]]:
        """Return what a receiver that knows its keys ends up with: by alert, in order."""
        heard: dict[str, list[str]] = {}
        for telling in self.first_heard():
            if telling.url == url:
                for name, status in telling.said:
                    heard.setdefault(name, []).append(status)
        return heard

    def first_heard(self) -> Iterator[Telling]:
        """Yield what was told, each key of a receiver once, in order."""
        seen: set[tuple[str, str]] = set()
        for telling in self.told:
            if (telling.url, telling.key) not in seen:
                seen.add((telling.url, telling.key))
                yield telling

    def _telling(self, url: str, headers: dict[str, str], body: bytes, at_s: float) -> Telling:
        text, key = body.decode(), headers["idempotency-key"]
        alerts = json.loads(text)["alerts"]
        each = [(alert["labels"]["alertname"], alert["status"]) for alert in alerts]
        starts = tuple(alert["startsAt"] for alert in alerts)
        believed = self._believed[url]
        # One that fires since another time than it was said to is news: its end went unheard.
        news = tuple(
            (name, status)
            for (name, status), since in zip(each, starts, strict=True)
            if status != "firing" or believed.get(name) != since
        )
        return Telling(
            at_s=at_s,
            url=url,
            key=key,
            said=self._said.setdefault((url, key), news),
            since={name: at for (name, _), at in zip(each, starts, strict=True)},
            body=text,
        )

    def _believe(self, telling: Telling) -> None:
        for name, status in telling.said:
            if status == "firing":
                self._believed[telling.url][name] = telling.since[name]
            else:
                self._believed[telling.url].pop(name, None)
