"""What may be asked of the ledger, and what is refused."""

import pytest

from tests.builders import T0, config
from tocsin.domain.errors import InvalidInput
from tocsin.domain.ledger import Position
from tocsin.runtime.gateway import HttpRequest
from tocsin.runtime.ledger.reading import Asked, asked_story, cursor_of, listing, notification_of

KEY = f"toc_{'0' * 32}"
NAME = "f" * 32


def request(path: str = "/v1/deliveries", **query: str | tuple[str, ...]) -> HttpRequest:
    queries = {
        name: value if isinstance(value, tuple) else (value,) for name, value in query.items()
    }
    return HttpRequest(
        id="r", resource=path, parameters={}, query={}, headers={}, raw_body=b"", queries=queries
    )


def asked(**query: str | tuple[str, ...]) -> Asked:
    integrations = {"team": ("team/webhook/0", "team/slack/0")}
    found = config(integrations=integrations)
    return listing(request(**query), found, lambda name: f"of-{name}", T0)


def test_the_last_day_is_asked_for_unless_more_is_said() -> None:
    plain = asked()
    assert (plain.span.since_s, plain.span.until_s) == (T0 - 86_400, T0)
    assert (plain.limit, plain.before) == (50, None)


def test_everything_can_be_said() -> None:
    found = asked(
        receiver="team", outcome="failed", fingerprint=NAME.upper(), key=KEY, since="3h",
        until="2025-11-22T05:00:00Z", limit="7", cursor="12.00000000000000aa",
    )  # fmt: skip
    assert found.wanted.receivers == {"team", "team/webhook/0", "team/slack/0"}
    assert (found.wanted.ending, found.wanted.fingerprint) == ("failed", NAME)
    assert (found.wanted.key, found.limit) == (KEY, 7)
    assert found.span.since_s == T0 - 3 * 3600
    assert found.before == Position(12, "00000000000000aa")


def test_a_fingerprint_of_alertmanagers_is_looked_up() -> None:
    assert asked(fingerprint="a" * 16).wanted.fingerprint == f"of-{'a' * 16}"


def test_a_cursor_is_read_as_it_was_written() -> None:
    for position in (Position(1_763_790_000_000), Position(0, "0123456789abcdef")):
        assert asked(cursor=cursor_of(position)).before == position


def test_nothing_is_looked_for_that_is_kept_no_more() -> None:
    assert asked(since="2000-01-01T00:00:00Z").span.since_s == T0 - 30 * 86_400


def test_the_future_is_not_looked_at() -> None:
    assert asked(until="2100-01-01T00:00:00Z").span.until_s == T0


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ({"outcome": "lost"}, "outcome"),
        ({"fingerprint": "xyz"}, "fingerprint"),
        ({"key": "toc_1"}, "key"),
        ({"limit": "0"}, "limit"),
        ({"limit": "501"}, "limit"),
        ({"limit": "-1"}, "limit"),
        ({"limit": "\u00b2"}, "limit"),
        ({"limit": "9" * 99}, "limit"),
        ({"cursor": "abc"}, "cursor"),
        ({"cursor": "1"}, "cursor"),
        ({"cursor": "\u0661.0000000000000000"}, "cursor"),
        ({"since": "yesterday"}, "since"),
        ({"since": "1h", "until": "2h"}, "since"),
        ({"until": "2000-01-01T00:00:00Z"}, "since"),
        ({"until": "-1"}, "until"),
        ({"colour": "red"}, "colour"),
        ({"limit": ("1", "2")}, "limit"),
        ({"receiver": "x" * 300}, "receiver"),
    ],
)
def test_what_is_wrong_is_refused_by_name(query: dict[str, str], path: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        asked(**query)
    assert (caught.value.status, caught.value.path) == (422, path)


def test_a_notification_is_named_by_its_key() -> None:
    assert notification_of(request()) == ""
    assert notification_of(request("/v1/deliveries/")) == ""
    assert notification_of(request(f"/v1/deliveries/{KEY}")) == KEY
    with pytest.raises(InvalidInput) as caught:
        notification_of(request("/v1/deliveries/toc_1"))
    assert caught.value.status == 404


def test_a_story_is_whole_where_its_beginning_is_named() -> None:
    assert asked_story(request(), T0)[1] is False
    assert asked_story(request(since="2d"), T0)[1] is True
    with pytest.raises(InvalidInput):
        asked_story(request(limit="1"), T0)
