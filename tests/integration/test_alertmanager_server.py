"""The HTTP of `tocsin alertmanager`, where clients are many, old, odd or hostile."""

import gzip
import json
import socket
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection

import pytest

from cli.localcloud.ports import free_port
from cli.localcloud.receiver import LocalReceiver
from tests.integration.onemachine import OneMachine
from tests.integration.test_alertmanager_mode import alert, configuration

JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def machine(tmp_path_factory):
    with LocalReceiver() as receiver:
        said = configuration(receiver, group_wait="1h")
        machine = OneMachine(tmp_path_factory.mktemp("machine"), free_port(), said)
        machine.start()
        yield machine
        assert machine.stop() == 0


@pytest.fixture
def connection(machine):
    connection = HTTPConnection("127.0.0.1", machine.port, timeout=10)
    yield connection
    connection.close()


def ask(connection, method, path, body=None, headers=JSON):
    connection.request(method, path, body, headers)
    response = connection.getresponse()
    return response.status, response.headers, response.read()


def post(connection, alerts, headers=JSON):
    return ask(connection, "POST", "/api/v2/alerts", json.dumps(alerts).encode(), headers)[0]


def raw(machine, data):
    """Return what a client is answered that writes HTTP by hand."""
    with socket.create_connection(("127.0.0.1", machine.port), timeout=10) as client:
        client.sendall(data)
        client.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: client.recv(65536), b""))


def test_a_connection_serves_many_requests(connection):
    for _ in range(3):
        assert post(connection, [alert()]) == 200
        status, headers, body = ask(connection, "GET", "/-/healthy")
        assert (status, body, headers["Connection"]) == (200, b"OK", None)


def test_many_clients_at_once(machine):
    def client(number):
        connection = HTTPConnection("127.0.0.1", machine.port, timeout=30)
        statuses = [
            post(connection, [alert(labels={"instance": f"{number}-{index}"})])
            for index in range(10)
        ]
        connection.close()
        return statuses

    with ThreadPoolExecutor(16) as clients:
        answers = list(clients.map(client, range(16)))
    assert answers == [[200] * 10] * 16
    found = machine.get("/api/v2/alerts", filter='instance=~"[0-9]+-[0-9]+"')
    assert len(found) == 160


def test_a_body_may_be_compressed_and_an_answer_is_if_asked_for(connection):
    body = gzip.compress(json.dumps([alert(f"Zip{n}") for n in range(50)]).encode())
    headers = {**JSON, "Content-Encoding": "gzip"}
    assert ask(connection, "POST", "/api/v2/alerts", body, headers)[0] == 200
    status, headers, body = ask(
        connection,
        "GET",
        "/api/v2/alerts?filter=alertname%3D~Zip.*",
        headers={"Accept-Encoding": "gzip"},
    )
    assert (status, headers["Content-Encoding"]) == (200, "gzip")
    assert len(json.loads(gzip.decompress(body))) == 50


def test_a_body_in_chunks(machine, connection):
    text = json.dumps([alert("Chunks")]).encode()
    connection.request(
        "POST", "/api/v2/alerts", iter([text[:9], text[9:]]), JSON, encode_chunked=True
    )
    assert connection.getresponse().status == 200
    assert len(machine.get("/api/v2/alerts", filter="alertname=Chunks")) == 1


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v2/nothing", 404),
        ("GET", "/nothing", 404),
        ("PUT", "/api/v2/alerts", 405),
        ("GET", "/-/reload", 405),
        ("HEAD", "/-/ready", 200),
        ("GET", "/api/v2/alerts?filter=%7B", 400),
    ],
)
def test_what_is_answered_to_whom(connection, method, path, status):
    assert ask(connection, method, path)[0] == status
    assert ask(connection, "GET", "/-/ready")[0] == 200


def test_content_types_and_empty_bodies_are_refused_as_by_an_alertmanager(connection):
    assert (
        ask(connection, "POST", "/api/v2/alerts", b"[]", {"Content-Type": "text/plain"})[0] == 415
    )
    assert ask(connection, "POST", "/api/v2/alerts", b"")[0] == 422
    assert ask(connection, "POST", "/api/v2/alerts", b"{")[0] == 400
    assert post(connection, []) == 200
    assert post(connection, [alert("Good"), {"labels": {}}]) == 400
    assert ask(connection, "GET", "/api/v2/alerts?filter=alertname%3DGood")[2] != b"[]\n"


def test_a_body_that_is_too_long_is_refused_unread(machine):
    head = b"POST /api/v2/alerts HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % 10**12
    answer = raw(machine, head)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"Connection: close" in answer


@pytest.mark.parametrize(
    "request_",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"FROB / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST /api/v2/alerts HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 200 + b"\r\n",
    ],
)
def test_what_is_no_good_http_is_refused_and_harms_nobody(machine, connection, request_):
    answer = raw(machine, request_)
    assert answer[:10] in (b"HTTP/1.1 4", b"HTTP/1.1 5")
    assert ask(connection, "GET", "/-/ready")[0] == 200
    assert "Traceback" not in machine.log
