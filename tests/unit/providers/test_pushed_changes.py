"""Changes as deployment tools push them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import T0
from tocsin.domain.errors import InvalidInput, InvalidPayload, TooLarge
from tocsin.domain.found import RecentChange
from tocsin.providers.pushed_changes import COUNT_LIMIT, parse

OURS = {
    "service": "checkout-api",
    "title": "v42",
    "time": "2025-11-22T05:40:00Z",
    "kind": "deployment",
    "by": "ann",
    "url": "https://ci.example/42",
}
AT_S = 1_763_790_000.0
PAGERDUTY = {
    "routing_key": "0123456789abcdef0123456789abcdef",
    "payload": {
        "summary": "Build Success - Increase snapshot create timeout to 30 seconds",
        "source": "acme-build-pipeline-tool-default-i-9999",
        "timestamp": "2025-11-22T05:41:00.000Z",
        "custom_details": {"build_state": "passed", "build_number": "2", "run_time": "1236s"},
    },
    "links": [{"href": "https://acme.pagerduty.dev/build/2", "text": "View more details"}],
}


def test_our_own_form() -> None:
    (found,) = parse(OURS, T0).changes
    assert found == (
        0,
        RecentChange(
            at_s=AT_S,
            service="checkout-api",
            title="v42",
            kind="deployment",
            by="ann",
            url="https://ci.example/42",
        ),
    )


@pytest.mark.parametrize("payload", [[OURS, OURS], {"changes": [OURS, OURS]}])
def test_several_at_once(payload: Any) -> None:
    assert [index for index, _ in parse(payload, T0).changes] == [0, 1]


def test_a_change_without_a_time_is_of_now() -> None:
    ((_, change),) = parse({"service": "a", "title": "b"}, T0).changes
    assert change == RecentChange(at_s=T0, service="a", title="b")


def test_a_change_event_of_pagerdutys() -> None:
    ((_, change),) = parse(PAGERDUTY, T0).changes
    assert change == RecentChange(
        at_s=AT_S + 60,
        service="acme-build-pipeline-tool-default-i-9999",
        title="Build Success - Increase snapshot create timeout to 30 seconds",
        url="https://acme.pagerduty.dev/build/2",
    )


def test_a_change_event_of_pagerdutys_that_names_its_service() -> None:
    payload = {**PAGERDUTY["payload"], "custom_details": {"service": "checkout", "by": "bob"}}
    ((_, change),) = parse({**PAGERDUTY, "payload": payload, "links": None}, T0).changes
    assert (change.service, change.by, change.url) == ("checkout", "bob", "")


@pytest.mark.parametrize(
    ("wrong", "path", "says"),
    [
        ({"service": ""}, "[1].service", "needs a `service`"),
        ({"service": 7}, "[1].service", "expected a string, got a number"),
        ({"title": None}, "[1].title", "needs a `title`"),
        ({"title": "\u202e\x00"}, "[1].title", "nothing to read"),
        ({"time": "yesterday"}, "[1].time", "not an RFC 3339 time"),
        ({"time": T0 - 8 * 86400}, "[1].time", "7 days old"),
        ({"time": T0 + 301}, "[1].time", "5 minutes ahead"),
    ],
)
def test_a_bad_one_says_why_and_its_neighbours_are_taken(
    wrong: dict[str, Any], path: str, says: str
) -> None:
    parsed = parse([OURS, {**OURS, **wrong}, OURS], T0)
    assert [index for index, _ in parsed.changes] == [0, 2]
    ((index, error),) = parsed.rejected
    assert (index, error.path) == (1, path)
    assert says in error.message


@pytest.mark.parametrize("payload", ["text", 7, None, {"changes": {}}])
def test_what_holds_no_changes_is_refused(payload: Any) -> None:
    with pytest.raises(InvalidPayload):
        parse(payload, T0)


def test_there_may_be_a_thousand_in_one_request() -> None:
    assert len(parse([OURS] * COUNT_LIMIT, T0).changes) == COUNT_LIMIT
    with pytest.raises(TooLarge):
        parse([OURS] * (COUNT_LIMIT + 1), T0)


def test_texts_are_one_line_of_what_can_be_shown_and_links_are_links() -> None:
    hostile = {**OURS, "title": "a\n\x1b[31mb" + "c" * 999, "url": "javascript:alert(1)"}
    ((_, change),) = parse(hostile, T0).changes
    assert change.title.startswith("a [31mb c"[:7])
    assert change.title.isprintable()
    assert len(change.title) == 300
    assert change.url == ""


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(
            st.sampled_from([*OURS, "payload", "links", "changes", "summary", "custom_details"]),
            inner,
        )
    ),
)


@given(_json)
def test_whatever_is_sent_is_read_or_refused(payload: Any) -> None:
    try:
        parsed = parse(payload, T0)
    except InvalidInput:
        return
    assert all(change.service and change.title for _, change in parsed.changes)
