"""Durations in Prometheus syntax: `30s`, `5m`, `1h30m`."""

import re

# Units in falling order, each at most once, as Prometheus reads them.
_UNITS_S = {
    "y": 365 * 86400.0,
    "w": 7 * 86400.0,
    "d": 86400.0,
    "h": 3600.0,
    "m": 60.0,
    "s": 1.0,
    "ms": 0.001,
}
_DURATION = re.compile("".join(f"(?:([0-9]{{1,9}}){unit})?" for unit in _UNITS_S))


def parse_duration(text: str) -> float:
    """Return a duration in seconds.

    Raises ValueError for text that is not a duration.
    """
    if text == "0":
        return 0.0
    found = _DURATION.fullmatch(text)
    if found is None or not text:
        raise ValueError("not a duration; write one such as 30s, 5m or 1h30m")
    return sum(
        int(count) * unit_s
        for count, unit_s in zip(found.groups(), _UNITS_S.values(), strict=True)
        if count is not None
    )


def format_duration(seconds: float) -> str:
    """Write a duration as `parse_duration` reads it, to the millisecond."""
    rest_ms = round(seconds * 1000)
    text = ""
    for unit, unit_s in _UNITS_S.items():
        count, rest_ms = divmod(rest_ms, round(unit_s * 1000))
        text += f"{count}{unit}" if count else ""
    return text or "0"
