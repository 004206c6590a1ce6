"""JSON that is something else than a payload, for every provider, and wrong types in an alert."""

from collections.abc import Iterator
from typing import Any

from tests.hostile.case import OK, Case, path_of, statuses_of, text
from tocsin.providers.registry import NAMES

_DEEP = b"[" * 1000 + b"]" * 1000

# Nothing of these is an alert, for nobody.
_NO_ALERTS: dict[str, bytes] = {
    "null": b"null",
    "true": b"true",
    "zero": b"0",
    "a float": b"-1.5e-300",
    "a text": b'"hello"',
    "JSON in a text": b'"{\\"name\\": \\"x\\"}"',
    "an empty text": b'""',
    "an empty object": b"{}",
    "an empty list": b"[]",
    "a list of null": b"[null]",
    "a list of lists": b"[[[]], [[]]]",
    "a list of texts": b'["a", "b"]',
    "1,000 lists": _DEEP,
    "alerts that are a number": b'{"alerts": 5}',
    "alerts that are an object": b'{"alerts": {"0": {}}}',
    "alerts that are null": b'{"alerts": null}',
    "prototypes": b'{"__proto__": {"status": "firing"}, "constructor": {"prototype": {}}}',
    "the empty name": b'{"": ""}',
}

# Generic JSON: each is one alert, and this is what is wrong in it.
_WRONG: dict[str, tuple[Any, str]] = {
    "labels that are a list": ({"labels": []}, "labels"),
    "labels that are a text": ({"labels": "host=a"}, "labels"),
    "labels that are true": ({"labels": True}, "labels"),
    "a label that is a list": ({"labels": {"host": ["a"]}}, "labels.host"),
    "a label that is an object": ({"labels": {"host": {}}}, "labels.host"),
    "annotations that are a list": ({"annotations": [1]}, "annotations"),
    "an annotation that is an object": ({"annotations": {"a": {}}}, "annotations.a"),
    "a status that is a number": ({"status": 1}, "status"),
    "a status that is true": ({"status": True}, "status"),
    "a status that is a list": ({"status": ["firing"]}, "status"),
    "an unknown status": ({"status": "maybe"}, "status"),
    "a severity that is an object": ({"severity": {}}, "severity"),
    "a severity that is a list": ({"severity": []}, "severity"),
    "a name that is an object": ({"name": {}}, "name"),
    "a name that is null": ({"name": None}, "name"),
    "a name that is empty": ({"name": ""}, "name"),
    "tags that are a number": ({"tags": 7}, "tags"),
    "tags of objects": ({"tags": [{}]}, "tags[0]"),
    "a time that is a list": ({"starts_at": []}, "starts_at"),
    "a time that is true": ({"starts_at": True}, "starts_at"),
    "a summary that is an object": ({"summary": {}}, "summary"),
}

# Generic JSON: wrong, and harmless, since no identity depends on it.
_HARMLESS: dict[str, Any] = {
    "a value that is a text": {"value": "much"},
    "a value that is a list": {"value": [1]},
    "a link that is an object": {"url": {}},
    "a link that is script": {"url": "javascript:alert(1)"},
    "a link with a line break": {"url": "https://example.com/\r\nSet-Cookie: a=b"},
    "a link that is no link": {"url": "http://["},
    "an unknown field that is deep": {"extra": {"a": [{"b": [[]]}]}},
    "labels that are null": {"labels": None},
    "a host that is an object": {"host": {"name": "db-1"}},
    "prototypes as fields": {"__proto__": {"name": "y"}, "constructor": 1, "toString": []},
    "prototypes as labels": {"labels": {"__proto__": "a", "constructor": "b", "__class__": "c"}},
    "attributes of Python": {"__class__": "x", "__init__": {"__globals__": 1}},
    "a template": {"summary": "{{7*7}} ${7*7} #{7*7} %s %n {0.__class__}"},
    "SQL": {"labels": {"host": "'; DROP TABLE alerts; --"}},
    "a lookup": {"summary": "${jndi:ldap://127.0.0.1/a}"},
    "a formula": {"summary": '=HYPERLINK("http://127.0.0.1")'},
    "markup": {"summary": "<!channel> <script>alert(1)</script> *bold* <http://a|b>"},
}

_DUPLICATES: dict[str, tuple[bytes, int]] = {
    "names": (b'{"name": "first", "name": "last"}', 1),
    "labels": (b'{"name": "x", "labels": {"host": "a", "host": "b"}}', 1),
    "a good and a bad one": (b'{"name": "x", "labels": {}, "labels": 5}', 0),
    "a bad and a good one": (b'{"name": "x", "labels": 5, "labels": {}}', 1),
    "lists of alerts": (b'{"alerts": [], "alerts": [{"name": "x"}]}', 1),
    "10,000 of one name": (b'{"name": "x"' + b', "a": 1' * 10_000 + b"}", 1),
}


def cases(*, whole: bool) -> Iterator[Case]:
    """Yield all of them; no class here grows when `whole`."""
    for provider in NAMES:
        for name, body in _NO_ALERTS.items():
            yield _other_kind(provider, name, body)
    for name, (fields, where) in _WRONG.items():
        yield Case(
            kind="wrong types",
            name=name,
            body=text({"name": "x", **fields}),
            statuses=(422,),
            where=where,
            accepted=0,
            rejected=1,
        )
    for name, fields in _HARMLESS.items():
        yield Case(
            kind="harmless oddities",
            name=name,
            body=text({"name": f"odd: {name}", **fields}),
            statuses=OK,
            accepted=1,
        )
    for name, (body, accepted) in _DUPLICATES.items():
        yield Case(
            kind="duplicate keys",
            name=name,
            body=body,
            statuses=OK if accepted else (422,),
            accepted=accepted,
        )


def _other_kind(provider: str, name: str, body: bytes) -> Case:
    is_alertmanager = provider == "alertmanager-api"
    return Case(
        kind="another kind of JSON",
        name=f"{name} to {provider}",
        path=path_of(provider),
        body=body,
        statuses=statuses_of(provider),
        accepted=None if is_alertmanager else 0,
    )
