"""PagerDuty as its Events API v2 shows it: one open incident at most under each key.

developer.pagerduty.com/docs/events-api-v2/overview and .../trigger-events: 202 is taken, 400 is
for good; what is triggered under the key of an open incident is added to it, and what is resolved
or acknowledged that is not open is passed over.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from cli.vendors import jsonschemas
from cli.vendors.localserver import Answer, Request
from cli.vendors.received import Received, Vendor, digest

# 512 KB, of which it is not said whether they are 500 or 512 of 1024.
LIMIT_BYTES = 512_000


class Events(Vendor):
    """An integration; `opened` and `closed` count incidents by their keys, and `acknowledged`."""

    def __init__(self, routing_key: str) -> None:
        super().__init__()
        self._routing_key = routing_key
        self._open: dict[str, int] = {}
        self._in_hand: set[str] = set()
        self.opened = self.acknowledged = self.closed = 0

    def answer(self, request: Request) -> Answer:
        """Take or refuse an event, and answer as PagerDuty does."""
        with self.lock:
            found = tuple(self._faults(request))
            event = {} if found else msgspec.json.decode(request.body)
            self.keep(self._read(request, event, found))
            if found:
                said: dict[str, Any] = {
                    "status": "invalid event",
                    "message": "Event object is invalid",
                    "errors": found,
                }
                return Answer(status=400, body=msgspec.json.encode(said))
            said = {"status": "success", "message": "Event processed"}
            return Answer(
                status=202, body=msgspec.json.encode({**said, "dedup_key": event["dedup_key"]})
            )

    def _faults(self, request: Request) -> Iterator[str]:
        found = list(faults(request))
        yield from found
        if not found and msgspec.json.decode(request.body)["routing_key"] != self._routing_key:
            yield "Invalid routing key"

    def _read(self, request: Request, event: dict[str, Any], found: tuple[str, ...]) -> Received:
        name, action = event.get("dedup_key", ""), event.get("event_action")
        is_over = action == "resolve"
        if is_over and self._open.pop(name, None) is not None:
            self.closed += 1
            self._in_hand.discard(name)
        elif action == "acknowledge" and name in self._open and name not in self._in_hand:
            self.acknowledged += 1
            self._in_hand.add(name)
        elif action == "trigger" and name not in self._open:
            self.opened += 1
            self._open[name] = self.opened
        return Received(
            key=digest(request.body), text=_text(event), is_over=is_over, thread=name, faults=found
        )


def _text(event: dict[str, Any]) -> str:
    """Return what people read: the summary, then the rest. Only what triggers has any."""
    payload = event.get("payload")
    if payload is None:
        return str(event.get("event_action", ""))
    return f"{payload['summary']}\n{msgspec.json.encode(payload).decode()}"


def faults(request: Request) -> Iterator[str]:
    """Yield in which ways a request is not what is documented."""
    yield from jsonschemas.faults("pagerduty", request.body)
    if request.headers.get("content-type") != "application/json":
        yield f"Content-Type {request.headers.get('content-type')}"
    if len(request.body) > LIMIT_BYTES:
        yield f"{len(request.body)} bytes"
