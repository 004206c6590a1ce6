import pytest

from tocsin.adapters.dynamodb.attributes import attribute
from tocsin.adapters.dynamodb.formats import (
    STEPS,
    NewerFormat,
    current,
    upgraded,
    version_of,
    versioned,
)
from tocsin.domain.compression import compress, decompress
from tocsin.domain.errors import Conflict, Retryable

KEY = {"pk": {"S": "acme#1"}}


def renamed(stored):
    stored["note"] = stored.pop("mark")
    return stored


def packed(stored):
    text = stored.pop("note")["S"]
    return {**stored, "data": {"B": compress(text.encode())}}


@pytest.fixture
def later(monkeypatch):
    """Two formats after the present one: an attribute is renamed, then packed."""
    steps = (*STEPS["fingerprints"], renamed, packed)
    monkeypatch.setitem(STEPS, "fingerprints", steps)


@pytest.mark.parametrize("kind", STEPS)
def test_what_is_written_has_the_current_format_and_is_read_as_it_is(kind):
    stored = versioned(kind, {"pk": "acme#1", "mark": "x", "absent": None})
    assert stored == {**KEY, "mark": {"S": "x"}, "v": attribute(current(kind))}
    assert upgraded(kind, stored) is stored


@pytest.mark.parametrize("kind", STEPS)
def test_what_has_no_format_gets_the_first(kind):
    old = {**KEY, "mark": {"S": "x"}}
    assert version_of(old) == 0
    assert upgraded(kind, old) == {**old, "v": {"N": str(current(kind))}}


@pytest.mark.parametrize("v", [{}, {"v": {"N": "1"}}])
def test_an_older_item_takes_every_step_and_what_was_read_stays(later, v):
    old = {**KEY, "mark": {"S": "x"}, **v}
    before = dict(old)
    new = upgraded("fingerprints", old)
    assert decompress(new.pop("data")["B"], 10) == b"x"
    assert new == {**KEY, "v": {"N": "3"}}
    assert old == before


def test_an_item_takes_only_the_steps_that_it_lacks(later):
    new = upgraded("fingerprints", {**KEY, "note": {"S": "x"}, "v": {"N": "2"}})
    assert set(new) == {"pk", "data", "v"}


def test_writers_write_the_latest_format(later):
    assert versioned("fingerprints", {"pk": "a", "v": 1})["v"] == {"N": "3"}
    assert versioned("groups", {"pk": "a"})["v"] == {"N": "1"}


def test_a_newer_item_is_no_conflict_and_may_pass():
    with pytest.raises(
        NewerFormat, match=r"groups has format 2.* knows 1.*use the newer"
    ) as raised:
        upgraded("groups", {**KEY, "v": {"N": "2"}})
    assert isinstance(raised.value, Retryable)
    assert not isinstance(raised.value, Conflict)
    assert "acme" not in str(raised.value)
