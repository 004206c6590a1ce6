"""The people at the other end: what receivers take, and what they answer."""

import json
from typing import Literal

import msgspec

Mode = Literal["ok", "busy", "broken", "gone"]

_STATUS = {"ok": 200, "busy": 429, "broken": 500, "gone": 410}


class Telling(msgspec.Struct, frozen=True, kw_only=True):
    """One notification as it arrived."""

    at_s: float
    url: str
    key: str
    said: tuple[tuple[str, str], ...]
    body: str


class People:
    """All receivers, by URL. What one refuses, it has not heard."""

    def __init__(self) -> None:
        self.modes: dict[str, Mode] = {}
        self.told: list[Telling] = []
        # All tries, whatever became of them.
        self.offered: list[Telling] = []

    def offer(self, url: str, headers: dict[str, str], body: bytes, at_s: float) -> None:
        """Note a try before anything becomes of it."""
        self.offered.append(_telling(url, headers, body, at_s))

    def take(
        self, url: str, headers: dict[str, str], body: bytes, at_s: float
    ) -> tuple[int, dict[str, str]]:
        """Hear a notification, or refuse it."""
        mode = self.modes.get(url, "ok")
        if mode == "ok":
            self.told.append(_telling(url, headers, body, at_s))
        return _STATUS[mode], {"retry-after": "90"} if mode == "busy" else {}

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
        seen: set[str] = set()
        for telling in self.told:
            if telling.url == url and telling.key not in seen:
                seen.add(telling.key)
                for name, status in telling.said:
                    heard.setdefault(name, []).append(status)
        return heard


def _telling(url: str, headers: dict[str, str], body: bytes, at_s: float) -> Telling:
    text = body.decode()
    alerts = json.loads(text)["alerts"]
    return Telling(
        at_s=at_s,
        url=url,
        key=headers["idempotency-key"],
        said=tuple((each["labels"]["alertname"], each["status"]) for each in alerts),
        body=text,
    )
