"""Series and times in the short notation of tests.

Source: Prometheus, docs/configuration/unit_testing_rules.md ("series").
"""

import math
import re
from itertools import pairwise

from tocsin.domain.duration import parse_duration
from tocsin.domain.errors import InvalidInput
from tocsin.domain.matchers import parse_matchers
from tocsin.domain.series import Labels, labels_of

POINTS_LIMIT = 100_000

_NAME = re.compile(r"[a-zA-Z_:/][a-zA-Z0-9_:./ %-]*")
_NUMBER = r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"
_WORD = re.compile(
    rf"(?P<first>{_NUMBER})(?P<step>[-+](?!x){_NUMBER.removeprefix('[-+]?')})?(?:x(?P<more>[0-9]+))?"
)
_GAP = re.compile(r"_(?:x([0-9]+))?")
_INFINITE = re.compile(r"[-+]?(?:Inf|NaN)(?:x([0-9]+))?", re.IGNORECASE)

Value = float | None


def read_series(text: str) -> tuple[str, Labels]:
    """Return the name, which may be "", and the labels of `name{label="value"}`.

    Raises InvalidInput for text that is not a series.
    """
    name, brace, _ = text.strip().partition("{")
    braces = text.strip().removeprefix(name)
    is_named = _NAME.fullmatch(name.strip()) is not None or (not name.strip() and brace)
    if not is_named or (brace and not braces.endswith("}")):
        raise InvalidInput(f'not a series: {text!r}; write it as name{{label="value"}}')
    matchers = parse_matchers(braces) if brace else ()
    if any(matcher.operator != "=" for matcher in matchers):
        raise InvalidInput(f"a series has values for its labels, not patterns: {text!r}")
    labels = {matcher.name: matcher.value for matcher in matchers}
    if len(labels) < len(matchers):
        raise InvalidInput(f"a label is given twice: {text!r}")
    return name.strip(), labels_of(labels)


def read_values(text: str) -> list[Value]:
    """Return the values of `10 0+5x3 _x2 7`, None where there is none.

    As in Prometheus `0+5x3` is 0, 5, 10, 15, `7x3` is 7 four times, `_x2` two points that are
    missing, and `stale` ends a series, which here is a point that is missing. Raises InvalidInput.
    """
    values: list[Value] = []
    for word in text.split():
        values += _values(word)
        if len(values) > POINTS_LIMIT:
            raise InvalidInput(f"more than {POINTS_LIMIT} points")
    return values


def read_spans(text: str) -> list[tuple[float, float | None]]:
    """Return from when to when an alert fires, of `0m-2m 5m`; None: it is not resolved.

    Raises InvalidInput for what is not that, or not in its order.
    """
    spans: list[tuple[float, float | None]] = []
    for word in text.split():
        begins, dash, ends = word.partition("-")
        try:
            span = (parse_duration(begins), parse_duration(ends) if dash else None)
        except ValueError as error:
            raise InvalidInput(f"{word!r} is not FROM or FROM-UNTIL, such as 5m-7m") from error
        spans.append(span)
    flat = [at_s for span in spans for at_s in span if at_s is not None]
    if any(span[1] is None for span in spans[:-1]):
        raise InvalidInput("only the last time may be without its end")
    if any(later <= earlier for earlier, later in pairwise(flat)):
        raise InvalidInput("each time must be after the one before")
    return spans


def _values(word: str) -> list[Value]:
    if word == "stale":
        return [None]
    if gap := _GAP.fullmatch(word):
        return [None] * _few(gap[1] or "1")
    if special := _INFINITE.fullmatch(word):
        value = float(word.partition("x")[0])
        return [value] * (1 + _few(special[1] or "0"))
    found = _WORD.fullmatch(word)
    if found is None or (found["step"] and found["more"] is None):
        raise InvalidInput(f"not a value: {word!r}; write 10, 0+5x3, 7x3 or _")
    first, step = float(found["first"]), float(found["step"] or 0)
    values = [first + step * at for at in range(1 + _few(found["more"] or "0"))]
    if not all(map(math.isfinite, values)):
        raise InvalidInput(f"too large: {word!r}")
    return list(values)


def _few(text: str) -> int:
    if len(text) > 6 or int(text) > POINTS_LIMIT:
        raise InvalidInput(f"more than {POINTS_LIMIT} points")
    return int(text)
