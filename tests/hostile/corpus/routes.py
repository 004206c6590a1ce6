"""Tricks with the parts of a path that a sender chooses; the gateway hands them over decoded."""
# ruff: noqa: RUF001 - letters that look like others are the point

from collections.abc import Iterator

from tests.hostile.case import GOOD, NO_KEY, Case, text

_GOOD = text({"name": "route", "host": "db-1"})

_PROVIDERS = (
    "nagioss", "..", "../../etc/passwd", "%2e%2e%2f", "generic/../generic", "generic ", " generic",
    "GENERIC", "Generic", "generic\0", "generic\n", "alertmanager_api", "__proto__", "constructor",
    "__init__", "registry", "tocsin.providers.generic", "os", "{provider}", "*", "", " ", "\ud800",
    "x" * 9999, "\u202egeneric", "ｇｅｎｅｒｉｃ", "<script>", "a\r\nSet-Cookie: b=c", "..;/x",
    "generic?x=1", "generic#x", "generic;x=1", "con", "0", "null", "None", "\x1b[2J",
)  # fmt: skip

_KEYS = (
    "x", "..", "toc_", "toc_test_aaaaaaaa_" + "b" * 32 + "_000000", "{key}", "%00", "\0", "\ud800",
    "é", "x" * 10_000, "' OR 1=1", "__proto__", "toc_test_AAAAAAAA", "Bearer x", " ", "tenant#acme",
)  # fmt: skip


def cases(*, whole: bool) -> Iterator[Case]:
    """Yield all of them."""
    for name in _PROVIDERS:
        for prefix in ("", f"/k/{GOOD}"):
            yield Case(
                kind="routes",
                name=f"{prefix}/v1/alerts/{name[:40]!r}",
                path=f"{prefix}/v1/alerts/{name}",
                body=_GOOD,
                statuses=(404,),
                code="unknown_provider",
            )
    for key in _KEYS:
        for path in ("/v1/alerts", "/v1/alerts/generic", "/api/v2/alerts"):
            yield Case(
                kind="routes",
                name=f"the key {key[:40]!r} of {path}",
                path=f"/k/{key}{path}",
                key=NO_KEY,
                body=_GOOD,
                statuses=(401,),
                code="401" if path.startswith("/api") else "unauthorized",
            )
