"""Properties over arbitrary JSON and arbitrary bytes, the same examples in every run."""

import json
from collections.abc import Iterator
from contextlib import suppress
from math import isfinite
from typing import Any

import msgspec
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.hostile.case import Case, path_of
from tests.hostile.deployment import Deployment, deployed
from tests.hostile.judge import judge
from tests.hostile.run import send
from tests.unit.providers.samples import sample, sample_names
from tocsin.domain.alert import Alert
from tocsin.domain.errors import InvalidAlert, InvalidInput
from tocsin.domain.fingerprint import fingerprint
from tocsin.domain.wire import CanonicalAlert, canonical
from tocsin.providers import limits
from tocsin.providers.members import Entry
from tocsin.providers.registry import NAMES, provider

# Coverage is measured on smaller tests; tracing would double the time of this suite.
pytestmark = [pytest.mark.xdist_group("hostile"), pytest.mark.timeout(300), pytest.mark.no_cover]

NOW_S = 1_763_793_300.0
REPEATABLE = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=60,
    suppress_health_check=list(HealthCheck),
)


def words() -> list[str]:
    """Return the names of fields and the short values in any sample, so that examples get far."""
    found: set[str] = set()
    for name in sample_names():
        found |= set(walk(sample(name)))
    return sorted(found)


def walk(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
        for inner in value.values():
            yield from walk(inner)
    elif isinstance(value, list):
        for inner in value[:3]:
            yield from walk(inner)
    elif isinstance(value, str) and len(value) < 40:
        yield value


TEXT = st.one_of(st.sampled_from(words()), st.text(st.characters(exclude_categories=["Cs"])))
SINGLE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**64 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    TEXT,
    st.datetimes(timezones=st.timezones()).map(lambda at: at.isoformat()),
)
JSON = st.recursive(
    SINGLE,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXT, inner, max_size=6)),
    max_leaves=25,
)


@st.composite
def changed_samples(draw: st.DrawFn, name: str) -> Any:
    """Draw a sample of a provider with some of its parts replaced by arbitrary JSON."""
    own = [each for each in sample_names() if each.partition(".")[0] == name]
    payload = sample(draw(st.sampled_from(own))) if own else draw(JSON)
    for _ in range(draw(st.integers(1, 4))):
        payload = replaced(draw, payload)
    return payload


def replaced(draw: st.DrawFn, value: Any) -> Any:
    if isinstance(value, dict) and value and draw(st.booleans()):
        key = draw(st.sampled_from(sorted(value)))
        return {**value, key: replaced(draw, value[key])}
    if isinstance(value, list) and value and draw(st.booleans()):
        at = draw(st.integers(0, len(value) - 1))
        return [*value[:at], replaced(draw, value[at]), *value[at + 1 :]]
    return draw(JSON)


def check(entries: list[Entry]) -> None:
    """Check that every alert is within the limits, and can be written and read again."""
    for entry in entries:
        assert isinstance(entry, Alert | InvalidAlert)
        if isinstance(entry, InvalidAlert):
            assert 400 <= entry.status < 500
            assert 0 < len(entry.message) < 1000
            continue
        assert 0 < len(entry.labels) <= limits.LABELS_PER_ALERT
        for name, value in entry.labels.items():
            assert 0 < len(name) <= limits.LABEL_NAME_CHARACTERS
            assert len(value) <= limits.LABEL_VALUE_CHARACTERS
        assert len(entry.annotations) <= limits.ANNOTATIONS_PER_ALERT
        for text in entry.annotations.values():
            assert len(text) <= limits.ANNOTATION_VALUE_CHARACTERS
        assert len(entry.url) <= limits.URL_CHARACTERS
        numbers = (entry.value, entry.starts_at_s, entry.ends_at_s, entry.holds_until_s)
        assert all(number is None or isfinite(number) for number in numbers)
        line = canonical(entry, fingerprint("acme", entry.labels), NOW_S)
        msgspec.json.decode(orjson.dumps(line), type=CanonicalAlert)


def parsed(name: str, payload: Any) -> None:
    try:
        # As it would arrive: nothing that JSON cannot hold.
        arrived = orjson.loads(json.dumps(payload))
    except orjson.JSONDecodeError:
        return
    # Any other error would be a 500.
    with suppress(InvalidInput):
        check(provider(name).parse(arrived, NOW_S))
    assert arrived == orjson.loads(json.dumps(payload))


@pytest.mark.parametrize("name", NAMES)
def test_whatever_json_comes_is_read_within_the_limits_or_refused(name: str) -> None:
    @REPEATABLE
    @given(st.one_of(JSON, changed_samples(name)))
    def holds(payload: Any) -> None:
        parsed(name, payload)

    holds()


@pytest.fixture(scope="module")
def deployment() -> Iterator[Deployment]:
    with deployed() as made:
        yield made


def test_whatever_bytes_come_the_answer_is_a_2xx_or_a_4xx(deployment: Deployment) -> None:
    @REPEATABLE
    @given(
        st.one_of(st.binary(max_size=200), JSON.map(lambda value: json.dumps(value).encode())),
        st.sampled_from(NAMES),
        st.dictionaries(
            st.sampled_from(["content-type", "content-encoding", "x-request-id", "x-other"]),
            st.one_of(st.none(), st.text(max_size=20), st.sampled_from(["gzip", "zstd"])),
        ),
    )
    def holds(body: bytes, name: str, headers: dict[str, Any]) -> None:
        statuses = (200, 202, 400, 401, 413, 415, 422)
        case = Case(
            kind="any", name="", path=path_of(name), body=body, headers=headers, statuses=statuses
        )
        answer, cpu_s = send(deployment.stack, deployment.keys["acme"], case)
        assert judge(case, answer, cpu_s, (deployment.keys["acme"],)) == []

    holds()
