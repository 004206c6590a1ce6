"""PagerDuty's events, whose body is read before the key in it is known."""

from collections.abc import Iterator
from typing import Any

from tests.hostile.case import NO_KEY, Body, Case, text
from tests.hostile.corpus.texts import CHARACTERS

_DETAILS = {"summary": "Disk full", "source": "db-1", "severity": "critical"}
_EVENT = {"event_action": "trigger", "dedup_key": "d", "payload": _DETAILS}

_REFUSED: dict[str, tuple[Body, int, str]] = {
    "nothing": (b"", 400, "invalid_json"),
    "no JSON": (b"{", 400, "invalid_json"),
    "a million lists": (b"[" * 500_000, 400, "invalid_json"),
    "a lone surrogate": (b'{"routing_key": "\\ud800"}', 400, "invalid_json"),
    "513 KB": (b" " * (513 * 1024), 413, "too_large"),
    "a list": (b"[]", 401, "unauthorized"),
    "a key that is a list": (text({**_EVENT, "routing_key": []}), 401, "unauthorized"),
    "a key of PagerDuty's": (text({**_EVENT, "routing_key": "e" * 32}), 401, "unauthorized"),
    "a forged key": (text({**_EVENT, "routing_key": "toc_test_x"}), 401, "unauthorized"),
    "a key of characters": (text({**_EVENT, "routing_key": "toc_\0\u202e"}), 401, "unauthorized"),
}

_WRONG: dict[str, dict[str, Any]] = {
    "no action": {"event_action": None},
    "an unknown action": {"event_action": "explode"},
    "a payload that is a list": {"payload": []},
    "no payload": {"payload": None},
    "a dedup_key that is an object": {"dedup_key": {}},
    "a dedup_key of 5,000 characters": {"dedup_key": "d" * 5000},
}


def cases(*, whole: bool) -> Iterator[Case]:
    """Yield all of them."""
    for name, (body, status, code) in _REFUSED.items():
        yield _case(name, body, (status,), key=NO_KEY, code=code)
    for name, fields in _WRONG.items():
        yield _case(name, text({**_EVENT, **fields}), (400,))
    for name, characters in CHARACTERS.items():
        details = {**_DETAILS, "summary": characters + "x", "custom_details": {"a": characters}}
        yield _case(f"{name} in it", text({**_EVENT, "payload": details}), (202,))
    for levels, status in ((200, 202), (1000, 400)):
        deep = b"[" * levels + b"]" * levels
        body = text({**_EVENT, "routing_key": "KEY", "payload": {**_DETAILS, "custom_details": 7}})
        body = body.replace(b"7", deep).replace(b"Disk", b"\\u0044isk")
        yield _case(f"{levels} levels and an escape", body, (status,), key=NO_KEY)


def _case(name: str, body: Body, statuses: tuple[int, ...], **fields: Any) -> Case:
    return Case(
        kind="events of PagerDuty",
        name=name,
        path="/v2/enqueue",
        body=body,
        statuses=statuses,
        **fields,
    )
