"""A real HTTP server on loopback, which answers as it is told and remembers the requests."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Barrier, Event

import msgspec

from cli.loopback import Handler, Loopback

_WAIT_S = 10.0


class Answer(msgspec.Struct):
    """What is answered to one request.

    Of `missing_bytes`, it is announced that they come, but the connection breaks off instead; so
    it does in the place of the whole answer if that `is_lost`. What `hangs` is answered never.
    """

    status: int = 200
    headers: dict[str, str] = {}
    body: bytes = b"ok"
    missing_bytes: int = 0
    is_lost: bool = False
    hangs: bool = False


class Request(msgspec.Struct):
    """What came; the names of headers are in lower case."""

    path: str
    headers: dict[str, str]
    body: bytes
    method: str = "POST"


class LocalServer:
    """What is known of a server while it runs, and what it will do."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.answers: list[Answer] = []
        self.url = ""
        self.connections = 0
        # Where as many requests wait for each other as a test wants to be there at once.
        self.together: Barrier | None = None
        # What is answered where `answers` says nothing.
        self.respond: Callable[[Request], Answer] = lambda _request: Answer()
        self.ending = Event()


class _Handler(Handler):
    def setup(self) -> None:
        super().setup()
        self.owner.connections += 1

    def answer(self) -> None:
        world: LocalServer = self.owner
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.path, headers, self.body(), self.command)
        world.requests.append(request)
        if world.together is not None:
            world.together.wait(_WAIT_S)
        answer = world.answers.pop(0) if world.answers else world.respond(request)
        if answer.hangs:
            world.ending.wait(_WAIT_S)
        if answer.hangs or answer.is_lost:
            self.close_connection = True
            return
        self.reply(answer.status, answer.body, answer.headers, answer.missing_bytes)


@contextmanager
def local_server(path: str = "/hook/secret") -> Iterator[LocalServer]:
    """Serve in a thread; the `url` of what is yielded ends with `path`."""
    world = LocalServer()
    server = Loopback(_Handler, world)
    server.start()
    world.url = server.url + path
    try:
        yield world
    finally:
        world.ending.set()
        server.stop()
