"""Pages over HTTP: what is sent, what is tried again and when, and where redirects lead."""

from email.utils import formatdate

import pytest

from cli.vendors.localserver import Answer, local_server
from tests.builders import T0
from tests.unit.adapters.fetching.fetching_world import VirtualTime, fetcher
from tocsin import __version__
from tocsin.domain.errors import Permanent, Retryable, Throttled, Unsendable

PAGE = Answer(headers={"Content-Type": "text/plain"}, body=b"words")


@pytest.fixture
def server():
    with local_server() as running:
        yield running


@pytest.fixture
def time():
    return VirtualTime()


def test_a_request_has_fixed_headers_and_nothing_of_this_machine(server, monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login user password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    cookie = {"Content-Type": "text/plain", "Set-Cookie": "a=b; Path=/"}
    server.answers = [Answer(headers=cookie), PAGE]
    reading = fetcher()
    reading.fetch(server.url, 30.0)
    reading.fetch(server.url, 30.0)
    for request in server.requests:
        assert (request.method, request.body) == ("GET", b"")
        assert set(request.headers) == {
            "accept", "accept-encoding", "connection", "host", "user-agent",
        }  # fmt: skip
        assert request.headers["user-agent"] == f"tocsin/{__version__}"


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_what_may_pass_is_tried_three_times_more(server, time, status):
    server.answers = [Answer(status=status)] * 3 + [PAGE]
    assert fetcher(time).fetch(server.url, 60.0).text == "words"
    assert len(server.requests) == 4
    half, one, two = time.waits
    assert 0.45 <= half <= 0.55
    assert 0.9 <= one <= 1.1
    assert 1.8 <= two <= 2.2


def test_after_that_it_is_a_failure(server, time):
    server.answers = [Answer(status=502)] * 4
    with pytest.raises(Retryable, match="HTTP 502"):
        fetcher(time).fetch(server.url, 60.0)
    assert len(server.requests) == 4


@pytest.mark.parametrize("status", [400, 401, 404, 410, 418, 501, 505, 304])
def test_what_would_be_the_same_again_is_not_tried_again(server, time, status):
    server.answers = [Answer(status=status)]
    with pytest.raises(Retryable if status > 500 else Permanent, match=f"HTTP {status}"):
        fetcher(time).fetch(server.url, 60.0)
    assert (len(server.requests), time.waits) == (1, [])


def test_nothing_listens_is_tried_again(time):
    with local_server() as gone:
        pass
    with pytest.raises(Retryable, match="no answer: ConnectionError") as raised:
        fetcher(time).fetch(gone.url, 60.0)
    assert len(time.waits) == 3
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("wait", ["7", formatdate(T0 + 7, usegmt=True)])
def test_the_server_says_when_to_come_again(server, time, wait):
    server.answers = [Answer(status=429, headers={"Retry-After": wait}), PAGE]
    assert fetcher(time).fetch(server.url, 60.0).text == "words"
    assert time.waits == [7.0]


def test_nobody_waits_longer_than_there_is_time(server, time):
    server.answers = [Answer(status=429, headers={"Retry-After": "30"}), PAGE]
    with pytest.raises(Throttled, match="HTTP 429") as raised:
        fetcher(time).fetch(server.url, 30.0)
    assert (raised.value.retry_after_s, time.waits) == (30.0, [])
    server.answers = [Answer(status=503)] * 4
    with pytest.raises(Retryable, match="HTTP 503"):
        fetcher(time).fetch(server.url, 1.5)
    assert len(time.waits) == 1


def test_too_little_time_is_no_reason_to_begin(server):
    with pytest.raises(Unsendable, match="time"):
        fetcher().fetch(server.url, 0.1)
    assert server.requests == []


def test_a_redirect_on_the_same_host_is_followed(server):
    server.answers = [
        Answer(status=301, headers={"Location": "/new?a=b"}),
        Answer(status=302, headers={"Location": "newer"}),
        Answer(status=308, headers={"Location": server.url + "/newest"}),
        PAGE,
    ]
    page = fetcher().fetch(server.url, 30.0)
    assert (page.text, page.url) == ("words", server.url + "/newest")
    assert [each.path for each in server.requests] == [
        "/hook/secret", "/new?a=b", "/newer", "/hook/secret/newest",
    ]  # fmt: skip


def test_a_fourth_redirect_is_not_followed(server):
    server.answers = [Answer(status=302, headers={"Location": "/again"})] * 9
    with pytest.raises(Permanent, match="more than 3"):
        fetcher().fetch(server.url, 30.0)
    assert len(server.requests) == 4


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/meta-data/",
        "https://evil.example/",
        "http://localhost:{port}/",
        "http://[::1]:{port}/",
        "http://2130706433:{port}/",
        "file:///etc/passwd",
        "//evil.example/",
        "\\\\evil.example/",
        "http://127.0.0.1:{port}@evil.example/",
        "http://user@127.0.0.1:{port}/",
        "",
    ],
)
def test_a_redirect_elsewhere_is_not_followed(server, location):
    port = server.url.split(":")[2].split("/")[0]
    server.answers = [Answer(status=302, headers={"Location": location.format(port=port)})]
    with pytest.raises(Permanent, match="redirects"):
        fetcher().fetch(server.url, 30.0)
    assert len(server.requests) == 1


def test_this_machine_is_read_in_development_only(server):
    with pytest.raises(Unsendable):
        fetcher(allow_loopback=False).fetch(server.url, 30.0)
    with pytest.raises(Unsendable, match="not public"):
        fetcher(allow_loopback=False).fetch("https://127.0.0.1:8443/", 30.0)
    assert server.requests == []


@pytest.mark.parametrize("url", ["http://{host}/", "https://{host}:22/", "http://{host}:8443/"])
def test_public_hosts_are_asked_over_https_at_the_ports_of_pages_only(url):
    with pytest.raises(Unsendable, match="only"):
        fetcher().fetch(url.format(host="198.51.100.1"), 30.0)
