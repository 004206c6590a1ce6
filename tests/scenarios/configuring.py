"""A scenario's configuration as Alertmanager's own file: times in units become durations."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from time import time
from typing import Any

_DURATIONS = ("group_wait", "group_interval", "repeat_interval", "resolve_timeout")
_MINUTE = "$minute"
# A range of times cannot wrap around midnight.
_NEIGHBOURS = 2


def configured(
    written: dict[str, Any], unit_s: float, url: Callable[[str], str], minute_s: float = 0.0
) -> dict[str, Any]:
    """Return the configuration that a server gets.

    `url` gives the address of a receiver; `minute_s` is the full minute that the scenario is
    about. Receivers that are not written out are webhooks that hear of resolves.
    """
    filled = _filled(written, unit_s, minute_s)
    names = dict.fromkeys(_receivers(filled["route"]))
    known = filled.get("receivers") or [{"name": name, "webhook_configs": [{}]} for name in names]
    for receiver in known:
        for index, hook in enumerate(receiver.get("webhook_configs", ())):
            hook["url"] = url(receiver["name"] + (f"-{index}" if index else ""))
    return {**filled, "receivers": known}


def next_minute_s(lead_s: float) -> float:
    """Return the next full minute that is `lead_s` away or more, and not about midnight."""
    minute_s = (time() + lead_s) // 60 * 60 + 60
    while not _NEIGHBOURS <= minute_s % 86400 // 60 < 1440 - _NEIGHBOURS:
        minute_s += 60
    return minute_s


def _filled(value: Any, unit_s: float, minute_s: float) -> Any:
    if isinstance(value, dict):
        return {
            name: _duration(each, unit_s) if name in _DURATIONS else _filled(each, unit_s, minute_s)
            for name, each in value.items()
        }
    if isinstance(value, list):
        return [_filled(each, unit_s, minute_s) for each in value]
    if isinstance(value, str) and value.startswith(_MINUTE):
        offset = timedelta(minutes=int(value.removeprefix(_MINUTE) or 0))
        return (datetime.fromtimestamp(minute_s, UTC) + offset).strftime("%H:%M")
    return value


def _duration(units: float, unit_s: float) -> str:
    return f"{round(units * unit_s * 1000)}ms"


def _receivers(route: dict[str, Any]) -> Iterator[str]:
    if "receiver" in route:
        yield route["receiver"]
    for child in route.get("routes", ()):
        yield from _receivers(child)
