"""Texts that are long, many, invisible or not what they seem."""

from collections.abc import Iterator
from typing import Any

from tests.hostile.case import OK, Case, text

MEGABYTE = 1_000_000

# What XML, terminals, queues and chat rooms do not take, or take for something else.
CHARACTERS: dict[str, str] = {
    "NUL": "\0",
    "controls": "".join(map(chr, range(1, 32))),
    "C1 controls": "".join(map(chr, range(0x7F, 0xA0))),
    "an escape of a terminal": "\x1b[2J\x1b]0;title\x07",
    "line breaks": "\r\n\u2028\u2029\x85",
    "bidi": "\u202e\u202d\u2066\u2067\u2068\u2069\u200f\u061c",
    "zero width": "\u200b\u200c\u200d\u2060\ufeff\u00ad",
    "no characters": "\ufffe\uffff\ufdd0\U0001ffff",
    "tags": "\U000e0041\U000e007f",
    "beyond the plane": "\U0001f525\U0001d54f",
    "combining": "e" + "\u0301" * 500,
    "a family": "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "private use": "\ue000\U0010fffd",
    "quotes": "\"'`\\ / \u201c\u201d",
    "a separator of keys": "#|:\x1f\x1e tenant#beta#",
    "surrogate pairs": "\U00010000\U0010ffff",
    "space": "\u00a0\u3000 \t ",
}

_REFUSED: dict[str, tuple[Any, str]] = {
    "a label of a megabyte": ({"labels": {"a": "x" * MEGABYTE}}, "labels.a"),
    "a label name of a megabyte": ({"labels": {"x" * MEGABYTE: "a"}}, "labels."),
    "a label of 4,097 characters": ({"labels": {"a": "x" * 4097}}, "labels.a"),
    "a label name of 257 characters": ({"labels": {"x" * 257: "a"}}, "labels."),
    "an empty label name": ({"labels": {"": "a"}}, "labels."),
    "a label name of controls": ({"labels": {"\0\r\n" * 80: "a" * 5000}}, "labels."),
    "129 labels": ({"labels": {f"l{n}": "x" for n in range(128)}}, "labels"),
    "a thousand labels": ({"labels": {f"l{n}": "x" for n in range(1000)}}, "labels"),
    "100,000 labels": ({"labels": {f"l{n}": "x" for n in range(100_000)}}, "labels"),
    "100,000 tags": ({"tags": [f"t{n}" for n in range(100_000)]}, "labels"),
    "129 annotations": ({"annotations": {f"a{n}": "x" for n in range(129)}}, "annotations"),
    "a name of a megabyte": ({"name": "x" * MEGABYTE}, "labels.alertname"),
    "a host of a megabyte": ({"host": "x" * MEGABYTE}, "labels.host"),
    "an unknown status of a megabyte": ({"status": "x" * MEGABYTE}, "status"),
    "a time of a megabyte": ({"starts_at": "2" * MEGABYTE}, "starts_at"),
    "a time of bidi": ({"starts_at": "\u202e" * 30}, "starts_at"),
}

_TAKEN: dict[str, Any] = {
    "an annotation of a megabyte": {"annotations": {"a": "x" * MEGABYTE}},
    "a summary of a megabyte": {"summary": "\U0001f525" * 250_000},
    "a summary of quotes": {"summary": '"\\' * 200_000},
    "an unknown field of a megabyte": {"unknown": "x" * MEGABYTE},
    "a severity of a megabyte": {"severity": "x" * MEGABYTE},
    "a link of a megabyte": {"url": "https://example.com/" + "x" * MEGABYTE},
    "a value of a megabyte": {"value": "9" * MEGABYTE},
    "127 labels of 4,096": {"labels": {f"l{n}": "x" * 4096 for n in range(127)}},
    "127 labels of 4,096 emoji": {"labels": {f"m{n}": "\U0001f525" * 4096 for n in range(127)}},
    "128 annotations of 16,384": {"annotations": {f"a{n}": "x" * 16_384 for n in range(128)}},
    "5 MB of emoji": {"annotations": {f"a{n}": "\U0001f525" * 16_384 for n in range(25)}},
    "a label name of 256 characters": {"labels": {"\U0001f525" * 256: "a"}},
}

_PLACES: dict[str, Any] = {
    "a name": lambda characters: {"name": f"a{characters}z"},
    "a label": lambda characters: {"name": "x", "labels": {"host": f"a{characters}z"}},
    "a label name": lambda characters: {"name": "x", "labels": {f"a{characters}"[:256]: "v"}},
    "an annotation": lambda characters: {"name": "x", "annotations": {f"a{characters}"[:256]: "v"}},
    "a summary": lambda characters: {"name": "x", "host": "t", "summary": characters * 3},
    "a severity": lambda characters: {"name": "x", "host": "s", "severity": characters},
    "a link": lambda characters: {"name": "x", "host": "u", "url": f"https://a/{characters}"},
}


def cases(*, whole: bool) -> Iterator[Case]:
    """Yield all of them."""
    for name, (fields, where) in _REFUSED.items():
        yield Case(
            kind="long and many",
            name=name,
            body=text({"name": "x", **fields}),
            statuses=(422,),
            where=where,
            accepted=0,
        )
    for name, fields in _TAKEN.items():
        yield Case(
            kind="long and many",
            name=name,
            body=text({"name": f"long: {name}", **fields}),
            statuses=OK,
            accepted=1,
        )
    for characters, value in CHARACTERS.items():
        for place, fields_with in _PLACES.items():
            for spelling in ("raw", "escaped"):
                yield _with_characters(f"{characters} in {place}, {spelling}", fields_with(value))


def _with_characters(name: str, fields: Any) -> Case:
    import orjson

    body = text(fields) if name.endswith("escaped") else orjson.dumps(fields)
    return Case(kind="characters", name=name, body=body, statuses=OK, accepted=1)
