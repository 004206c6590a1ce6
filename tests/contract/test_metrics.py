from random import Random

import pytest
from msgspec.structs import replace

from tests.builders import T0
from tests.integration.formats import items, set_format
from tests.integration.mocked import own_client
from tocsin.adapters.aws import client
from tocsin.adapters.dynamodb import metrics as dynamo
from tocsin.adapters.dynamodb.formats import NewerFormat
from tocsin.adapters.dynamodb.metrics import DynamoMetrics
from tocsin.adapters.memory import MemoryMetrics
from tocsin.domain import metricpieces
from tocsin.domain.errors import TooLarge
from tocsin.domain.matchers import parse_matchers
from tocsin.domain.series import Series
from tocsin.providers.pushed_metrics import parse

KEPT_S = 90_000.0
A, B = (("host", "a"),), (("host", "b"),)


@pytest.fixture(params=["memory", "aws"])
def metrics(request):
    if request.param == "memory":
        return MemoryMetrics()
    return stored(request.getfixturevalue("cloud"))


def stored(cloud):
    return DynamoMetrics(client("dynamodb"), cloud.environ["METRIC_TABLE"], KEPT_S)


def series(labels, *points):
    return Series(labels, points)


def test_points_come_back_by_metric_and_series(metrics):
    given = [series(A, (T0, 1.5), (T0 + 30, -2.0)), series(B, (T0, 1e300))]
    metrics.append("acme", "r1", T0, {"cpu": given, "memory": [series(A, (T0, 7.0))]})
    assert metrics.read("acme", "cpu", T0, T0 + 60) == given
    assert metrics.read("acme", "memory", T0, T0 + 60) == [series(A, (T0, 7.0))]
    assert metrics.read("acme", "disk", T0, T0 + 60) == []


def test_points_of_several_requests_are_one_series_in_order_of_time(metrics):
    metrics.append("acme", "r2", T0 + 60, {"cpu": [series(A, (T0 + 60, 2.0))]})
    metrics.append("acme", "r1", T0, {"cpu": [series(A, (T0, 1.0))]})
    metrics.append("acme", "r3", T0, {"cpu": [series(A, (T0 + 3600, 3.0))]})
    expected = [series(A, (T0, 1.0), (T0 + 60, 2.0), (T0 + 3600, 3.0))]
    assert metrics.read("acme", "cpu", T0, T0 + 3600) == expected


def test_a_span_includes_both_ends_and_nothing_else(metrics):
    times = [T0 - 0.001, T0, T0 + 299, T0 + 300, T0 + 300.001]
    points = [(at_s, float(index)) for index, at_s in enumerate(times)]
    metrics.append("acme", "r1", T0, {"cpu": [series(A, *points)]})
    assert metrics.read("acme", "cpu", T0, T0 + 300) == [series(A, *points[1:4])]
    assert metrics.read("acme", "cpu", T0 + 1, T0 + 298) == []


def test_the_same_name_again_changes_nothing(metrics):
    given = {"cpu": [series(A, (T0, 1.0), (T0 + 200, 2.0))]}
    metrics.append("acme", "r1", T0, given)
    metrics.append("acme", "r1", T0 + 5, given)
    metrics.append("acme", "r2", T0 + 5, given)
    assert metrics.read("acme", "cpu", T0, T0 + 300) == given["cpu"]


def test_tenants_do_not_see_each_other(metrics):
    metrics.append("acme", "r1", T0, {"cpu": [series(A, (T0, 1.0))]})
    metrics.append("acme2", "r1", T0, {"cpu": [series(A, (T0, 2.0))]})
    assert metrics.read("acme", "cpu", T0, T0) == [series(A, (T0, 1.0))]
    assert metrics.read("acm", "cpu", T0, T0) == []


@pytest.mark.parametrize("metric", ["a#b", "a", "#", "é" * 256, "x\0y", "__proto__"])
def test_any_name_is_a_name(metrics, metric):
    metrics.append("acme", "r1", T0, {metric: [series((), (T0, 1.0))], "other": []})
    assert metrics.read("acme", metric, T0, T0) == [series((), (T0, 1.0))]


def test_only_what_matches_comes_back(metrics):
    metrics.append("acme", "r1", T0, {"cpu": [series(A, (T0, 1.0)), series(B, (T0, 2.0))]})
    found = metrics.read("acme", "cpu", T0, T0, parse_matchers('host=~"b|c"'))
    assert found == [series(B, (T0, 2.0))]


@pytest.mark.parametrize("limit", ["POINTS_LIMIT", "SERIES_LIMIT"])
def test_more_than_one_answer_may_hold_is_said(metrics, monkeypatch, limit):
    metrics.append("acme", "r1", T0, {"cpu": [series(A, (T0, 1.0)), series(B, (T0, 2.0))]})
    monkeypatch.setattr(metricpieces, limit, 1)
    with pytest.raises(TooLarge):
        metrics.read("acme", "cpu", T0, T0)
    assert metrics.read("acme", "cpu", T0, T0, parse_matchers("host=a"))


def test_what_is_too_long_for_an_item_is_several(cloud, monkeypatch):
    monkeypatch.setattr(dynamo, "PACKED_LIMIT_BYTES", 200)
    given = {
        metric: [series((("host", f"h{n}"),), (T0, n / 7)) for n in range(40)]
        for metric in ("cpu", "memory", "disk")
    }
    metrics = stored(cloud)
    metrics.append("acme", "r1", T0, given)
    assert len(items(cloud.environ["METRIC_TABLE"])) > 10
    for metric, expected in given.items():
        assert metrics.read("acme", metric, T0, T0) == sorted(
            expected, key=lambda each: each.labels
        )


def test_ten_thousand_series_of_five_minutes_are_few_items_and_few_calls(cloud):
    metrics = stored(cloud)
    given = [series((("host", f"host-{n}"), ("job", "node")), (T0, n / 3)) for n in range(10_000)]
    for minute in range(5):
        moved = [replace(each, points=((T0 + 60 * minute, each.points[0][1]),)) for each in given]
        metrics.append("acme", f"r{minute}", T0, {"cpu": moved})
    metrics.append("acme", "other", T0, {f"m{n}": given[:3] for n in range(100)})
    calls = []
    watched = own_client("dynamodb", read_timeout_s=5, attempts=3)
    watched.meta.events.register("before-call.dynamodb.*", lambda model, **_: calls.append(model))
    metrics = DynamoMetrics(watched, cloud.environ["METRIC_TABLE"], KEPT_S)
    found = metrics.read("acme", "cpu", T0, T0 + 299)
    assert (len(found), sum(len(each.points) for each in found)) == (10_000, 50_000)
    assert {model.name for model in calls} == {"Query"}
    assert len(calls) <= 3


def test_items_say_when_they_go(cloud):
    stored(cloud).append("acme", "r1", T0 + 7.5, {"cpu": [series(A, (T0, 1.0))]})
    (item,) = items(cloud.environ["METRIC_TABLE"])
    assert float(item["expires_at_s"]["N"]) == T0 + 8 + KEPT_S


@pytest.mark.parametrize("version", [None, 0])
def test_what_an_earlier_release_wrote_is_read(cloud, version):
    metrics = stored(cloud)
    metrics.append("acme", "r1", T0, {"cpu": [series(A, (T0, 1.0))]})
    set_format(cloud.environ["METRIC_TABLE"], version)
    assert metrics.read("acme", "cpu", T0, T0) == [series(A, (T0, 1.0))]


def test_what_a_newer_release_wrote_is_an_error_and_no_absence(cloud):
    metrics = stored(cloud)
    metrics.append("acme", "r1", T0, {"cpu": [series(A, (T0, 1.0))]})
    set_format(cloud.environ["METRIC_TABLE"], 2)
    with pytest.raises(NewerFormat):
        metrics.read("acme", "cpu", T0, T0)


def test_whatever_is_taken_can_be_stored(metrics):
    random = Random(1)
    labels = {
        f"l{index}": "".join(chr(random.randrange(0x10000, 0x3FFFF)) for _ in range(4000))
        for index in range(8)
    }
    points = [
        [T0 + after_ms / 1000, random.random() * 10.0 ** random.randrange(-300, 300)]
        for after_ms in random.sample(range(60_000), 10_000)
    ]
    pushed = parse([{"name": "cpu", "labels": labels, "points": points}], T0 + 60)
    assert (pushed.accepted, pushed.rejected) == (10_000, ())
    metrics.append("acme", "r1", T0 + 60, pushed.metrics)
    (series,) = metrics.read("acme", "cpu", T0, T0 + 60)
    assert len(series.points) == 10_000


def test_what_would_fit_no_item_is_not_taken():
    good = {"name": "cpu", "value": 1, "labels": {"l": "x"}}
    large = {f"l{index}": "x" * 4096 for index in range(8)}
    otlp = [{"key": name, "value": {"stringValue": text}} for name, text in large.items()]
    metric = {"name": "cpu", "gauge": {"dataPoints": [{"asInt": 1, "attributes": otlp}]}}
    for payload in (
        [good, {**good, "labels": large}],
        {"resourceMetrics": [{"scopeMetrics": [{"metrics": [metric]}]}]},
    ):
        pushed = parse(payload, T0)
        ((_, error),) = pushed.rejected
        assert error.message == "the labels of a series may have 32768 characters"
