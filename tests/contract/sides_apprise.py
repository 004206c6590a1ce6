"""ntfy, as the library speaks to it: docs.ntfy.sh/publish/#publish-as-json."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import msgspec

from cli.vendors.localserver import LocalServer, local_server
from tests.builders import receiver
from tests.channels import tools
from tests.contract.httpside import HttpSide
from tests.contract.seen import Seen
from tocsin.domain.channels import Apprise
from tocsin.domain.secret import Secret

PASSWORD = "hunter2hush"
_FIELDS = {"message", "priority", "tags", "title", "topic"}
# docs.ntfy.sh/publish/#limitations
_MESSAGE_LIMIT_BYTES = 4096


class AppriseSide(HttpSide):
    secrets = (PASSWORD, "aHVudGVyMmh1c2g")

    def __init__(self, server: LocalServer) -> None:
        settings = Apprise(url=Secret(name="tocsin/acme/push"))
        super().__init__(server, receiver(kind="apprise", url="", settings=settings))
        url = server.url.replace("http://", f"ntfy://ann:{PASSWORD}@").partition("/hook/")[0]
        self.tools = tools({"tocsin/acme/push": f"{url}/alerts"})

    def seen(self) -> Sequence[Seen]:
        return [
            Seen(
                id=str(place),
                text=f"{body['title']}\n{body['message']}",
                is_over=body["title"].startswith("[RESOLVED"),
            )
            for place, body in enumerate(self.bodies())
        ]

    def faults(self) -> Iterator[str]:
        for request, body in zip(self.taken, self.bodies(), strict=True):
            yield from (f"unknown {name}" for name in body.keys() - _FIELDS)
            if len(body["message"].encode()) > _MESSAGE_LIMIT_BYTES:
                yield "it would be a file"
            if (request.method, request.path, body["topic"]) != ("POST", "/", "alerts"):
                yield f"{request.method} {request.path}"

    def live(self) -> Iterator[str]:
        # Without the header Markdown, ntfy shows what it gets.
        yield from ("Markdown" for each in self.taken if "markdown" in each.headers)

    def bodies(self) -> list[dict]:
        return [msgspec.json.decode(each.body) for each in self.taken]


@contextmanager
def side() -> Iterator[AppriseSide]:
    with local_server() as server:
        yield AppriseSide(server)
