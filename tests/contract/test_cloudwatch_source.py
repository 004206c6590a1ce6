"""The CloudWatch adapter on moto, and on canned answers for what moto has not."""

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import EndpointConnectionError
from botocore.stub import ANY, Stubber
from moto import mock_aws

from tests.builders import T0
from tocsin.adapters import aws
from tocsin.adapters.metricsources import cloudwatch, cloudwatch_results
from tocsin.adapters.metricsources.cloudwatch import CloudWatchApi
from tocsin.adapters.metricsources.cloudwatch_queries import period_s, to_query
from tocsin.domain.rule import Condition, Query
from tocsin.domain.series import Asked, Series, Unanswered
from tocsin.domain.windows import measure

START_S = T0 - 300


def at(offset_s):
    return datetime.fromtimestamp(START_S, UTC) + timedelta(seconds=offset_s)


def asked(metric="Depth", from_s=START_S, to_s=T0, **fields):
    query = Query(source="aws", metric=metric, **{"namespace": "Shop", **fields})
    return Asked(query, from_s, to_s)


def expression(text, **fields):
    return asked("", namespace="", expression=text, **fields)


@pytest.fixture
def moto():
    with mock_aws():
        aws.regional_client.cache_clear()
        yield aws.regional_client("cloudwatch", "us-east-1", 5)
    aws.regional_client.cache_clear()


@contextmanager
def stubbed(*answers):
    aws.regional_client.cache_clear()
    client = aws.regional_client("cloudwatch", "eu-central-1", 5)
    with Stubber(client) as stub:
        for answer, expected in answers:
            if isinstance(answer, dict):
                stub.add_response("get_metric_data", answer, expected)
            else:
                stub.add_client_error("get_metric_data", *answer)
        yield CloudWatchApi(client, 5.0)
        stub.assert_no_pending_responses()
    aws.regional_client.cache_clear()


def page(*results, token=None, messages=()):
    found = {"MetricDataResults": [dict(each) for each in results], "Messages": list(messages)}
    return {**found, "NextToken": token} if token else found


def result(query_id="q0", label="Depth", values=(1.0,), status="Complete", start=0, messages=()):
    return {
        "Id": query_id,
        "Label": label,
        "Timestamps": [at(start + 60 * n) for n in range(len(values))],
        "Values": list(values),
        "StatusCode": status,
        "Messages": list(messages),
    }


def expecting(*queries, **more):
    return {
        "MetricDataQueries": list(queries) or ANY,
        # From the period that ends with the begin of the window.
        "StartTime": at(-60),
        "EndTime": at(300),
        "ScanBy": "TimestampAscending",
        **more,
    }


def reason(answer):
    assert isinstance(answer, Unanswered)
    return answer.reason


def test_metrics_of_moto_come_back_by_the_end_of_their_period(moto):
    dimensions = [{"Name": "Queue", "Value": "mail"}]
    for offset_s, value in ((10, 1.0), (20, 3.0), (130, 7.0)):
        data = {"MetricName": "Depth", "Dimensions": dimensions, "Value": value}
        moto.put_metric_data(Namespace="Shop", MetricData=[{**data, "Timestamp": at(offset_s)}])
    average, highest, missing = CloudWatchApi(moto, 5.0).ask(
        "acme",
        [
            asked(dimensions=(("Queue", "mail"),)),
            asked(dimensions=(("Queue", "mail"),), statistic="Maximum", to_s=START_S + 60),
            asked("Nothing"),
        ],
        T0,
    )
    labels = (("Queue", "mail"),)
    assert average == (Series(labels, ((START_S + 60, 2.0), (START_S + 180, 7.0))),)
    assert highest == (Series(labels, ((START_S + 60, 3.0),)),)
    assert missing == ()


@pytest.mark.parametrize("second", [0, 37, 59])
@pytest.mark.parametrize(
    ("window_s", "step_s", "whole"), [(60, 60, 1), (300, 60, 5), (300, 300, 1)]
)
def test_a_window_has_every_period_that_ended_in_it_and_none_that_goes_on(
    moto, second, window_s, step_s, whole
):
    for minute in range(-10, 10):
        data = {"MetricName": "Depth", "Value": 1.0, "Timestamp": at(60 * minute)}
        moto.put_metric_data(Namespace="Shop", MetricData=[data])
    to_s = T0 + second
    rule = Condition(
        query=asked(step_s=float(step_s)).query, compare="gt", aggregate="sum", window_s=window_s
    )
    question = Asked(rule.query, to_s - window_s, to_s)
    (found,) = CloudWatchApi(moto, 5.0).ask("acme", [question], to_s)
    in_window = [at_s for at_s, _ in found[0].points if to_s - window_s < at_s <= to_s]
    assert in_window == [T0 - step_s * n for n in reversed(range(whole))]
    assert measure(rule, {(): [found[0].points]}, to_s) == {(): float(whole)}


def test_periods_of_different_lengths_are_counted_from_where_each_begins():
    queries = [asked(step_s=60.0), asked(step_s=300.0), asked(step_s=60.0)]
    minutes, five = page(result("q0"), result("q2")), page(result("q1"))
    expected = expecting(StartTime=at(-300))
    with stubbed((minutes, expecting()), (five, expected)) as api:
        found = api.ask("acme", queries, T0)
    assert [each[0].points[0][0] for each in found] == [START_S + 60, START_S + 300, START_S + 60]


def test_all_queries_of_one_span_are_one_call(monkeypatch):
    queries = [asked(f"m{n}") for n in range(3)]
    answer = page(*(result(f"q{n}", f"m{n}", (float(n),)) for n in range(3)))
    with stubbed((answer, expecting())) as api:
        found = api.ask("acme", queries, T0)
    assert [each[0].points[0][1] for each in found] == [0.0, 1.0, 2.0]
    monkeypatch.setattr(cloudwatch, "CALL_LIMIT", 2)
    with stubbed((answer, None), (page(result("q2", "m2", (2.0,))), None)) as api:
        assert len(api.ask("acme", queries, T0)) == 3


def test_pages_are_put_together():
    first = page(result(values=(1.0, 2.0), status="PartialData"), token="t1")
    second = page(result(values=(3.0,), start=120))
    with stubbed((first, expecting()), (second, expecting(NextToken="t1"))) as api:
        (found,) = api.ask("acme", [asked()], T0)
    points = ((START_S + 60, 1.0), (START_S + 120, 2.0), (START_S + 180, 3.0))
    assert found == (Series((), points),)


@pytest.mark.parametrize("status", ["PartialData", "InternalError", "Forbidden"])
def test_what_is_not_all_is_no_answer_and_others_are(status):
    answer = page(result(status=status), result("q1"))
    with stubbed((answer, None)) as api:
        bad, good = api.ask("acme", [asked(), asked()], T0)
    assert status in reason(bad)
    assert good == (Series((), ((START_S + 60, 1.0),)),)


def test_any_value_of_a_dimension_is_a_search_and_the_label_names_it():
    query = asked(
        "CPUUtilization",
        namespace="AWS/EC2",
        dimensions=(("InstanceId", "*"), ("Auto Scaling", "web"), ("Zone", "*")),
        step_s=300.0,
    )
    search = {
        "Id": "q0",
        "Expression": 'SEARCH(\'{AWS/EC2,InstanceId,"Auto Scaling",Zone} '
        'MetricName="CPUUtilization" "Auto Scaling"="web"\', \'Average\', 300)',
        "Label": "${PROP('Dim.InstanceId')} | ${PROP('Dim.Zone')}",
        "Period": 300,
    }
    answer = page(result(label="i-2 | b"), result(label="i-1 | a", values=(2.0,)))
    with stubbed((answer, expecting(search, StartTime=at(-300)))) as api:
        (found,) = api.ask("acme", [query], T0)
    assert [dict(each.labels) for each in found] == [
        {"InstanceId": "i-1", "Auto Scaling": "web", "Zone": "a"},
        {"InstanceId": "i-2", "Auto Scaling": "web", "Zone": "b"},
    ]


def test_a_label_that_does_not_name_the_dimensions_is_no_answer():
    query = asked(dimensions=(("A", "*"), ("B", "*")))
    with stubbed((page(result(label="only one")), None)) as api:
        assert "dimensions" in reason(api.ask("acme", [query], T0)[0])


def test_what_was_cut_off_is_no_answer_where_it_may_have_been():
    message = {"Code": "MaxMetricsExceeded", "Value": "too many"}
    queries = [asked(), asked(dimensions=(("A", "*"),))]
    with stubbed((page(result(), result("q1"), messages=[message]), None)) as api:
        exact, search = api.ask("acme", queries, T0)
    assert isinstance(exact, tuple)
    assert "more metrics" in reason(search)
    with stubbed((page(result(messages=[message])), None)) as api:
        assert "more metrics" in reason(api.ask("acme", [asked()], T0)[0])


def test_an_expression_has_no_label_unless_it_makes_several_series():
    one, several = expression("SUM(METRICS())"), expression("SELECT AVG(a) FROM b GROUP BY c")
    answer = page(result(label="q0"), result("q1", "web"), result("q1", "db"))
    with stubbed((answer, None)) as api:
        single, many = api.ask("acme", [one, several], T0)
    assert [each.labels for each in single] == [()]
    assert [each.labels for each in many] == [(("label", "db"),), (("label", "web"),)]


def test_two_series_of_an_expression_with_one_label_are_no_answer():
    answer = page(result("q0", "web"), result("q0", "web", values=(9.0,)), result("q1"))
    with stubbed((answer, None)) as api:
        both, other = api.ask("acme", [expression("SEARCH()"), asked()], T0)
    assert reason(both) == "several series of the answer have the same label"
    assert isinstance(other, tuple)


def test_one_query_that_is_refused_takes_no_other_with_it():
    refusal = ("ValidationError", "The value SEARCH( is not valid\n", 400)
    answers = [(refusal, None), (page(result("q0")), None), (refusal, None), (refusal, None)]
    answers += [(page(result("q2")), None)]
    with stubbed(*answers) as api:
        first, bad, last = api.ask("acme", [asked(), expression("SEARCH("), asked()], T0)
    assert isinstance(first, tuple)
    assert isinstance(last, tuple)
    assert reason(bad) == "CloudWatch does not take the query: The value SEARCH( is not valid "


@pytest.mark.parametrize(
    ("code", "status", "is_down"),
    [
        ("Throttling", 400, False),
        ("AccessDenied", 403, False),
        ("InternalServiceFault", 500, True),
    ],
)
def test_failures_are_said(code, status, is_down):
    # botocore itself tries what may pass once more.
    with stubbed(((code, "no", status), None)) as api:
        (found, other) = api.ask("acme", [asked(), asked()], T0)
    assert code in reason(found)
    assert found.is_down is is_down
    assert other == found


def test_a_region_that_does_not_answer_is_down():
    class Gone:
        def get_metric_data(self, **_):
            raise EndpointConnectionError(endpoint_url="https://monitoring")

    (found,) = CloudWatchApi(Gone(), 5.0).ask("acme", [asked()], T0)
    assert found == Unanswered("cloudwatch: EndpointConnectionError", is_down=True)


def test_time_that_is_over_is_said():
    class Untouched:
        pass

    (found,) = CloudWatchApi(Untouched(), 0.0).ask("acme", [asked()], T0)
    assert found == Unanswered("no answer in time", is_down=True)


def test_limits_are_said(monkeypatch):
    monkeypatch.setattr(cloudwatch_results, "POINTS_LIMIT", 1)
    with stubbed((page(result(values=(1.0, 2.0))), None)) as api:
        assert "more than 1 points" in reason(api.ask("acme", [asked()], T0)[0])


@pytest.mark.parametrize(
    "query",
    [
        Query(metric="Depth"),
        Query(namespace="Shop"),
        Query(namespace="Shop", metric="a'b", dimensions=(("A", "*"),)),
        Query(
            namespace="Shop",
            metric="a",
            dimensions=(("A", "*"), ("B", '"}')),
        ),
        Query(namespace="Shop", metric="a", dimensions=tuple((f"D{n}", "*") for n in range(7))),
    ],
)
def test_what_cannot_be_asked_is_not_asked(query):
    assert isinstance(to_query("q0", query), Unanswered)


@pytest.mark.parametrize(
    ("step_s", "expected"), [(0.5, 1), (7, 10), (30, 30), (31, 60), (60, 60), (61, 120), (300, 300)]
)
def test_steps_become_periods_that_there_are(step_s, expected):
    assert period_s(step_s) == expected
