"""How pushed points are cut; what is stored is found by it, so that it must stay as it is."""

from tests.builders import T0
from tocsin.domain.metricpieces import SHARDS, cut, shard_of
from tocsin.domain.series import Series

MINUTE_S = int(T0 - T0 % 60)


def test_a_metric_stays_where_it_is_stored() -> None:
    found = {name: shard_of(name) for name in ("cpu", "memory", "http_requests_total", "é#")}
    assert found == {"cpu": 15, "memory": 10, "http_requests_total": 5, "é#": 2}


def test_hundreds_of_metrics_of_one_minute_are_a_piece_a_shard() -> None:
    series = (Series((), ((MINUTE_S + 59.999, 1.0), (float(MINUTE_S), 2.0))),)
    pieces = cut({f"m{n}": series for n in range(400)})
    assert [(piece.shard, piece.slot_s) for piece in pieces] == [
        (shard, MINUTE_S) for shard in range(SHARDS)
    ]
    assert sum(len(piece.metrics) for piece in pieces) == 400


def test_each_minute_is_a_piece() -> None:
    points = tuple((MINUTE_S + 30.0 * n, float(n)) for n in range(5))
    pieces = cut({"cpu": (Series((), points),)})
    assert [piece.slot_s - MINUTE_S for piece in pieces] == [0, 60, 120]
    assert [piece.metrics["cpu"][0].points for piece in pieces] == [
        points[:2], points[2:4], points[4:],
    ]  # fmt: skip
