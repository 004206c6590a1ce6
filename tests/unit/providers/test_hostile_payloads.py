"""Every value of every sample, replaced by what nobody would send, and every key left out.

Whatever comes, a module answers with entries or refuses: any other error would be a 500, and
the sender would send the same again for ever.
"""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import msgspec
import orjson
import pytest

from tests.unit.providers.samples import sample, sample_names
from tocsin.domain.alert import Alert
from tocsin.domain.errors import InvalidAlert, InvalidInput
from tocsin.domain.fingerprint import fingerprint
from tocsin.domain.wire import CanonicalAlert, canonical
from tocsin.providers.registry import provider

NOW_S = 1_763_793_300.0
HOSTILE = (
    None, True, 0, -1, 7.5, 2**63, 1e308, "", " ", "x", "\x00\n", "9" * 5000, "x" * 100_000,
    [], [None], ["x"], [[]], [{}], {}, {"x": None}, {"": {}}, {"x" * 5000: "x"},
)  # fmt: skip


def paths(value: Any) -> Iterator[tuple[Any, ...]]:
    """Yield where each value below this one lies; of a list the first two."""
    items: Any = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value[:2])
    for key, inner in items:
        yield (key,)
        yield from ((key, *rest) for rest in paths(inner))


def changed(body: bytes, path: tuple[Any, ...], *value: Any) -> Any:
    payload = orjson.loads(body)
    inner = payload
    for key in path[:-1]:
        inner = inner[key]
    if value:
        inner[path[-1]] = value[0]
    else:
        del inner[path[-1]]
    # As it would arrive: each value on its own, and nothing that JSON cannot hold.
    return orjson.loads(orjson.dumps(payload))


def check(name: str, payload: Any) -> None:
    entries: list[Alert | InvalidAlert] = []
    with suppress(InvalidInput):
        entries = provider(name).parse(payload, NOW_S)
    for entry in entries:
        assert isinstance(entry, Alert | InvalidAlert)
        if isinstance(entry, Alert):
            assert "alertname" in entry.labels
            line = canonical(entry, fingerprint("acme", entry.labels), NOW_S)
            msgspec.json.decode(orjson.dumps(line), type=CanonicalAlert)


@pytest.mark.parametrize("name", sample_names())
def test_a_sample_with_anything_changed_is_read_or_refused(name: str) -> None:
    provider_name = name.partition(".")[0]
    body = orjson.dumps(sample(name))
    for path in paths(sample(name)):
        check(provider_name, changed(body, path))
        for value in HOSTILE:
            check(provider_name, changed(body, path, value))


@pytest.mark.parametrize("name", sorted({name.partition(".")[0] for name in sample_names()}))
@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
def test_a_body_that_is_something_else_is_read_or_refused(name: str, value: Any) -> None:
    check(name, value)
