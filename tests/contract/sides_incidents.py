"""PagerDuty and Opsgenie: one incident under each key, opened, added to, taken and closed."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from urllib.parse import urlsplit

import msgspec
from msgspec.structs import replace

from cli.vendors import jsonschemas
from cli.vendors.localserver import Answer, LocalServer, Request, local_server
from cli.vendors.pagerduty import Events
from tests.builders import receiver
from tests.channels import tools
from tests.contract.httpside import HttpSide
from tests.contract.seen import Seen
from tests.notifications import KEY_32
from tocsin.domain.channels import Opsgenie, PagerDuty
from tocsin.domain.secret import Secret

_LEADS_TO = ("https://x.example/", "https://tocsin.example")


class IncidentSide(HttpSide):
    """What both do: a key has one open incident at most, and one that is closed stays so."""

    follows = "of it"
    deduplicates = True
    secrets = (KEY_32, "/hook/secret")

    def __init__(self, server: LocalServer, settings: PagerDuty | Opsgenie, kind: str) -> None:
        super().__init__(server, receiver(kind=kind, url="", settings=settings))
        self.tools = tools({"tocsin/acme/key": KEY_32})
        self._seen: dict[str, Seen] = {}
        self._open: dict[str, str] = {}

    def seen(self) -> Sequence[Seen]:
        return list(self._seen.values())

    def _told(self, key: str, text: str) -> None:
        place = self._open.setdefault(key, str(len(self._seen)))
        before = self._seen.get(place, Seen(id=place, text=""))
        self._seen[place] = replace(before, text=before.text + text)

    def _noted(self, key: str, text: str) -> None:
        if key in self._open:
            self._told(key, text)

    def _closed(self, key: str) -> None:
        place = self._open.pop(key, None)
        if place is not None:
            self._seen[place] = replace(self._seen[place], is_over=True)

    def _acknowledged(self, key: str) -> None:
        place = self._open.get(key)
        if place is not None:
            self._seen[place] = replace(self._seen[place], is_acknowledged=True)


class PagerDutySide(IncidentSide):
    # developer.pagerduty.com/docs/events-api-v2/overview, "Response Codes & Retry Logic".
    refusal = Answer(status=400, body=b'{"status":"invalid event"}')

    def __init__(self, server: LocalServer, settings: PagerDuty) -> None:
        super().__init__(server, settings, "pagerduty")
        self.vendor = Events(KEY_32)

    def answer(self, request: Request) -> Answer:
        super().answer(request)
        answer = self.vendor.answer(request)
        event = msgspec.json.decode(request.body)
        if event["event_action"] == "resolve":
            self._closed(event["dedup_key"])
        elif event["event_action"] == "acknowledge":
            self._acknowledged(event["dedup_key"])
        else:
            self._told(event["dedup_key"], _text(event["payload"]))
        return answer

    def faults(self) -> Iterator[str]:
        for each in self.vendor.received:
            yield from each.faults

    def live(self) -> Iterator[str]:
        for event in self.bodies():
            hrefs = [each["href"] for each in event.get("links", ())]
            hrefs += [event["client_url"]] if "client_url" in event else []
            yield from (href for href in hrefs if not href.startswith(_LEADS_TO))


class OpsgenieSide(IncidentSide):
    # docs.opsgenie.com/docs/response.
    refusal = Answer(status=422, body=b'{"message":"Request body is not processable."}')

    def answer(self, request: Request) -> Answer:
        super().answer(request)
        body = msgspec.json.decode(request.body)
        _, _, alias, action = _steps(request)
        if not action:
            # Whether a note of what is only counted is shown, Opsgenie does not say. Here it is.
            new = body["alias"] not in self._open
            said = body if new else {"note": body.get("note", "")}
            self._told(body["alias"], _text(said))
        elif action == "close":
            self._closed(alias)
        elif action == "acknowledge":
            self._acknowledged(alias)
        else:
            self._noted(alias, _text(body))
        return Answer(status=202, body=b'{"result":"Request will be processed"}')

    def faults(self) -> Iterator[str]:
        for request in self.taken:
            _, _, alias, action = _steps(request)
            yield from _faults("opsgenie-action" if action else "opsgenie-create", request)
            if request.headers["authorization"] != f"GenieKey {KEY_32}":
                yield "not authorized"
            if action and urlsplit(request.path).query != "identifierType=alias":
                yield f"{alias} is taken for an id"


def _steps(request: Request) -> list[str]:
    """Return the steps of a path: v2, alerts, an alias and an action; "" for none."""
    steps = urlsplit(request.path).path.removeprefix("/").split("/")
    return [*steps, "", ""][:4]


def _faults(schema: str, request: Request) -> Iterator[str]:
    yield from jsonschemas.faults(schema, request.body)
    if request.headers["content-type"] != "application/json":
        yield request.headers["content-type"]


def _text(body: Mapping[str, object]) -> str:
    return msgspec.json.encode(body).decode()


@contextmanager
def pagerduty_side() -> Iterator[PagerDutySide]:
    with local_server() as server:
        settings = PagerDuty(routing_key=Secret(name="tocsin/acme/key"), url=server.url)
        yield PagerDutySide(server, settings)


@contextmanager
def opsgenie_side() -> Iterator[OpsgenieSide]:
    with local_server() as server:
        url = server.url.removesuffix("/hook/secret")
        settings = Opsgenie(api_key=Secret(name="tocsin/acme/key"), url=url)
        yield OpsgenieSide(server, settings, "opsgenie")
