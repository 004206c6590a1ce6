"""OTLP/HTTP JSON, in the form that the OpenTelemetry Collector and SDKs send."""

from typing import Any

import pytest

from tests.builders import T0
from tocsin.domain.errors import InvalidPayload, TooLarge
from tocsin.domain.series import Series
from tocsin.providers import limits
from tocsin.providers.otlp_names import label_name, metric_name
from tocsin.providers.pushed_metrics import parse

NOW_NS = str(int(T0) * 10**9)


def attribute(key: str, **value: Any) -> dict[str, Any]:
    return {"key": key, "value": value}


def request(*metrics: dict[str, Any], resource: Any = None) -> dict[str, Any]:
    scope = {"scope": {"name": "tests", "version": "1"}, "metrics": list(metrics)}
    return {"resourceMetrics": [{"resource": resource or {}, "scopeMetrics": [scope]}]}


def gauge(*points: Any, name: str = "temperature", **more: Any) -> dict[str, Any]:
    return {"name": name, "gauge": {"dataPoints": list(points)}, **more}


def counter(*points: Any, temporality: Any = 2, **more: Any) -> dict[str, Any]:
    data = {"dataPoints": list(points), "aggregationTemporality": temporality, "isMonotonic": True}
    return {"name": "http.server.requests", "sum": data, **more}


def test_gauges_and_cumulative_sums_become_series() -> None:
    resource = {
        "attributes": [
            attribute("service.name", stringValue="checkout"),
            attribute("service.namespace", stringValue="shop"),
            attribute("service.instance.id", stringValue="i-1"),
            attribute("deployment.environment.name", stringValue="prod"),
            attribute("process.pid", intValue="4711"),
            attribute("telemetry.sdk.language", stringValue="go"),
        ]
    }
    ok = attribute("http.response.status_code", intValue="200")
    pushed = parse(
        request(
            gauge({"timeUnixNano": NOW_NS, "asDouble": 21.5}, unit="Cel"),
            counter({"timeUnixNano": NOW_NS, "asInt": "1234", "attributes": [ok]}),
            resource=resource,
        ),
        T0 + 5,
    )
    common = (
        ("deployment_environment_name", "prod"),
        ("instance", "i-1"),
        ("job", "shop/checkout"),
    )
    status = ("http_response_status_code", "200")
    assert pushed.metrics == {
        "temperature_celsius": (Series(common, ((T0, 21.5),)),),
        "http_server_requests_total": (Series((common[0], status, *common[1:]), ((T0, 1234.0),)),),
    }
    assert (pushed.accepted, pushed.rejected, pushed.is_otlp) == (2, (), True)


@pytest.mark.parametrize(
    ("name", "unit", "is_counter", "expected"),
    [
        ("http.server.duration", "ms", False, "http_server_duration_milliseconds"),
        ("system.memory.usage", "By", False, "system_memory_usage_bytes"),
        ("memory_usage_bytes", "By", False, "memory_usage_bytes"),
        ("requests", "{request}", True, "requests_total"),
        ("requests_total", "1", True, "requests_total"),
        ("total.requests", "", True, "requests_total"),
        ("cpu.utilization", "1", False, "cpu_utilization_ratio"),
        ("network.io", "By/s", False, "network_io_bytes_per_second"),
        ("disk.ops", "{operation}/s", False, "disk_ops_per_second"),
        ("5xx", "", False, "_5xx"),
        ("a  b--c", "", False, "a_b_c"),
        ("temp", "weird^unit", False, "temp_weird_unit"),
        ("---", "", False, ""),
    ],
)
def test_metrics_are_called_as_prometheus_calls_them(
    name: str, unit: str, is_counter: bool, expected: str
) -> None:
    found = metric_name(name, unit, is_counter=is_counter, is_gauge=not is_counter)
    assert found == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [("http.method", "http_method"), ("1st", "key_1st"), ("a..b", "a_b"), ("...", ""), ("é", "")],
)
def test_labels_are_called_as_prometheus_calls_them(name: str, expected: str) -> None:
    assert label_name(name) == expected


def test_values_of_attributes_are_texts_and_names_that_become_one_are_joined() -> None:
    inner = {"values": [{"stringValue": "x"}, {"intValue": 1}]}
    pairs = {"values": [{"key": "k", "value": {"boolValue": False}}]}
    attributes = [
        attribute("flag", boolValue=True),
        attribute("ratio", doubleValue=0.5),
        attribute("list", arrayValue=inner),
        attribute("map", kvlistValue=pairs),
        attribute("a.b", stringValue="2"),
        attribute("a-b", stringValue="1"),
        attribute("none"),
    ]
    pushed = parse(request(gauge({"asDouble": 1, "attributes": attributes})), T0)
    assert dict(pushed.metrics["temperature"][0].labels) == {
        "flag": "true",
        "ratio": "0.5",
        "list": '["x",1]',
        "map": '{"k":false}',
        "a_b": "1;2",
    }


def test_a_point_without_a_recorded_value_is_neither_taken_nor_wrong() -> None:
    pushed = parse(request(gauge({"flags": 1}, {"asDouble": 1.0, "flags": 0})), T0)
    assert (pushed.accepted, pushed.rejected) == (1, ())


@pytest.mark.parametrize("temporality", [1, 0, None, "AGGREGATION_TEMPORALITY_DELTA", [2]])
def test_sums_that_are_not_cumulative_are_rejected(temporality: Any) -> None:
    pushed = parse(request(counter({"asInt": "1"}, {"asInt": "2"}, temporality=temporality)), T0)
    assert (pushed.accepted, len(pushed.rejected)) == (0, 2)
    assert "delta" in pushed.rejected[0][1].message


@pytest.mark.parametrize("kind", ["histogram", "exponentialHistogram", "summary"])
def test_other_kinds_are_rejected_point_by_point(kind: str) -> None:
    other = {"name": "latency", kind: {"dataPoints": [{"count": "5"}, {"count": "7"}]}}
    pushed = parse(request(gauge({"asDouble": 1.0}), other, gauge({"asInt": "x"})), T0)
    assert pushed.accepted == 1
    assert [index for index, _ in pushed.rejected] == [1, 2, 3]
    assert kind in pushed.rejected[0][1].message


@pytest.mark.parametrize(
    "point",
    [
        {},
        {"asDouble": "NaN"},
        {"asDouble": "Infinity"},
        {"asDouble": None},
        {"asInt": {}},
        {"asDouble": 1.0, "timeUnixNano": "x"},
        {"asDouble": 1.0, "timeUnixNano": -1},
        {"asDouble": 1.0, "timeUnixNano": 10**30},
        {"asDouble": 1.0, "timeUnixNano": "1"},
        {"asDouble": 1.0, "timeUnixNano": str(int(T0 + 301) * 10**9)},
        {"asDouble": 1.0, "timeUnixNano": []},
        {"asDouble": 1.0, "attributes": {}},
        {"asDouble": 1.0, "attributes": [{"key": 5}]},
        {"asDouble": 1.0, "attributes": [{"key": "a", "value": []}]},
        {"asDouble": 1.0, "attributes": [attribute(f"k{n}", intValue=n) for n in range(200)]},
    ],
)
def test_a_bad_point_is_rejected_alone(point: dict[str, Any]) -> None:
    pushed = parse(request(gauge({"asDouble": 1.0}, point)), T0)
    assert (pushed.accepted, [index for index, _ in pushed.rejected]) == (1, [1])


@pytest.mark.parametrize(
    "payload",
    [
        {"resourceMetrics": 5},
        {"resourceMetrics": {}},
        {"resourceMetrics": [5]},
        {"resourceMetrics": [{"resource": []}]},
        {"resourceMetrics": [{"resource": {"attributes": 5}}]},
        {"resourceMetrics": [{"scopeMetrics": 5}]},
        {"resourceMetrics": [{"scopeMetrics": [{"metrics": [None]}]}]},
        request({"name": "x", "gauge": []}),
        request({"name": "x", "gauge": {"dataPoints": [5]}}),
    ],
)
def test_what_is_no_export_request_is_refused_whole(payload: Any) -> None:
    with pytest.raises(InvalidPayload):
        parse(payload, T0)


@pytest.mark.parametrize("name", [None, "", 5, "---", "x" * 257])
def test_a_metric_without_a_name_is_rejected(name: Any) -> None:
    pushed = parse(request({**gauge({"asDouble": 1.0}), "name": name}), T0)
    assert (pushed.accepted, len(pushed.rejected)) == (0, 1)


def test_there_is_a_limit_of_points(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "POINTS_PER_REQUEST", 2)
    with pytest.raises(TooLarge):
        parse(request(gauge(*[{"asDouble": 1.0}] * 3)), T0)


def test_an_empty_request_is_fine() -> None:
    for payload in ({"resourceMetrics": []}, {"resourceMetrics": None}, request()):
        pushed = parse(payload, T0)
        assert (pushed.accepted, pushed.rejected) == (0, ())
