import logging
import socket
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import urllib3

from cli.vendors.localserver import Answer, local_server
from tocsin import __version__
from tocsin.adapters.http import ANSWER_LIMIT_BYTES, Http, PoolSize
from tocsin.domain.errors import Permanent, Retryable


@pytest.fixture
def server():
    with local_server() as running:
        yield running


@pytest.fixture
def http():
    return Http(allow_loopback=True)


def post(http, url, timeout_s=5.0, **headers):
    return http.post(url, b"body", headers, timeout_s)


def test_a_request_carries_body_and_headers_and_says_who_sends_it(server, http):
    answer = post(http, server.url, **{"X-One": "1"})
    (request,) = server.requests
    assert (answer.status, answer.body) == (200, b"ok")
    assert (request.path, request.body) == ("/hook/secret", b"body")
    assert request.headers["x-one"] == "1"
    assert request.headers["user-agent"] == f"tocsin/{__version__}"
    assert request.headers["accept-encoding"] == "identity"


def test_who_owns_the_network_may_call_all_of_it(server):
    with pytest.raises(Permanent, match="not public"):
        post(Http(), server.url)
    # 0.0.0.0 is this machine, and neither loopback nor public.
    private = server.url.replace("127.0.0.1", "0.0.0.0")
    with pytest.raises(Permanent, match="not public"):
        post(Http(allow_loopback=True), private)
    assert post(Http(allow_private=True), private).status == 200


def test_any_status_is_an_answer(server, http):
    server.answers = [Answer(status=500, headers={"Retry-After": "3"}, body=b"no")]
    answer = post(http, server.url)
    assert (answer.status, answer.headers["retry-after"], answer.body) == (500, "3", b"no")


def test_a_redirect_is_not_followed_nor_read_whole(server, http):
    location = {"Location": server.url + "/elsewhere"}
    server.answers = [Answer(status=302, headers=location, body=b"x" * 10 * ANSWER_LIMIT_BYTES)]
    answer = post(http, server.url)
    assert (answer.status, len(answer.body)) == (302, ANSWER_LIMIT_BYTES)
    assert len(server.requests) == 1


def test_a_body_that_breaks_off_does_not_undo_the_status(server, http):
    server.answers = [Answer(status=202, body=b"par", missing_bytes=100)]
    answer = post(http, server.url)
    assert (answer.status, answer.body, answer.is_broken) == (202, b"par", True)


def test_a_body_that_is_whole_or_only_long_is_not_broken(server, http):
    server.answers = [Answer(body=b"x" * 2 * ANSWER_LIMIT_BYTES)]
    assert [post(http, server.url).is_broken for _ in range(3)] == [False] * 3


@pytest.mark.parametrize(("hosts", "connections"), [(1, 3), (2, 1)])
def test_connections_are_kept_of_as_many_hosts_as_the_pool_is_for(server, hosts, connections):
    http = Http(allow_loopback=True, pool=PoolSize(connections=1, hosts=hosts))
    with local_server() as other:
        for _ in range(3):
            post(http, server.url)
            post(http, other.url)
    assert (server.connections, len(server.requests)) == (connections, 3)


def test_connections_are_kept_of_each_host_as_many_as_the_pool_is_for(server):
    http = Http(allow_loopback=True, pool=PoolSize(connections=2))
    for at_once in (2, 2):
        with ThreadPoolExecutor(at_once) as pool:
            server.together = Barrier(at_once)
            list(pool.map(lambda _: post(http, server.url), range(at_once)))
    assert (server.connections, len(server.requests)) == (2, 4)


def test_proxies_and_credentials_of_the_environment_are_not_used(
    server, http, monkeypatch, tmp_path
):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login user password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    post(http, server.url)
    assert "authorization" not in server.requests[0].headers


def test_cookies_are_not_kept(server, http):
    server.answers = [Answer(headers={"Set-Cookie": "tenant=acme; Path=/"})]
    post(http, server.url)
    post(http, server.url)
    assert "cookie" not in server.requests[1].headers


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9/hook/secret",
        "http://[::1]:9/hook/secret",
        "http://169.254.169.254/hook/secret",
        "http://10.0.0.1/hook/secret",
        "http://[::ffff:10.0.0.1]/hook/secret",
        "http://0x7f000001/hook/secret",
        "https://localhost/hook/secret",
    ],
)
def test_addresses_that_are_not_public_are_refused(url):
    with pytest.raises(Permanent, match="not public") as raised:
        post(Http(), url)
    assert "secret" not in str(raised.value)


def test_the_host_of_an_address_that_is_refused_is_not_logged(caplog, monkeypatch):
    def private(*_args, **_options):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.5", 443))]

    monkeypatch.setattr("socket.getaddrinfo", private)
    with caplog.at_level(logging.DEBUG), pytest.raises(Permanent):
        post(Http(), "https://secret-token.hooks.example/")
    assert "secret-token" not in caplog.text


def test_loopback_does_not_open_private_networks(http):
    with pytest.raises(Permanent):
        post(http, "http://10.0.0.1/")


@pytest.mark.parametrize(
    "url", ["hook/secret", "ftp://127.0.0.1/secret", "http://", "http://[::1", "http://a.\udcff/"]
)
def test_what_is_no_url_is_permanent(http, url):
    with pytest.raises(Permanent) as raised:
        post(http, url)
    assert "secret" not in str(raised.value)


def test_a_header_with_a_line_break_is_permanent(server, http):
    with pytest.raises(Permanent):
        post(http, server.url, **{"X-One": "1\r\nX-Two: 2"})
    assert server.requests == []


def test_no_answer_is_retryable_and_keeps_the_url_to_itself(http):
    with local_server() as gone:
        pass
    with pytest.raises(Retryable, match="no answer: ConnectionError") as raised:
        post(http, gone.url)
    assert "secret" not in str(raised.value)
    assert raised.value.__suppress_context__


def test_paths_are_not_logged_even_at_debug(server, http, caplog):
    with caplog.at_level(logging.DEBUG):
        post(http, server.url)
    assert "secret" not in caplog.text


@pytest.mark.parametrize(
    "error",
    [
        urllib3.exceptions.ConnectTimeoutError("late"),
        urllib3.exceptions.IncompleteRead(1, 2),
        urllib3.exceptions.DecodeError("odd"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_whatever_urllib3_raises_is_retryable(server, http, monkeypatch, error):
    def fail(*_args, **_options):
        raise error

    monkeypatch.setattr("urllib3.connectionpool.HTTPConnectionPool.urlopen", fail)
    with pytest.raises(Retryable, match="no answer"):
        post(http, server.url)


def test_an_address_is_read_without_a_body(server, http):
    answer = http.get(server.url, 5.0)
    (request,) = server.requests
    assert (answer.status, answer.body) == (200, b"ok")
    assert (request.method, request.path, request.body) == ("GET", "/hook/secret", b"")


def test_reading_is_guarded_as_posting_is(server, http):
    for url in ("http://169.254.169.254/secret", "http://10.0.0.1/secret", "http://127.0.0.1:9/"):
        with pytest.raises(Permanent, match="not public") as raised:
            Http().get(url, 5.0)
        assert "secret" not in str(raised.value)
    server.answers = [Answer(status=302, headers={"Location": server.url + "/elsewhere"})]
    assert http.get(server.url, 5.0).status == 302
    assert len(server.requests) == 1
