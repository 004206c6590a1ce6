"""What OpenTelemetry's names are called here: as Prometheus calls them when it receives OTLP.

Source: opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics, and the default
strategy of Prometheus (UnderscoreEscapingWithSuffixes).
"""

import re
from functools import lru_cache

_NOT_METRIC = re.compile(r"[^a-zA-Z0-9:]+")
_NOT_LABEL = re.compile(r"[^a-zA-Z0-9]+")
_IN_BRACES = re.compile(r"\{[^}]*\}")

_UNITS = {
    "d": "days", "h": "hours", "min": "minutes", "s": "seconds", "ms": "milliseconds",
    "us": "microseconds", "ns": "nanoseconds",
    "By": "bytes", "KiBy": "kibibytes", "MiBy": "mebibytes", "GiBy": "gibibytes",
    "TiBy": "tibibytes", "KBy": "kilobytes", "MBy": "megabytes", "GBy": "gigabytes",
    "TBy": "terabytes",
    "m": "meters", "V": "volts", "A": "amperes", "J": "joules", "W": "watts", "g": "grams",
    "Cel": "celsius", "Hz": "hertz", "1": "", "%": "percent",
}  # fmt: skip
_PER = {
    "s": "second", "m": "minute", "h": "hour", "d": "day", "w": "week", "mo": "month", "y": "year",
}  # fmt: skip


@lru_cache(maxsize=4096)
def metric_name(name: str, unit: str, *, is_counter: bool, is_gauge: bool) -> str:
    """Return the name of a metric; "" where nothing is left of it.

    What Prometheus does not take becomes `_`; the unit is added where the name does not say it,
    `total` to what only grows, and `ratio` to a gauge of the unit 1.
    """
    words = [word for word in _NOT_METRIC.split(name) if word]
    if not words:
        return ""
    words += [word for word in _unit_words(unit) if word and word not in words]
    if is_counter:
        words = [*(word for word in words if word != "total"), "total"]
    if is_gauge and unit == "1":
        words = [*(word for word in words if word != "ratio"), "ratio"]
    joined = "_".join(words)
    return f"_{joined}" if joined[0].isdigit() else joined


@lru_cache(maxsize=4096)
def label_name(name: str) -> str:
    """Return the name of a label; "" where nothing is left of it."""
    changed = _NOT_LABEL.sub("_", name)
    if not changed.strip("_"):
        return ""
    return f"key_{changed}" if changed[0].isdigit() else changed


def _unit_words(unit: str) -> tuple[str, str]:
    main, _, per = unit.partition("/")
    main, per = _IN_BRACES.sub("", main).strip(), _IN_BRACES.sub("", per).strip()
    word = _cleaned(_UNITS.get(main, main))
    per_word = _cleaned(_PER.get(per, per))
    return word, f"per_{per_word}" if per_word else ""


def _cleaned(unit: str) -> str:
    return _NOT_METRIC.sub("_", unit).strip("_")
