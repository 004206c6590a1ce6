"""Microsoft Teams: a workflow that posts each card as a message of its own."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from cli.vendors import jsonschemas
from cli.vendors.localserver import Answer, LocalServer, Request, local_server
from tests.builders import receiver
from tests.channels import tools
from tests.contract.httpside import HttpSide
from tests.contract.seen import Seen
from tocsin.domain.channels import Teams
from tocsin.domain.secret import Secret

_LIMIT_BYTES = 28_000
_LEADS_TO = ("https://x.example/", "https://tocsin.example")


class TeamsSide(HttpSide):
    refusal = Answer(status=404, body=b'{"error":{"code":"WorkflowTriggerIsNotEnabled"}}')

    def __init__(self, server: LocalServer) -> None:
        settings = Teams(url=Secret(name="tocsin/acme/teams"))
        super().__init__(server, receiver(kind="teams", url="", settings=settings))
        self.tools = tools({"tocsin/acme/teams": server.url})

    def answer(self, request: Request) -> Answer:
        super().answer(request)
        return Answer(status=202, body=b"")

    def seen(self) -> Sequence[Seen]:
        return [
            Seen(
                id=str(place),
                text="\n".join(run["text"] for run in _runs(card)),
                is_over=_runs(card)[0]["color"] == "Good",
            )
            for place, card in enumerate(self._cards())
        ]

    def faults(self) -> Iterator[str]:
        for request in self.taken:
            yield from jsonschemas.faults("teams", request.body)
            size = len(request.body.decode().encode("utf-16-le"))
            if size > _LIMIT_BYTES:
                yield f"{size} bytes"

    def live(self) -> Iterator[str]:
        for card in self._cards():
            if "entities" in card["msteams"]:
                yield "a mention"
            # The schema has no other place for markup or links than these.
            actions = [*card.get("actions", ()), *(run.get("selectAction") for run in _runs(card))]
            urls = [action["url"] for action in actions if action is not None]
            yield from (url for url in urls if not url.startswith(_LEADS_TO))

    def _cards(self) -> list[dict]:
        return [body["attachments"][0]["content"] for body in self.bodies()]


def _runs(card: dict) -> list[dict]:
    return [run for block in card["body"] for run in block["inlines"]]


@contextmanager
def side() -> Iterator[TeamsSide]:
    with local_server() as server:
        yield TeamsSide(server)
