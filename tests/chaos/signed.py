"""A sender that signs, and sends the very same request again and again."""

import hmac
import json
from typing import Any

from tests.chaos.records import Sent
from tests.chaos.senders import Reports
from tests.chaos.tenants import acme
from tests.chaos.world import World
from tocsin.domain.config import Signature, SigningSecret

_SECRET = "chaos-signing-secret"
_SIGNATURE = Signature(provider="generic", scheme="github", secrets=(SigningSecret(value=_SECRET),))


class SignedRequest:
    """One request, however often it is sent: to the oracle all attempts are one."""

    def __init__(self, world: World, *reports: tuple[str, str]) -> None:
        self._world = world
        self._reports: Reports = reports
        self._event, self._body = world.request("acme", reports)
        mac = hmac.new(_SECRET.encode(), self._body, "sha256").hexdigest()
        name = self._event["requestContext"]["requestId"]
        signed = {"x-hub-signature-256": f"sha256={mac}", "x-github-delivery": name}
        self._event["headers"] = {**self._event["headers"], **signed}
        self._attempts: list[Sent] = []
        self._name = ""

    def send(self) -> None:
        """Send until it is accepted."""
        for _ in range(12):
            result = self._attempt()
            if self._world.is_accepted("acme", self._reports, self._body, result):
                return
            self._world.clock.true_s += 1.0
        self._world.errors.append("acme cannot send")

    def again(self) -> None:
        """Send it once more, though it was accepted."""
        result = self._attempt()
        if result is not None and result["statusCode"] not in (202, 503):
            self._world.errors.append(f"ingest answers a repeat {result}")

    def _attempt(self) -> Any:
        requests = self._world.requests
        before = set(requests)
        result = self._world.invoke("ingest", self._event)
        self._attempts += [requests.pop(name) for name in set(requests) - before]
        if result is not None and result["statusCode"] == 202:
            self._name = json.loads(result["body"])["id"]
        if self._name:
            requests[self._name] = Sent(
                tenant="acme",
                body=self._body,
                from_s=self._attempts[0].from_s,
                until_s=self._attempts[-1].until_s,
                is_accepted=True,
            )
        return result


def sent_again(world: World) -> None:
    """A request comes again on its way, when it was told, and when all is over."""
    world.add_tenant("acme", acme(signatures=(_SIGNATURE,)))
    beginning = SignedRequest(world, ("disk", "firing"))
    beginning.send()
    beginning.again()
    world.drain()
    beginning.again()
    world.advance(30.0)
    SignedRequest(world, ("disk", "resolved")).send()
    world.drain()
    # It must not begin anew.
    beginning.again()
    world.converge()


def memory_away(world: World) -> None:
    """Nobody remembers which requests were accepted: every alert is, and is told once."""
    world.away = ("dynamodb.seen",)
    world.add_tenant("acme", acme(signatures=(_SIGNATURE,)))
    request = SignedRequest(world, ("disk", "firing"))
    request.send()
    request.again()
    world.converge()
    world.away = ()
