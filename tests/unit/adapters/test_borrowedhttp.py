"""What a module of a library may ask, once its `requests` is a stand-in."""

import ast
import importlib
import threading
from pathlib import Path
from types import ModuleType

import pytest
import requests

from cli.vendors.localserver import Answer, local_server
from tocsin.adapters.http import Http
from tocsin.adapters.receivers import apprise
from tocsin.adapters.receivers.appriseservices import SERVICES
from tocsin.adapters.receivers.borrowedhttp import REQUESTS_LIMIT, StandIn, guard, visit
from tocsin.domain.errors import Retryable, Unsendable

# What else could reach a network, a file or another program.
OTHER_WAYS = {"aiohttp", "asyncio", "ftplib", "http", "httpx", "paramiko", "smtplib", "socket"}
OTHER_WAYS |= {"subprocess", "telnetlib", "urllib.request", "urllib3", "websocket", "websockets"}


@pytest.fixture
def module():
    made = ModuleType("made")
    made.requests = requests
    guard(made)
    return made


@pytest.fixture
def server():
    with local_server() as server:
        yield server


def test_a_module_gets_a_stand_in_once(module):
    stand_in = module.requests
    guard(module)
    assert module.requests is stand_in
    assert isinstance(stand_in, StandIn)
    assert importlib.import_module("requests") is requests


def test_what_is_asked_goes_through_the_guard_and_comes_back_as_an_answer(module, server):
    server.answers.append(Answer(status=201, headers={"X-A": "b"}, body=b'{"a": "\xc3\xa9"}'))
    with visit(Http(allow_loopback=True), 5.0) as passed:
        answer = module.requests.post(server.url, json={"x": 1}, params={"y": "2"}, verify=False)
    assert answer.status_code == module.requests.codes.created
    assert answer.json() == {"a": "é"}
    assert answer.content == b'{"a": "\xc3\xa9"}'
    assert answer.headers["x-a"] == "b"
    (request,) = server.requests
    assert (request.method, request.path.partition("?")[2]) == ("POST", "y=2")
    assert (passed.asked, passed.status, passed.failure) == (1, 201, None)


def test_each_method_is_the_one_that_was_meant(module, server):
    with visit(Http(allow_loopback=True), 5.0):
        module.requests.get(server.url)
        module.requests.put(server.url, data=b"x")
    assert [request.method for request in server.requests] == ["GET", "PUT"]


def test_outside_of_a_visit_nobody_is_asked(module, server):
    with pytest.raises(requests.ConnectionError):
        module.requests.get(server.url)
    with visit(Http(allow_loopback=True), 5.0):
        failed = []

        def ask():
            try:
                module.requests.get(server.url)
            except requests.ConnectionError as error:
                failed.append(error)

        # A thread that a library starts is on nobody's behalf.
        thread = threading.Thread(target=ask)
        thread.start()
        thread.join()
    assert len(failed) == 1
    assert server.requests == []


def test_a_redirect_is_an_answer_and_is_not_followed(module, server):
    server.answers.append(Answer(status=302, headers={"Location": "http://169.254.169.254/"}))
    with visit(Http(allow_loopback=True), 5.0) as passed:
        assert module.requests.get(server.url, allow_redirects=True).status_code == 302
    assert passed.status == 302
    assert len(server.requests) == 1


@pytest.mark.parametrize("url", ["https://169.254.169.254/", "https://10.1.2.3/", "https://[::1]/"])
def test_an_address_inside_is_not_asked(module, url):
    with visit(Http(), 5.0) as passed, pytest.raises(requests.ConnectionError):
        module.requests.get(url)
    assert isinstance(passed.failure, Unsendable)


def test_files_are_not_sent(module, server):
    with visit(Http(allow_loopback=True), 5.0) as passed, pytest.raises(requests.ConnectionError):
        module.requests.post(server.url, files={"a": b"b"})
    assert isinstance(passed.failure, Unsendable)
    assert server.requests == []


def test_no_more_is_asked_once_a_service_asks_for_less(module, server):
    server.answers.append(Answer(status=429, headers={"Retry-After": "9"}))
    with visit(Http(allow_loopback=True), 5.0) as passed:
        module.requests.get(server.url)
        with pytest.raises(requests.ConnectionError):
            module.requests.get(server.url)
    assert (passed.status, passed.retry_after) == (429, "9")
    assert len(server.requests) == 1


def test_who_asks_too_much_or_too_long_is_stopped(module, server):
    with visit(Http(allow_loopback=True), 5.0) as passed:
        for _ in range(REQUESTS_LIMIT):
            module.requests.get(server.url)
        with pytest.raises(requests.ConnectionError):
            module.requests.get(server.url)
    assert len(server.requests) == REQUESTS_LIMIT
    assert isinstance(passed.failure, Retryable)
    with visit(Http(allow_loopback=True), 0.0) as passed, pytest.raises(requests.ConnectionError):
        module.requests.get(server.url)
    assert isinstance(passed.failure, Retryable)


def test_what_is_no_part_of_the_stand_in_is_not_there(module):
    for name in ("Session", "session", "request_any", "adapters", "delete"):
        with pytest.raises(AttributeError):
            getattr(module.requests, name)


MODULES = sorted({service.module for service in SERVICES.values()})


@pytest.mark.parametrize("name", MODULES)
def test_a_module_of_the_library_has_no_other_way_out(name):
    module = importlib.import_module(f"apprise.plugins.{name}")
    tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
    imported = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            imported.add(node.module)
            assert node.module != "requests", "it would keep what it imported"
    assert not imported & OTHER_WAYS
    asked = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "requests"
    }
    stand_in = StandIn(requests)
    assert asked <= {"get", "post", "put", "codes", "RequestException", "TooManyRedirects"}
    assert all(hasattr(stand_in, each) for each in asked)


def test_the_library_waits_for_nobody(monkeypatch):
    def slept(_seconds):
        raise AssertionError("it waits")

    monkeypatch.setattr("apprise.url.time.sleep", slept)
    plugin, _service = apprise._plugin("ntfys://ntfy.example/topic", "oncall")
    plugin.throttle()
    plugin.throttle(wait=3600)
