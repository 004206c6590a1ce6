from typing import Any

import pytest

from tocsin.domain.errors import InvalidInput
from tocsin.domain.paths import parse_path, places, value_at

PAYLOAD: Any = {"alerts": [{"id": 1, "a.b": "x"}, {"id": 2}], "meta": {"host": "db-1"}}


@pytest.mark.parametrize(
    ("text", "index", "value"),
    [
        ("meta.host", 0, "db-1"),
        ("alerts[*].id", 1, 2),
        ("alerts[0].id", 1, 1),
        ('alerts[0]["a.b"]', 0, "x"),
        ("alerts[7].id", 0, None),
        ("alerts[*].id", 7, None),
        ("meta[0]", 0, None),
        ("alerts.id", 0, None),
        ("nothing.at.all", 0, None),
    ],
)
def test_a_path_leads_to_a_value_or_to_nothing(text: str, index: int, value: Any) -> None:
    assert value_at(PAYLOAD, parse_path(text), index) == value


@pytest.mark.parametrize(
    "text", ["", ".a", "a.", "a..b", "a[", "a[x]", "a[-1]", "a]b", 'a["x]', "a" + ".a" * 20]
)
def test_what_is_no_path_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_path(text)


def test_places_are_all_that_a_path_leads_to() -> None:
    found = [container[key] for container, key in places(PAYLOAD, parse_path("alerts[*].id"))]
    assert found == [1, 2]
    assert list(places(PAYLOAD, parse_path("meta[*].id"))) == []
