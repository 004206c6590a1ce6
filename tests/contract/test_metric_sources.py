"""What every source keeps to: an answer for each query, in order, and nothing is raised."""

import json
from datetime import UTC, datetime
from urllib.parse import parse_qs

import pytest
from moto import mock_aws

from cli.vendors.localserver import Answer, local_server
from tests.builders import T0
from tocsin.adapters import aws
from tocsin.adapters.http import Http
from tocsin.adapters.memory import MemoryMetrics, MemoryMetricSource
from tocsin.adapters.metricsources.cloudwatch import CloudWatchApi
from tocsin.adapters.metricsources.prometheus import PrometheusApi
from tocsin.adapters.metricsources.pushed import PushedSource
from tocsin.domain.errors import Retryable
from tocsin.domain.rule import PrometheusSource, Query
from tocsin.domain.series import Asked, Series, Unanswered

# Whole minutes, which CloudWatch has too.
NOW_S = T0 - T0 % 60
A, B = (("host", "a"),), (("host", "b"),)
CPU = (
    Series(A, ((NOW_S - 240, 1.0), (NOW_S - 60, 2.0))),
    Series(B, ((NOW_S - 240, 3.0), (NOW_S - 60, 4.0))),
)


class MemorySide:
    def __init__(self):
        self.source = MemoryMetricSource()
        self.source.series["cpu"] = CPU

    def query(self, metric):
        return Query(metric=metric)

    def go_away(self):
        self.source.unanswered[""] = Unanswered("no answer", is_down=True)


class PushedSide:
    def __init__(self):
        self._metrics = MemoryMetrics()
        self._metrics.append("acme", "r1", NOW_S, {"cpu": CPU})
        self.source = PushedSource(self._metrics, 90_000.0)

    def query(self, metric):
        return Query(metric=metric)

    def go_away(self):
        self.source = PushedSource(_Away(), 90_000.0)


class _Away:
    def read(self, *_):
        raise Retryable("dynamodb Query: InternalServerError")


class PrometheusSide:
    """A server that answers each query by what it asks for."""

    def __init__(self, server):
        self._server = server
        source = PrometheusSource(url=server.url)
        self.source = self
        self._api = PrometheusApi(Http(allow_loopback=True), source, None)

    def query(self, metric):
        return Query(expression=metric)

    def ask(self, tenant, asked, now_s):
        # One at a time, so that answers can be told apart.
        answers = []
        for each in asked:
            self._server.answers[:0] = [self._said(each)]
            answers += self._api.ask(tenant, [each], now_s)
            self._server.answers.clear()
            sent = parse_qs(self._server.requests[-1].body.decode())
            assert sent["query"] == [each.query.expression]
        return answers

    def _said(self, asked):
        found = CPU if asked.query.expression == "cpu" else ()
        results = [
            {
                "metric": {"__name__": "cpu", **dict(each.labels)},
                "values": [
                    [at, repr(value)]
                    for at, value in each.points
                    if asked.from_s <= at <= asked.to_s
                ],
            }
            for each in found
        ]
        data = {"resultType": "matrix", "result": results}
        return Answer(body=json.dumps({"status": "success", "data": data}).encode())

    def go_away(self):
        self._api = PrometheusApi(
            Http(allow_loopback=True), PrometheusSource(url="http://127.0.0.1:9"), None
        )
        self.ask = self._api.ask


class CloudWatchSide:
    """Of moto, which has no searches: one series a query."""

    def __init__(self):
        client = aws.regional_client("cloudwatch", "us-east-1", 5)
        for series in CPU:
            dimensions = [{"Name": name, "Value": value} for name, value in series.labels]
            for at_s, value in series.points:
                # A point stands at the end of its minute.
                at = datetime.fromtimestamp(at_s - 60, UTC)
                data = {"MetricName": "cpu", "Value": value, "Timestamp": at}
                client.put_metric_data(
                    Namespace="Shop", MetricData=[{**data, "Dimensions": dimensions}]
                )
        self._client = client
        self.source = CloudWatchApi(client, 5.0)

    def query(self, metric):
        return Query(namespace="Shop", metric=metric, dimensions=A)

    def go_away(self):
        self.source = CloudWatchApi(None, 0.0)


@pytest.fixture(params=["memory", "pushed", "prometheus", "cloudwatch"])
def side(request):
    if request.param == "memory":
        yield MemorySide()
    elif request.param == "pushed":
        yield PushedSide()
    elif request.param == "prometheus":
        with local_server() as server:
            yield PrometheusSide(server)
    else:
        with mock_aws():
            aws.regional_client.cache_clear()
            yield CloudWatchSide()
        aws.regional_client.cache_clear()


def asked(side, metric="cpu", from_s=NOW_S - 300, to_s=NOW_S):
    return Asked(side.query(metric), from_s, to_s)


def test_each_query_has_its_answer_in_order(side):
    queries = [asked(side), asked(side, "nothing"), asked(side, from_s=NOW_S - 120)]
    whole, missing, late = side.source.ask("acme", queries, NOW_S)
    assert whole[0] == CPU[0]
    assert missing == ()
    assert late[0] == Series(A, CPU[0].points[1:])
    assert len(late) == len(whole)


def test_nothing_is_asked_for_nothing(side):
    assert side.source.ask("acme", [], NOW_S) == []


def test_one_that_is_away_raises_nothing_and_says_so(side):
    side.go_away()
    answers = side.source.ask("acme", [asked(side), asked(side, "other")], NOW_S)
    assert len(answers) == 2
    assert all(isinstance(each, Unanswered) and each.reason for each in answers)
