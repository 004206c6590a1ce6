"""Times that no sender should state: forms, zones, the ends of the calendar, and the future."""
# ruff: noqa: RUF001 - letters that look like others are the point

from collections.abc import Iterator
from typing import Any

from tests.hostile.case import OK, Case, text

_TAKEN: tuple[Any, ...] = (
    "0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z", "0001-01-01T00:00:00+00:00", "", None,
    "9999-12-31T23:59:59Z", "9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.9999999Z",
    "9999-12-31T23:59:59+23:59",
    "0002-01-01T00:00:00+23:59", "1582-10-10T00:00:00Z", "1970-01-01T00:00:00Z",
    "1900-02-28T00:00:00Z", "2000-02-29T00:00:00Z", "2038-01-19T03:14:08Z",
    "2025-11-22T02:12:09", "2025-11-22 02:12:09", "2025-11-22t02:12:09z",
    "2025-11-22T02:12:09+14:00", "2025-11-22T02:12:09-12:00", "2025-11-22T02:12:09+05:45",
    "2025-11-22T02:12:09-00:00", "2025-11-22T02:12:09+0100", "2025-11-22T02:12:09+01",
    "2025-11-22T02:12:09.1Z", "2025-11-22T02:12:09.123456789Z", "2025-11-22T02:12:09,5Z",
    0, 1, -1, 0.5, 1e-300, -1e-300, 1_763_777_529, 1_763_777_529_000, "1763777529", "2025",
    "1763777529000", 253_402_300_799, 253_402_300_799_999, 253_402_300_799.99997,
    -62_135_596_800, 4e9,
)  # fmt: skip

_REFUSED: tuple[Any, ...] = (
    "yesterday", "now", "2025-11-22", "02:12:09", "22.11.2025 02:12:09", "11/22/2025",
    "2025-13-01T00:00:00Z", "2025-02-30T00:00:00Z", "1900-02-29T00:00:00Z", "2025-11-22T25:00:00Z",
    "2025-11-22T02:60:00Z", "2025-11-22T02:12:61Z", "2025-11-22T02:12:09+24:00",
    "2025-11-22T02:12:09+99:99", "2025-11-22T02:12:09 Europe/Berlin", "2025-11-22T02:12:09CET",
    "0000-01-01T00:00:00Z", "-0001-01-01T00:00:00Z", "10000-01-01T00:00:00Z",
    "+002025-11-22T02:12:09Z", "2025-W47-6T02:12:09Z", "2025-326T02:12:09Z", "20251122T021209Z",
    "9999-12-31T23:59:59-23:59", "0002-01-01T00:00:00\0", "2025-11-22T02:12:09Z\n", "9" * 5000,
    "２０２５-11-22T02:12:09Z", "2025\u201311\u201322T02:12:09Z", "2025-11-22TT02:12:09Z", "NaN",
    -62_135_596_801, 253_402_300_800_000, 1e308, -1e308, 2**63, 2**64, -(2**63), 10**38,
    -99_999_999_999, True, [], {}, [1], {"at": 1},
)  # fmt: skip

_PAIRS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("the end before the start", {"starts_at": 1_763_777_529, "ends_at": 1_763_777_528}),
    ("an end long ago", {"starts_at": "9999-12-31T00:00:00Z", "ends_at": "0002-01-01 00:00:00"}),
    ("firing, ended", {"status": "firing", "ends_at": "2001-01-01T00:00:00Z"}),
    ("resolved, ends in 9999", {"status": "resolved", "ends_at": "9999-12-31T23:59:59Z"}),
    ("holds until 9999", {"status": "firing", "ends_at": "9999-12-31T23:59:59Z"}),
    ("holds until 9999 in ms", {"status": "firing", "ends_at": 253_402_300_799_999}),
    ("begins in 9999", {"starts_at": "9999-12-31T23:59:59Z"}),
    ("began in year 2", {"starts_at": "0002-01-01T00:00:00Z"}),
    ("began before the epoch", {"starts_at": -62_135_596_800}),
    ("resolved before the epoch", {"status": "resolved", "ends_at": -62_135_596_800}),
    ("zero times", {"starts_at": "0001-01-01T00:00:00Z", "ends_at": "0001-01-01T00:00:00Z"}),
    ("all names at once", {"starts_at": 1, "startsAt": "x", "started_at": [], "startedAt": {}}),
)  # fmt: skip


def cases(*, whole: bool) -> Iterator[Case]:
    """Yield all of them."""
    for field in ("starts_at", "ends_at"):
        for at in _TAKEN:
            name = f"{field} {repr(at)[:42]}"
            yield _case(name, {field: at}, statuses=OK, accepted=1)
        for at in _REFUSED:
            name = f"{field} {repr(at)[:42]}"
            yield _case(name, {field: at}, statuses=(422,), accepted=0, where=field)
    for name, fields in _PAIRS:
        yield _case(name, fields, statuses=OK, accepted=1)
    yield from _alertmanager()


def _case(name: str, fields: dict[str, Any], **expected: Any) -> Case:
    body = text({"name": "time", "host": name, **fields})
    return Case(kind="times", name=name, body=body, **expected)


def _alertmanager() -> Iterator[Case]:
    zero, late = "0001-01-01T00:00:00.000Z", "9999-12-31T23:59:59Z"
    pairs = {
        "both unset": (zero, zero, 200),
        "no end": ("2025-11-22T02:12:09Z", zero, 200),
        "no start, over": (zero, "2025-11-22T02:12:09Z", 200),
        "for ever": (late, late, 200),
        "an end before the start": (late, "2025-11-22T02:12:09Z", 400),
        "not a time": ("soon", zero, 400),
        "a number": (1_763_777_529, zero, 400),
        "a time of a megabyte": ("2" * 1_000_000, zero, 400),
    }
    for name, (starts_at, ends_at, status) in pairs.items():
        alert = {"labels": {"alertname": name}, "startsAt": starts_at, "endsAt": ends_at}
        yield Case(
            kind="times",
            name=f"Alertmanager: {name}",
            path="/api/v2/alerts",
            body=text([alert]),
            statuses=(status,),
        )
