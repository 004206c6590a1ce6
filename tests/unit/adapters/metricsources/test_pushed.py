"""Pushed metrics as a source."""

from tests.builders import T0
from tocsin.adapters.memory import MemoryMetrics
from tocsin.adapters.metricsources.pushed import PushedSource
from tocsin.domain import metricpieces
from tocsin.domain.matchers import parse_matchers
from tocsin.domain.rule import Query
from tocsin.domain.series import Asked, Series, Unanswered


class Counting(MemoryMetrics):
    def __init__(self) -> None:
        super().__init__()
        self.reads = 0

    def read(self, *args, **kwargs):
        self.reads += 1
        return super().read(*args, **kwargs)


def asked(metric="cpu", from_s=T0 - 300, to_s=T0, matchers=""):
    query = Query(metric=metric, matchers=parse_matchers(matchers) if matchers else ())
    return Asked(query, from_s, to_s)


def source(kept_s=90_000.0):
    metrics = Counting()
    a, b = (("host", "a"),), (("host", "b"),)
    points = ((T0 - 200, 1.0), (T0 - 10, 2.0))
    metrics.append("acme", "r1", T0, {"cpu": [Series(a, points), Series(b, points[:1])]})
    return metrics, PushedSource(metrics, kept_s)


def test_each_window_has_its_points_and_a_metric_is_read_once():
    metrics, pushed = source()
    long, short = pushed.ask("acme", [asked(), asked(from_s=T0 - 60)], T0)
    assert [len(each.points) for each in long] == [2, 1]
    assert [each.points for each in short] == [((T0 - 10, 2.0),)]
    assert metrics.reads == 1


def test_matchers_choose_and_missing_data_is_an_empty_answer():
    _, pushed = source()
    chosen, nothing, other = pushed.ask(
        "acme", [asked(matchers="host=b"), asked("disk"), asked(to_s=T0 - 250)], T0
    )
    assert [dict(each.labels) for each in chosen] == [{"host": "b"}]
    assert (nothing, other) == ((), ())
    assert pushed.ask("beta", [asked()], T0) == [()]


def test_what_cannot_be_answered_says_why(monkeypatch):
    _, pushed = source(kept_s=3600.0)
    old, nameless = pushed.ask("acme", [asked(from_s=T0 - 3601), asked("")], T0)
    assert old == Unanswered("what is pushed is kept for 3600 s only")
    assert nameless == Unanswered("the query names no metric")
    monkeypatch.setattr(metricpieces, "SERIES_LIMIT", 1)
    assert pushed.ask("acme", [asked()], T0) == [Unanswered("an answer may have 1 series")]
