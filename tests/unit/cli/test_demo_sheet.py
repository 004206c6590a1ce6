import msgspec
import pytest

from cli.demo.overview import Overview
from cli.demo.sheet import balance_sheet

SETTLED = {
    "tenant": "acme",
    "accepted": 5,
    "delivered": 3,
    "duplicate": 1,
    "suppressed": {},
    "dead_lettered": 1,
    "pending": 0,
}


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [({}, "yes"), ({"pending": 2, "accepted": 7}, "not yet"), ({"accepted": 7}, "NO")],
)
def test_what_is_on_its_way_is_no_error_in_the_books(changed, verdict):
    overview = msgspec.convert({**SETTLED, **changed}, Overview)
    (cells,) = [list(each.cells) for each in balance_sheet([overview]).columns[-1:]]
    assert cells == [verdict]
