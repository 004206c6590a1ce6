"""Forged and misplaced API keys: one answer for all, and nothing of the body is read."""
# ruff: noqa: RUF001 - letters that look like others are the point

from base64 import b64encode
from collections.abc import Iterator
from typing import Any
from zlib import crc32

from tests.hostile.case import NO_KEY, Case, text
from tocsin.domain import apikey

_GOOD = text({"name": "key", "host": "db-1"})
_UNKNOWN = apikey.generate("test", bytes(range(48)))


def _with_checksum(body: str) -> str:
    return f"{body}_{apikey._base62(crc32(body.encode()), 6)}"


_FORGED: dict[str, Any] = {
    "none": "",
    "white space": "   ",
    "a word": "hunter2",
    "one that is not there": _UNKNOWN,
    "one cut off": _UNKNOWN[:-1],
    "one with a wrong checksum": _UNKNOWN[:-1] + ("0" if _UNKNOWN[-1] != "0" else "1"),
    "one of another environment": _with_checksum(
        _UNKNOWN.rpartition("_")[0].replace("test", "prod")
    ),
    "one with a line break": _UNKNOWN + "\n",
    "two": f"{_UNKNOWN},{_UNKNOWN}",
    "a megabyte": "toc_test_" + "x" * 1_000_000,
    "a surrogate": "\ud800",
    "full-width letters": _UNKNOWN.translate({ord(c): ord(c) + 0xFEE0 for c in "toc"}),
    "Arabic digits": "toc_test_٠٠٠٠٠٠٠٠_" + "٠" * 32 + "_٠٠٠٠٠٠",
    "the null byte": "\0",
    "a path": "../../control",
    "a key of a table": "key#abcdefgh",
    "a condition": "' OR '1'='1",
    "a number": 5,
    "a list": [_UNKNOWN],
    "null": None,
}

_AUTHORIZATIONS: dict[str, Any] = {
    "Bearer alone": "Bearer",
    "Bearer and nothing": "Bearer ",
    "Bearer twice": f"Bearer Bearer {_UNKNOWN}",
    "two joined": f"Bearer {_UNKNOWN}, Bearer {_UNKNOWN}",
    "Basic that is not base64": "Basic %%%",
    "Basic of bytes": "Basic " + b64encode(b"\xff\xfe:\xff").decode(),
    "Basic without a colon": "Basic " + b64encode(_UNKNOWN.encode()).decode(),
    "Basic of a megabyte": "Basic " + b64encode(b"x" * 1_000_000).decode(),
    "Basic of surrogates": "Basic \ud800",
    "an unknown scheme": f"Negotiate {_UNKNOWN}",
    "no scheme": _UNKNOWN,
    "a signature of AWS": "AWS4-HMAC-SHA256 Credential=x/20250101/us-east-1/execute-api",
    "a token that says none": "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9.",
    "a list": ["Bearer x"],
    "null": None,
}


def cases(*, whole: bool) -> Iterator[Case]:
    """Yield all of them, with a good body and with one that no parser should see."""
    for header, forged in (("x-api-key", _FORGED), ("authorization", _AUTHORIZATIONS)):
        for name, value in forged.items():
            for path, code in (("/v1/alerts", "unauthorized"), ("/api/v2/alerts", "401")):
                for body in (_GOOD, b"[" * 100_000):
                    yield Case(
                        kind="forged keys",
                        name=f"{header}: {name} at {path}, {len(body)} bytes",
                        path=path,
                        key=NO_KEY,
                        headers={header: value},
                        body=body,
                        statuses=(401,),
                        code=code,
                    )
