"""What came, held against what was expected: nothing unclaimed may come, nothing be unmet."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from tests.scenarios.model import Expected

# Clocks are read at both ends of a wire.
EARLY = 0.1
# Times in units are as exact as the moment at which something was sent.
_ABOUT = 0.3


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """A notification that came: when, in units, and which alerts it holds, by name."""

    at: float
    to: str
    answered: int
    firing: tuple[str, ...]
    resolved: tuple[str, ...]
    body: dict[str, Any]

    def __str__(self) -> str:
        """Write it as one line."""
        parts = [f"{self.at:6.2f}  {self.to}"]
        parts += [f"firing {' '.join(self.firing)}"] if self.firing else []
        parts += [f"resolved {' '.join(self.resolved)}"] if self.resolved else []
        parts += [f"({self.body['notification_reason']})"] if _reason(self.body) else []
        parts += [f"answered {self.answered}"] if self.answered != 200 else []
        return "  ".join(parts)


def problems(heard: Iterable[Heard], expected: Sequence[Expected], late: float) -> list[str]:
    """Return what is wrong. `late` is how many units more a notification may take."""
    found: list[str] = []
    claims = [0] * len(expected)
    for each in sorted(heard, key=lambda one: one.at):
        index = _claim(each, expected, claims, late)
        if index is None:
            found.append(f"unclaimed: {each}")
        else:
            claims[index] += 1
            found += [f"{line} in {each}" for line in _details(each, expected[index])]
    for count, one in zip(claims, expected, strict=True):
        if count < one.times[0]:
            found.append(f"unmet: {_written(one)}, came {count} times")
    return found


def part_problems(wanted: Any, found: Any, where: str) -> list[str]:
    """Return where `wanted` is no part of `found`: each key, and each item of equal lists."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        lines = []
        for name, value in wanted.items():
            lines += part_problems(value, found.get(name), f"{where}.{name}")
        return lines
    if isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        lines = []
        for index, (one, other) in enumerate(zip(wanted, found, strict=True)):
            lines += part_problems(one, other, f"{where}[{index}]")
        return lines
    if isinstance(wanted, float) and isinstance(found, float):
        return [] if abs(wanted - found) <= _ABOUT else [f"{where} is {found:.2f}, not {wanted:g}"]
    return [] if wanted == found else [f"{where} is {found!r} instead of {wanted!r}"]


def _claim(
    heard: Heard, expected: Sequence[Expected], claims: Sequence[int], late: float
) -> int | None:
    """Return which expectation a notification meets: of the nearest, the one that waits least."""
    fitting = (
        (len(_details(heard, one)), one.between[1], index)
        for index, one in enumerate(expected)
        if claims[index] < one.times[1] and _fits(heard, one, late)
    )
    return min(fitting, default=(0, 0.0, None))[-1]


def _fits(heard: Heard, one: Expected, late: float) -> bool:
    begins, ends = one.between
    return (
        begins - EARLY <= heard.at <= ends + late
        and (heard.to, heard.answered) == (one.to, one.answered)
        and heard.firing == tuple(sorted(one.firing))
        and heard.resolved == tuple(sorted(one.resolved))
    )


def _details(heard: Heard, one: Expected) -> list[str]:
    lines = part_problems(one.body, heard.body, "body")
    for name, wanted in one.alerts.items():
        alerts = heard.body["alerts"]
        (found,) = (each for each in alerts if each["name"] == name)
        lines += part_problems(wanted, found, name)
    # A server that gives no reasons is not held to any.
    if one.reason and "notification_reason" in heard.body and _reason(heard.body) != one.reason:
        lines.append(f"the reason is {_reason(heard.body)!r} instead of {one.reason!r}")
    return lines


def _reason(body: dict[str, Any]) -> str:
    return body.get("notification_reason") or ""


def _written(one: Expected) -> str:
    begins, ends = one.between
    parts = [f"between {begins:g} and {ends:g} to {one.to}"]
    parts += [f"firing {' '.join(one.firing)}"] if one.firing else []
    parts += [f"resolved {' '.join(one.resolved)}"] if one.resolved else []
    parts += [f"answered {one.answered}"] if one.answered != 200 else []
    return "  ".join(parts)
