"""Batches in which some alerts are bad: the good ones are kept, the bad ones are named."""

from collections.abc import Iterator
from typing import Any

from tests.hostile.case import OK, Case, text

_SIZE = 5

_BAD: dict[str, Any] = {
    "null": None,
    "a text": "x",
    "a list": [],
    "an empty object": {},
    "without labels": {"annotations": {}},
    "labels of the wrong type": {"labels": 5},
    "a label of the wrong type": {"labels": {"alertname": "x", "a": []}},
    "a time that is none": {"labels": {"alertname": "x"}, "startsAt": "soon"},
    "a thousand labels": {"labels": {f"l{n}": "x" for n in range(1000)}},
    "deep": {"labels": {"alertname": "x", "a": [[[[{}]]]]}},
}


def cases(*, whole: bool) -> Iterator[Case]:
    """Yield all of them."""
    for name, bad in _BAD.items():
        for place, at in {"first": 0, "in the middle": _SIZE // 2, "last": _SIZE - 1}.items():
            yield from _one_bad(f"{name} {place}", bad, at)
        yield from _all_bad(name, bad)
    yield from _counts()
    yield from _tenants()


def _good(number: int) -> dict[str, Any]:
    return {"labels": {"alertname": "batch", "instance": f"i-{number}"}}


def _one_bad(name: str, bad: Any, at: int) -> Iterator[Case]:
    members = [_good(number) for number in range(_SIZE)]
    members[at] = bad
    for path, prefix, body in (
        ("/v1/alerts", f"[{at}]", text(members)),
        ("/v1/alerts/alertmanager", f"alerts[{at}]", text({"alerts": members})),
    ):
        yield Case(
            kind="one bad alert",
            name=f"{name} to {path}",
            path=path,
            body=body,
            statuses=OK,
            accepted=_SIZE - 1,
            rejected=1,
            where=prefix,
        )
    status = 422 if bad in ({}, {"annotations": {}}) else 400
    yield Case(
        kind="one bad alert",
        name=f"{name} to /api/v2/alerts",
        path="/api/v2/alerts",
        body=text(members),
        statuses=(status,),
    )


def _all_bad(name: str, bad: Any) -> Iterator[Case]:
    for path, body in (
        ("/v1/alerts", text([bad] * _SIZE)),
        ("/v1/alerts/prometheus", text({"alerts": [bad] * _SIZE})),
    ):
        yield Case(
            kind="all bad",
            name=f"{name} to {path}",
            path=path,
            body=body,
            statuses=(422,),
            accepted=0,
            rejected=_SIZE,
        )
    yield Case(
        kind="all bad",
        name=f"{name} to /api/v2/alerts",
        path="/api/v2/alerts",
        body=text([bad] * _SIZE),
        statuses=(400, 422),
    )


def _counts() -> Iterator[Case]:
    yield Case(
        kind="counts",
        name="10,000 alerts",
        body=lambda: text([_good(number) for number in range(10_000)]),
        statuses=OK,
        accepted=10_000,
        rejected=0,
    )
    yield Case(
        kind="counts",
        name="10,001 alerts",
        body=lambda: text([_good(number) for number in range(10_001)]),
        statuses=(413,),
        code="too_large",
    )
    yield Case(
        kind="counts",
        name="10,000 bad alerts",
        body=lambda: text([{"labels": {"\U0010ffff" * 32: []}}] * 10_000),
        statuses=(422,),
        accepted=0,
        rejected=10_000,
    )
    yield Case(
        kind="counts",
        name="Alertmanager: 10,001 alerts",
        path="/api/v2/alerts",
        body=lambda: text([_good(number) for number in range(10_001)]),
        statuses=(413,),
    )
    yield Case(
        kind="counts",
        name="3 million numbers",
        body=lambda: b"[" + b",".join([b"1"] * 3_000_000) + b"]",
        statuses=(413,),
        code="too_large",
    )
    yield Case(
        kind="counts",
        name="2 million objects beside an alert",
        body=lambda: b'{"name": "x", "unknown": [' + b",".join([b"{}"] * 2_000_000) + b"]}",
        statuses=(413,),
        code="too_large",
    )
    yield Case(
        kind="counts",
        name="one alert 1,000 times",
        body=text([_good(0)] * 1000),
        statuses=OK,
        accepted=1000,
    )


def _tenants() -> Iterator[Case]:
    named = {"tenant": "beta", "tenant_id": "beta", "pk": "tenant#beta#x", "v": 1, "kind": "poke"}
    for name, body in {
        "an alert": {"name": "whose", **named},
        "labels": {"name": "whose", "labels": {"tenant": "beta", "__tenant__": "beta"}},
        "a batch": {
            "tenant": "beta",
            "alerts": [{"name": f"whose {n}", **named} for n in range(3)],
        },
    }.items():
        yield Case(
            kind="mixed tenants",
            name=f"another tenant named in {name}",
            body=text(body),
            statuses=OK,
            accepted=3 if name == "a batch" else 1,
        )
