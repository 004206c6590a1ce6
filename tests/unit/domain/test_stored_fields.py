from typing import Any

import orjson
import pytest

from tocsin.domain.stored_fields import without_fields

PAYLOAD: Any = {
    "version": "4",
    "alerts": [
        {"labels": {"a": "1"}, "image": "x", "values": {"B": 1}},
        {"labels": {}, "image": "y"},
    ],
    "list": [1, 2, 3],
}


def without(drop: tuple[str, ...] = (), keep: tuple[str, ...] = ()) -> Any:
    return without_fields(orjson.loads(orjson.dumps(PAYLOAD)), drop, keep)


def test_dropped_fields_are_gone_and_all_else_stays() -> None:
    found = without(drop=("alerts[*].image", "alerts[*].values", "nothing.here", "list[*]"))
    assert found == {"version": "4", "alerts": [{"labels": {"a": "1"}}, {"labels": {}}], "list": []}


@pytest.mark.parametrize(
    "keep", [("alerts[*].labels",), ("alerts[*].labels.a", "alerts[*].labels")]
)
def test_only_kept_fields_stay_with_all_below_them(keep: tuple[str, ...]) -> None:
    assert without(keep=keep) == {"alerts": [{"labels": {"a": "1"}}, {"labels": {}}]}


def test_elements_keep_their_places_unless_they_are_named() -> None:
    assert without(keep=("list[1]", "alerts[*].none")) == {"list": [2], "alerts": [{}, {}]}


def test_keeping_nothing_in_particular_keeps_all() -> None:
    assert without() == PAYLOAD
