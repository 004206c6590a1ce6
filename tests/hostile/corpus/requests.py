"""Requests whose headers, sizes and content types lie."""

from collections.abc import Iterator
from typing import Any

from tests.hostile.case import MISSING, OK, Case, text
from tests.hostile.corpus.codings import _filled

_LIMIT_BYTES = 6 * 1024 * 1024
_GOOD = text({"name": "request", "host": "db-1"})

_CONTENT_TYPES: tuple[Any, ...] = (
    "text/plain", "text/html; charset=utf-7", "application/xml", "application/octet-stream",
    "multipart/form-data; boundary=x", "", "application/json; charset=utf-16", "a/b/c", ";;;", "é",
    "application/json\r\nX-Evil: 1", "x" * 8000, MISSING, None,
)  # fmt: skip

_HEADERS: dict[str, dict[str, Any]] = {
    "an id with a line break": {"x-request-id": "a\r\nSet-Cookie: b=c"},
    "a header of 8 KB": {"x-long": "x" * 8192},
    "a header of a megabyte": {"x-long": "x" * 1_000_000},
    "a thousand headers": {f"x-{n}": "v" for n in range(1000)},
    "a name of a megabyte": {"x" * 1_000_000: "v"},
    "a name with a line break": {"x-a\r\nx-b": "v"},
    "NUL": {"x-nul": "\0"},
    "a forged tenant": {"x-tenant": "beta", "x-amzn-tenant": "beta", "tenant": "beta"},
    "a forged method": {"x-http-method-override": "DELETE", "x-method-override": "GET"},
    "a forged path": {"x-original-url": "/admin", "x-rewrite-url": "/admin"},
    "a forged source": {"x-forwarded-for": "127.0.0.1, ::1", "forwarded": "for=127.0.0.1"},
    "a forged trace": {"x-amzn-trace-id": "Root=1\r\n;Sampled=" + "1" * 5000},
    "chunks that are none": {"transfer-encoding": "chunked, identity"},
    "a length that lies": {"content-length": "-1"},
    "two lengths": {"content-length": "5, 6"},
    "a surrogate": {"x-odd": "\ud800"},
    "null": {"x-null": None},
    "a number": {"x-number": 5},
    "a list": {"x-list": ["a", "b"]},
    "an empty name": {"": "v"},
    "two spellings": {"Content-Type": "text/plain", "CONTENT-TYPE": "application/xml"},
}


def cases(*, whole: bool) -> Iterator[Case]:
    """Yield all of them."""
    yield from _content_types()
    for name, headers in _HEADERS.items():
        yield Case(kind="headers", name=name, body=_GOOD, headers=headers, statuses=OK, accepted=1)
    yield from _sizes()


def _content_types() -> Iterator[Case]:
    for kind in _CONTENT_TYPES:
        name = f"{str(kind)[:40]!r}"
        headers = {"content-type": kind}
        yield Case(
            kind="content types", name=name, body=_GOOD, headers=headers, statuses=OK, accepted=1
        )
        is_json = str(kind).startswith("application/json;")
        yield Case(
            kind="content types",
            name=f"Alertmanager: {name}",
            path="/api/v2/alerts",
            body=text([{"labels": {"alertname": "x"}}]),
            headers=headers,
            statuses=(200,) if is_json else (415,),
        )


def _sizes() -> Iterator[Case]:
    yield Case(kind="sizes", name="nothing", statuses=(400,), code="invalid_json")
    yield Case(
        kind="sizes",
        name="Alertmanager: nothing",
        path="/api/v2/alerts",
        statuses=(422,),
        code="602",
    )
    yield Case(
        kind="sizes",
        name="just 6 MB",
        body=lambda: _filled(_LIMIT_BYTES),
        statuses=OK,
        accepted=1,
    )
    yield Case(
        kind="sizes",
        name="6 MB and a byte",
        body=lambda: _filled(_LIMIT_BYTES + 1),
        statuses=(413,),
        code="too_large",
    )
    yield Case(
        kind="sizes",
        name="9 MB, as the gateway may inflate it",
        body=lambda: _filled(9 * 1024 * 1024),
        statuses=(413,),
        code="too_large",
    )
