"""A sender that signs, and sends the very same request again and again."""

import hmac
from typing import Any

from tests.chaos.tenants import acme
from tests.chaos.world import World
from tocsin.domain.config import Signature, SigningSecret

_SECRET = "chaos-signing-secret"
_SIGNATURE = Signature(provider="generic", scheme="github", secrets=(SigningSecret(value=_SECRET),))


def sent_again(world: World) -> None:
    """A request is sent until it is accepted, and twice more: once while it is on its way."""
    world.add_tenant("acme", acme(signatures=(_SIGNATURE,)))
    event = _send(world, ("disk", "firing"))
    _again(world, event)
    world.drain()
    _again(world, event)
    world.advance(30.0)
    _send(world, ("disk", "resolved"))
    # A replay of the beginning, after the end: it must not begin anew.
    world.drain()
    _again(world, event)
    world.converge()


def memory_away(world: World) -> None:
    """Nobody remembers which requests were accepted: every alert is, and is told once."""
    world.away = ("dynamodb.seen",)
    world.add_tenant("acme", acme(signatures=(_SIGNATURE,)))
    event = _send(world, ("disk", "firing"))
    _again(world, event)
    world.converge()
    world.away = ()


def _send(world: World, *reports: tuple[str, str]) -> dict[str, Any]:
    event, body = world.request("acme", reports)
    mac = hmac.new(_SECRET.encode(), body, "sha256").hexdigest()
    name = event["requestContext"]["requestId"]
    signed = {"x-hub-signature-256": f"sha256={mac}", "x-github-delivery": name}
    event["headers"] = {**event["headers"], **signed}
    for _ in range(12):
        if world.is_accepted("acme", reports, body, world.invoke("ingest", event)):
            return event
        world.clock.true_s += 1.0
    world.errors.append("acme cannot send")
    return event


def _again(world: World, event: dict[str, Any]) -> None:
    result = world.invoke("ingest", event)
    if result is not None and result["statusCode"] not in (202, 503):
        world.errors.append(f"ingest answers a repeat {result}")
