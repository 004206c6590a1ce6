"""The Prometheus adapter against servers on loopback that answer well, badly and not at all."""

import json
import socket
from urllib.parse import parse_qs

import pytest

from cli.vendors.localserver import Answer, local_server
from tests.builders import T0
from tocsin.adapters.http import Http
from tocsin.adapters.metricsources import prometheus_answer
from tocsin.adapters.metricsources.prometheus import PrometheusApi
from tocsin.domain.errors import Permanent
from tocsin.domain.rule import PrometheusSource, Query
from tocsin.domain.series import Asked, Series, Unanswered

SECRET = "s3cret-of-acme"
A = (("host", "a"),)


class Secrets:
    def get(self, name):
        if name != "tocsin/acme/prom":
            raise Permanent("secretsmanager GetSecretValue: ResourceNotFoundException")
        return SECRET


@pytest.fixture
def server():
    with local_server() as made:
        yield made


def asked(expression="up", from_s=T0 - 300, to_s=T0, step_s=60.0):
    return Asked(Query(source="prom", expression=expression, step_s=step_s), from_s, to_s)


def api(server, *, http=None, **fields):
    given = {"url": server.url, "timeout_s": 5.0, **fields}
    return PrometheusApi(http or Http(allow_loopback=True), PrometheusSource(**given), Secrets())


def said(data=None, status=200, **fields):
    body = {"status": "success", "data": data, **fields}
    return Answer(status=status, body=json.dumps(body).encode())


def matrix(*results):
    return said({"resultType": "matrix", "result": list(results)})


def ask(server, answer, query=None, **fields):
    server.answers.append(answer)
    (found,) = api(server, **fields).ask("acme", [query or asked()], T0)
    return found


def reason(answer):
    assert isinstance(answer, Unanswered)
    return answer.reason


def test_a_window_is_a_range_query_whose_last_step_ends_it(server):
    result = {"metric": {"__name__": "up", "host": "a"}, "values": [[T0 - 60, "1"], [T0, "0.5"]]}
    found = ask(server, matrix(result), asked("up{x='1'}", T0 - 290, T0))
    assert found == (Series(A, ((T0 - 60, 1.0), (T0, 0.5))),)
    (request,) = server.requests
    assert (request.method, request.path) == ("POST", "/hook/secret/api/v1/query_range")
    form = {name: values for name, (values,) in parse_qs(request.body.decode()).items()}
    assert form["query"] == "up{x='1'}"
    times = {name: float(form[name]) for name in ("start", "end", "step")}
    assert times == {"start": T0 - 240, "end": T0, "step": 60.0}


def test_a_moment_is_an_instant_query(server):
    result = {"metric": {"host": "a"}, "value": [T0, "3"]}
    answer = said({"resultType": "vector", "result": [result]})
    assert ask(server, answer, asked("up < 1", T0, T0)) == (Series(A, ((T0, 3.0),)),)
    assert server.requests[0].path.endswith("/api/v1/query")
    assert parse_qs(server.requests[0].body.decode())["time"] == [repr(T0)]


def test_a_scalar_is_a_series_without_labels(server):
    answer = said({"resultType": "scalar", "result": [T0, "2"]})
    assert ask(server, answer, asked("1+1", T0, T0)) == (Series((), ((T0, 2.0),)),)


def test_what_is_no_number_is_left_out_and_nothing_is_an_answer(server):
    values = [[T0 - 60, "NaN"], [T0 - 30, "+Inf"], [T0 - 20, "-Inf"], [T0, "1e3"]]
    found = ask(server, matrix({"metric": {"host": "a"}, "values": values}))
    assert found == (Series(A, ((T0, 1000.0),)),)
    assert ask(server, matrix()) == ()
    assert ask(server, matrix({"metric": {}, "values": [[T0, "NaN"]]})) == ()


@pytest.mark.parametrize(
    ("auth", "expected"),
    [
        ({"auth": "bearer"}, f"Bearer {SECRET}"),
        ({"auth": "basic", "username": "u"}, "Basic dTpzM2NyZXQtb2YtYWNtZQ=="),
    ],
)
def test_it_says_who_asks(server, auth, expected):
    headers = {"X-Scope-OrgID": "acme", "authorization": "no", "Host": "elsewhere"}
    ask(server, matrix(), secret="tocsin/acme/prom", headers=headers, **auth)
    sent = server.requests[0].headers
    assert (sent["authorization"], sent["x-scope-orgid"]) == (expected, "acme")
    assert sent["host"].startswith("127.0.0.1")


def test_a_secret_that_is_not_there_is_said_and_nothing_is_sent(server):
    (found,) = api(server, auth="bearer", secret="tocsin/acme/gone").ask("acme", [asked()], T0)
    assert "secret cannot be read" in reason(found)
    assert server.requests == []


ERROR = {"status": "error", "errorType": "bad_data", "error": f"parse error near {SECRET}\n\x1b["}


@pytest.mark.parametrize(
    ("answer", "expected", "is_down"),
    [
        (Answer(status=400, body=json.dumps(ERROR).encode()), "bad_data: parse error", False),
        (Answer(status=503, body=json.dumps(ERROR).encode()), "bad_data", False),
        (Answer(status=401, body=b"no"), "credentials", False),
        (Answer(status=403, body=b"{}"), "not allow", False),
        (Answer(status=404, body=b"<html>"), "no API", False),
        (Answer(status=429, body=b""), "fewer", False),
        (Answer(status=302, headers={"Location": "http://169.254.169.254/"}), "redirect", False),
        (said(None), "type", False),
        (said({"resultType": "string", "result": [T0, "x"]}), "type string", False),
        (said({"resultType": "matrix", "result": 5}), "another form", False),
        (said({"resultType": "matrix", "result": [{"values": [[1]]}]}), "another form", False),
        (said({"resultType": "matrix", "result": [{"values": [[1, "x"]]}]}), "another form", False),
        (matrix({"metric": {}, "histograms": [[T0, {}]]}), "native histograms", False),
        (
            matrix({"metric": {"__name__": "a"}}, {"metric": {"__name__": "b"}}),
            "the same labels",
            False,
        ),
        (
            said({"resultType": "matrix", "result": []}, warnings=["store gone"]),
            "store gone",
            False,
        ),
        (Answer(status=502, body=b"Bad Gateway"), "502", True),
        (Answer(status=500, body=b""), "500", True),
        (Answer(body=b"<html>hello"), "none of a Prometheus", True),
        (Answer(body=b'{"status": "succ', missing_bytes=50), "breaks off", True),
        (Answer(body=b"\xff\xfe"), "none of a Prometheus", True),
        (Answer(body=b"[" * 5000), "none of a Prometheus", True),
    ],
)
def test_what_is_no_answer_is_said_in_short_and_without_the_secret(
    server, answer, expected, is_down
):
    # The second is to the question whether it is there at all.
    server.answers += [answer, answer]
    found = api(server, auth="bearer", secret="tocsin/acme/prom").ask("acme", [asked()], T0)[0]
    assert expected in reason(found)
    assert found.is_down is is_down
    assert SECRET not in found.reason
    assert found.reason.isprintable()
    assert len(found.reason) < 500
    assert len(server.requests) == (2 if is_down else 1)


def test_remarks_about_a_query_are_no_reason_to_leave_it_unanswered(server):
    answer = said({"resultType": "matrix", "result": []}, warnings=["PromQL warning: mixed"])
    assert ask(server, answer) == ()


def test_limits_are_said(server, monkeypatch):
    result = {"metric": {"host": "a"}, "values": [[T0, "1"], [T0 + 1, "1"]]}
    monkeypatch.setattr(prometheus_answer, "POINTS_LIMIT", 1)
    assert "more than 1 points" in reason(ask(server, matrix(result)))
    monkeypatch.setattr(prometheus_answer, "SERIES_LIMIT", 0)
    assert "more than 0 series" in reason(ask(server, matrix(result)))


def test_an_answer_that_is_too_long_is_not_read_to_its_end(server, monkeypatch):
    monkeypatch.setattr("tocsin.adapters.metricsources.prometheus.ANSWER_LIMIT_BYTES", 100_000)
    monkeypatch.setattr(prometheus_answer, "ANSWER_LIMIT_BYTES", 100_000)
    assert "longer than 100000 bytes" in reason(ask(server, Answer(body=b" " * 300_000)))


def test_several_queries_keep_their_order_and_one_bad_one_is_alone(server):
    server.answers += [matrix({"metric": {"host": "a"}, "values": [[T0, "1"]]})] * 3
    server.answers.insert(1, Answer(status=400, body=json.dumps(ERROR).encode()))
    found = api(server).ask("acme", [asked(f"m{n}") for n in range(4)], T0)
    assert sum(isinstance(each, Unanswered) for each in found) == 1
    assert not any(each.is_down for each in found if isinstance(each, Unanswered))
    queries = {parse_qs(each.body.decode())["query"][0] for each in server.requests}
    assert queries == {"m0", "m1", "m2", "m3"}


def test_a_server_that_refuses_to_connect_is_down():
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        source = PrometheusSource(url=f"http://127.0.0.1:{closed.getsockname()[1]}", timeout_s=5)
        found = PrometheusApi(Http(allow_loopback=True), source, Secrets()).ask(
            "acme", [asked(), asked("b")], T0
        )
    assert all(isinstance(each, Unanswered) and each.is_down for each in found)


def test_a_server_that_never_answers_is_down_for_all_that_is_asked(monkeypatch):
    monkeypatch.setattr("tocsin.adapters.metricsources.prometheus._ALIVE_S", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        source = PrometheusSource(url=f"http://127.0.0.1:{silent.getsockname()[1]}", timeout_s=0.2)
        found = PrometheusApi(Http(allow_loopback=True), source, Secrets()).ask(
            "acme", [asked(f"m{n}") for n in range(40)], T0
        )
    assert all(isinstance(each, Unanswered) and each.is_down for each in found)


def test_addresses_inside_are_not_asked(server):
    (found,) = api(server, http=Http()).ask("acme", [asked()], T0)
    assert found == Unanswered("the address is not public")
    assert server.requests == []
