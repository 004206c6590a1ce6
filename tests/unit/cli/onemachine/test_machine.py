"""The parts of one process put together, without a process of their own."""

import json
import socket
import threading
from http.client import HTTPConnection

import pytest

from cli.localcloud.polling import wait_until
from cli.localcloud.receiver import LocalReceiver
from cli.onemachine.configuration import ConfigurationFile
from cli.onemachine.intake import api_ports
from cli.onemachine.lifecycle import Lifecycle
from cli.onemachine.links import Links
from cli.onemachine.machine import Machine
from cli.onemachine.options import Address
from cli.onemachine.routes import Routes
from cli.onemachine.server import Server
from cli.onemachine.stores import open_stores
from tests.integration.test_alertmanager_mode import alert, configuration, told
from tocsin.configuration.alertmanager import load_alertmanager
from tocsin.domain.errors import ConfigurationError, Retryable
from tocsin.ports import OutMessage
from tocsin.runtime.clock import now_s

JSON = {"Content-Type": "application/json"}


@pytest.fixture
def receiver():
    with LocalReceiver() as receiver:
        yield receiver


@pytest.fixture
def stores(tmp_path):
    stores = open_stores(tmp_path, archive_s=0.0)
    yield stores
    stores.database.close()


@pytest.fixture
def file(tmp_path, receiver, stores):
    path = tmp_path / "alertmanager.yml"
    path.write_text(json.dumps(configuration(receiver)))
    file = ConfigurationFile(path, "http://am", stores.configs, load_alertmanager, now_s)
    file.load()
    return file


@pytest.fixture
def machine(stores, file):
    machine = Machine(stores, "http://am", retention_s=3600.0, archive_s=0.0)
    machine.start()
    yield machine
    machine.stop()


@pytest.fixture
def server(stores, file):
    lifecycle = Lifecycle(stores, now_s)
    links = Links(stores, lifecycle.ports, b"key", now_s)
    routes = Routes("/am", api_ports(stores), lifecycle, links, file.reload)
    server = Server(Address("127.0.0.1", 0), routes)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server
    server.drain(5.0)


def ask(server, method, path, body=None):
    connection = HTTPConnection("127.0.0.1", server.address.port, timeout=10)
    connection.request(method, path, None if body is None else json.dumps(body), JSON)
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    return answer.status, text


def test_from_a_request_to_a_receiver(machine, server, receiver):
    assert ask(server, "POST", "/am/api/v2/alerts", [alert()])[0] == 200
    wait_until(lambda: told(receiver) == [("firing", "db-1")], "the alert", 10, 0.01)
    status, found = ask(server, "GET", "/am/api/v2/alerts?filter=instance%3Ddb-1")
    assert (status, len(json.loads(found))) == (200, 1)


def test_what_no_stage_can_read_is_kept_apart_and_harms_no_other(machine, server, stores, receiver):
    stores.queues.send("evaluate", [OutMessage("default", "nonsense")])
    stores.queues.send("notify", [OutMessage("default", "nonsense")])
    assert ask(server, "POST", "/am/api/v2/alerts", [alert()])[0] == 200
    wait_until(lambda: told(receiver) == [("firing", "db-1")], "the alert", 10, 0.01)
    for queue in ("evaluate", "notify"):
        wait_until(lambda queue=queue: stores.queues.letters.all(queue), "a letter", 10, 0.01)
        (letter,) = stores.queues.letters.all(queue)
        assert (letter.body, letter.error) == ("nonsense", "Unreadable")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/am/-/ready", 200),
        ("GET", "/-/ready", 404),
        ("POST", "/am/-/reload", 200),
        ("GET", "/am/-/reload", 405),
        ("GET", "/am/api/v2/nothing", 404),
        ("GET", "/am/api/v2/alerts?" + "&".join(["filter=a"] * 1001), 400),
        ("HEAD", "/am/api/v2/status", 200),
        ("GET", "/am/v1/alerts/0123456789abcdef", 404),
        ("DELETE", "/am/v1/alerts/0123456789abcdef", 405),
        ("POST", "/am/v1/alerts/0123456789abcdef/resolve", 404),
    ],
)
def test_requests_by_their_path(server, method, path, status):
    assert ask(server, method, path)[0] == status


def test_a_client_that_waits_to_be_asked_for_its_body_is_asked_at_once(server):
    body = json.dumps([alert()]).encode()
    head = (
        "POST /am/api/v2/alerts HTTP/1.1\r\nHost: am\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nExpect: 100-continue\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", server.address.port), timeout=10) as connection:
        connection.sendall(head.encode())
        assert connection.recv(1024).startswith(b"HTTP/1.1 100 ")
        connection.sendall(body)
        assert connection.recv(1024).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    "lengths",
    [
        "Content-Length: 2\r\nContent-Length: 4\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
    ],
)
def test_a_request_with_two_ends_is_refused_and_the_connection_closed(server, lengths):
    head = f"POST /am/api/v2/alerts HTTP/1.1\r\nContent-Type: application/json\r\n{lengths}\r\n[]  "
    with socket.create_connection(("127.0.0.1", server.address.port), timeout=10) as connection:
        connection.sendall(head.encode())
        connection.shutdown(socket.SHUT_WR)
        with connection.makefile("rb") as answers:
            found = answers.read()
    assert found.startswith(b"HTTP/1.1 400 ")
    assert found.count(b"HTTP/1.1") == 1


def test_only_a_change_of_the_file_is_a_version(file, stores, tmp_path, receiver):
    file.reload()
    assert stores.configs.current("default").version == 1
    path = tmp_path / "alertmanager.yml"
    path.write_text(json.dumps(configuration(receiver, group_wait="5s")))
    file.reload()
    assert stores.configs.current("default").version == 2
    path.write_text("route: {}")
    with pytest.raises(ConfigurationError):
        file.reload()
    path.unlink()
    with pytest.raises(ConfigurationError, match="--config"):
        file.reload()
    assert stores.configs.current("default").version == 2


def test_a_bug_in_an_answer_is_an_answer(server, monkeypatch):
    def broken(*_):
        raise ZeroDivisionError

    monkeypatch.setattr("cli.onemachine.routes.handle", broken)
    assert ask(server, "GET", "/am/api/v2/status")[0] == 500


def test_an_address_that_is_taken_is_said(server):
    with pytest.raises(ConfigurationError, match="cannot listen"):
        Server(server.address, server.routes)


def test_a_connection_that_cannot_be_served_leaves_its_place_to_the_next(server, monkeypatch):
    def broken(*_):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(server, "_room", threading.BoundedSemaphore(1))
    monkeypatch.setattr("cli.onemachine.server.ThreadingHTTPServer.process_request", broken)
    for _ in range(2):
        with pytest.raises(RuntimeError):
            server.process_request(None, None)


def test_no_log_has_the_token_of_a_link(server, monkeypatch, caplog):
    for error in (Retryable("no"), RuntimeError("a bug")):

        def breaks(*_, error=error):
            raise error

        monkeypatch.setattr("cli.onemachine.links.handle", breaks)
        status, page = ask(server, "POST", "/am/v1/actions/a-token")
        assert status == (503 if isinstance(error, Retryable) else 500)
        assert (b"<button" in page) == (status == 503)
        ask(server, "GET", "/am/v1%2Factions/a-token")
    said = [str(record.__dict__) for record in caplog.records]
    assert len(said) == 4
    assert all("/v1/actions/..." in each for each in said[2:])
    assert not any("a-token" in each for each in said)
