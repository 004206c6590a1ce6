"""Bodies that are not JSON, for every provider: a 400, or a 422 where forms are read too."""

from collections.abc import Callable, Iterator

from tests.hostile.case import Body, Case, path_of
from tocsin.providers import registry
from tocsin.providers.registry import NAMES

_GOOD = b'{"name": "Disk full", "labels": {"host": "db-1"}}'

# For every provider.
_EVERYWHERE: dict[str, tuple[str, Body]] = {
    "white space": ("malformed", b" \n\t"),
    "a word": ("malformed", b"hello"),
    "an open object": ("truncated", b"{"),
    "an open list": ("truncated", b"["),
    "an open text": ("truncated", b'{"name": "Disk'),
    "half a body": ("truncated", _GOOD[: len(_GOOD) // 2]),
    "all but the last byte": ("truncated", _GOOD[:-1]),
    "half an escape": ("truncated", b'"\\u12'),
    "half a character": ("not UTF-8", b'{"name": "\xc3'),
    "NaN": ("not a number", b'{"value": NaN}'),
    "1e400": ("not a number", b'{"value": 1e400}'),
    "10,000 lists": ("deep", b"[" * 10_000 + b"]" * 10_000),
    "a lone surrogate": ("surrogates", b'{"name": "\\ud800"}'),
    "latin-1": ("not UTF-8", '{"name": "é"}'.encode("latin-1")),
    "UTF-16": ("not UTF-8", '{"name": "x"}'.encode("utf-16")),
}

_ONCE: dict[str, tuple[str, Body]] = {
    "two values": ("malformed", _GOOD * 2),
    "JSON lines": ("malformed", _GOOD + b"\n" + _GOOD),
    "a comma too many": ("malformed", b'{"name": "x",}'),
    "single quotes": ("malformed", b"{'name': 'x'}"),
    "no quotes": ("malformed", b'{name: "x"}'),
    "a comment": ("malformed", b'{"name": "x"} // why'),
    "XML": ("malformed", b'<?xml version="1.0"?><alert name="x"/>'),
    "an external entity": (
        "malformed",
        b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>',
    ),
    "YAML": ("malformed", b"name: x\nlabels:\n  host: db-1\n"),
    "an executable": ("malformed", b"\x7fELF" + bytes(1000)),
    "NUL bytes": ("malformed", bytes(1000)),
    "NUL in the middle": ("malformed", _GOOD.replace(b"Disk", b"Di\0sk")),
    "a raw line break in a text": ("malformed", b'{"name": "a\nb"}'),
    "a byte-order mark": ("not UTF-8", b"\xef\xbb\xbf" + _GOOD),
    "UTF-16 little-endian": ("not UTF-8", _GOOD.decode().encode("utf-16-le")),
    "UTF-32": ("not UTF-8", _GOOD.decode().encode("utf-32")),
    "overlong UTF-8": ("not UTF-8", b'{"name": "\xc0\xaf"}'),
    "a surrogate in UTF-8": ("not UTF-8", b'{"name": "\xed\xa0\x80"}'),
    "beyond Unicode": ("not UTF-8", b'{"name": "\xf4\x90\x80\x80"}'),
    "a bare continuation byte": ("not UTF-8", b'{"name": "\x80"}'),
    "Infinity": ("not a number", b'{"value": Infinity}'),
    "-Infinity": ("not a number", b'{"value": -Infinity}'),
    "-1e400": ("not a number", b'{"value": -1e400}'),
    "hexadecimal": ("not a number", b'{"value": 0x10}'),
    "a leading zero": ("not a number", b'{"value": 007}'),
    "a leading plus": ("not a number", b'{"value": +1}'),
    "two points": ("not a number", b'{"value": 1.2.3}'),
    "two surrogates in the wrong order": ("surrogates", b'{"name": "\\udc00\\ud800"}'),
    "a high surrogate and a letter": ("surrogates", b'{"name": "\\ud800x"}'),
    "a surrogate as a name": ("surrogates", b'{"\\udfff": "x"}'),
    "a million lists": ("deep", lambda: b"[" * 1_000_000),
    "a million closed lists": ("deep", lambda: b"[" * 1_000_000 + b"]" * 1_000_000),
    "10,000 objects": ("deep", lambda: b'{"a":' * 10_000 + b"1" + b"}" * 10_000),
    "700,000 objects": ("deep", lambda: b'{"a":' * 700_000),
    "1,025 lists": ("deep", b"[" * 1025 + b"]" * 1025),
    "deep inside an annotation": (
        "deep",
        b'{"name": "x", "annotations": {"a": ' + b"[" * 5000 + b"]" * 5000 + b"}}",
    ),
}


def cases(*, whole: bool) -> Iterator[Case]:
    """Yield all of them; no class here grows when `whole`."""
    for provider in NAMES:
        for name, (kind, body) in _EVERYWHERE.items():
            yield _case(provider, kind, name, body)
    for provider in ("generic", "alertmanager-api"):
        for name, (kind, body) in _ONCE.items():
            yield _case(provider, kind, name, body)


def _case(provider: str, kind: str, name: str, body: bytes | Callable[[], bytes]) -> Case:
    statuses: tuple[int, ...] = (400,)
    code = "invalid_json"
    if registry.provider(provider).sends_forms:
        # Nearly everything is a form, though not one that says what is needed.
        statuses, code = (400, 422), ""
    elif provider == "alertmanager-api":
        # White space is no body to an Alertmanager.
        statuses, code = ((422,), "602") if name == "white space" else ((400,), "400")
    return Case(
        kind=kind,
        name=f"{name} to {provider}",
        path=path_of(provider),
        body=body,
        statuses=statuses,
        code=code,
    )
