"""Enrichment: what is found of alerts early and late, and stages that fail."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
import pytest

from cli.enrichment.retry import Plan
from tests.builders import receiver
from tests.chaos.findings import Expected, kept_failures
from tests.chaos.queues import ASIDE
from tests.chaos.senders import canary, event_of, hook
from tests.chaos.storedgroups import open_groups
from tests.chaos.tenants import acme
from tests.chaos.world import World
from tocsin.adapters import aws
from tocsin.adapters.dynamodb.configs import DynamoConfigs
from tocsin.adapters.references import BlobReferences
from tocsin.adapters.s3 import S3Blobs
from tocsin.domain.enrichment.catalogue import Service, encode
from tocsin.domain.enrichment.settings import EnrichmentSettings
from tocsin.domain.enrichment.stage import Draft, Stage, Subject
from tocsin.domain.errors import Permanent
from tocsin.pipeline import cases, changes
from tocsin.pipeline.enrichment.registry import Stages

_LATE: tuple[str, ...] = ("find_changes", "triage", "find_similar")
# Names and texts that differ in numbers only, so that one is found to be like the other.
_LASTING, _RETURNING = "slow 250 ms", "slow 900 ms"
_SERVICE = "shop"
# What is pushed so much later than an alert began is no change of that firing.
_LATER_S = 90.0
_FIRST, _SECOND = "the first deployment", "the second deployment"


def enriched(world: World) -> None:
    """Alerts are told at once; what is found comes later, to the firing that it is about.

    One alert lasts and is told again in other words; another is over, and fires again, before
    anybody has looked at its first firing; a third begins when what was found is on its way.
    """
    world.held = ASIDE
    for tenant in ("acme", "umbrella"):
        world.add_tenant(tenant, acme(tenant, enrichment=_settings(world, tenant)))
        _push(world, tenant, _FIRST)
    _post(world, "umbrella", (_RETURNING, "firing"))
    _post(world, "acme", (_LASTING, "firing"), (_RETURNING, "firing"))
    world.let_pass(_LATER_S)
    _post(world, "acme", (_LASTING, "firing"), (_RETURNING, "resolved"), words="still")
    world.drain()
    _push(world, "acme", _SECOND)
    again = _post(world, "acme", (_RETURNING, "firing"))
    world.drain()
    # As queues may: what was found of the first firing arrives behind what was of the second.
    world.queues.waiting("investigate").reverse()
    while world.pump("investigate"):
        pass
    world.held = ()
    world.post("acme", ("disk", "firing"))
    world.expected = Expected(
        late=_LATE,
        changes={
            ("umbrella", _RETURNING): {_title("umbrella", _FIRST)},
            ("acme", _LASTING): {_title("acme", _FIRST)},
            ("acme", _RETURNING): {_title("acme", _FIRST)},
        },
        later={again: _title("acme", _SECOND)},
        owners={tenant: _team(tenant) for tenant in ("acme", "umbrella")},
        alike=frozenset((_LASTING, _RETURNING)),
        says={_LASTING: "still"},
    )
    world.converge()


def updated(world: World) -> None:
    """A receiver asks for updates: it hears at once that alerts fire, and then what was found."""
    wanted = receiver(url=hook("acme"), send_updates=True)
    settings = msgspec.structs.replace(_settings(world, "acme"), late=("find_changes",))
    world.add_tenant("acme", acme(enrichment=settings, receivers={"oncall": wanted}))
    _push(world, "acme", _FIRST)
    _post(world, "acme", (_LASTING, "firing"), (_RETURNING, "firing"))
    world.converge()
    _post(world, "acme", (_RETURNING, "resolved"))
    world.expected = Expected(
        late=("find_changes",),
        changes={("acme", _LASTING): {_title("acme", _FIRST)}},
        owners={"acme": _team("acme")},
        has_updates=True,
    )
    world.converge()


def failing_closed(world: World) -> None:
    """An early stage fails for two alerts: both are letters, and told once they are sent again."""
    settings = EnrichmentSettings(early=("categorise",))
    os.environ["ENGINE_FAIL_CLOSED"] = "true"
    try:
        with _breaking({"categorise"}) as failing:
            failing.update(("cpu", "ram"))
            world.add_tenant("acme", acme(enrichment=settings))
            world.post("acme", ("disk", "firing"), ("cpu", "firing"), ("ram", "firing"))
            world.converge()
            letters = len(world.queues.waiting("enrich-dead"))
            # Whoever died on the way, or lost an answer, has sent them again.
            if letters != 2 and not (letters > 2 and world.fired.counts):
                world.errors.append(f"failing closed: {letters} letters")
            failing.clear()
            world.redrive()
            world.converge()
    finally:
        os.environ["ENGINE_FAIL_CLOSED"] = "false"


def failing_open(world: World) -> None:
    """Stages of both runs fail: all is told, and what failed is found when it is tried again."""
    settings = EnrichmentSettings(early=("categorise",), late=("triage",))
    with pytest.MonkeyPatch.context() as patch, _breaking({"categorise", "triage"}) as failing:
        # What would take thousands of alerts: several messages in one send.
        patch.setattr(changes, "CHANGES_LIMIT", 1)
        failing.update(("disk", "cpu"))
        world.add_tenant("acme", acme(enrichment=settings))
        world.held = ASIDE
        world.post("acme", ("disk", "firing"), ("cpu", "firing"))
        world.drain()
        world.held = ()
        world.pump("investigate", 2)
        world.converge()
        kept = kept_failures(world, "acme")
        if {each.change.alert.name for each in kept} != {"disk", "cpu"}:
            world.errors.append(f"failing open: kept is {kept}")
        failing.clear()
        _try_again(world)
        world.converge()
    if kept_failures(world, "acme"):
        world.errors.append("failing open: what is mended is still kept")
    world.expected = Expected(late=("triage",))


def _try_again(world: World) -> None:
    """Send what failed to be investigated once more, as `tocsin enrich retry` does."""
    configs = DynamoConfigs(aws.client("dynamodb"), world.table("CONTROL_TABLE"))
    config = configs.current("acme")
    assert config is not None
    plan = Plan(config, configs, open_groups(world), lambda _: None)
    pages = plan.pages(iter(kept_failures(world, "acme")), world.clock.true_s)
    again = [each.case for page in pages for each in page if each.case is not None]
    for message in cases.pack_cases("acme", again, "again", world.clock.true_s, _blobs(world)):
        entry = {"MessageBody": message.body, "MessageGroupId": "acme"}
        world.queues.send("investigate", entry, world.clock.true_s)
    world.pump("investigate", 2)


class _Breaking:
    """A stage that fails for some alerts, as long as they are said to."""

    def __init__(self, stage: Stage, failing: set[str]) -> None:
        self.name = stage.name
        self._stage = stage
        self._failing = failing

    def run(self, subject: Subject, draft: Draft) -> str:
        if draft.alert.name in self._failing:
            raise Permanent("the stage is broken")
        return self._stage.run(subject, draft)


@contextmanager
def _breaking(names: set[str]) -> Iterator[set[str]]:
    """Let these stages fail for the alerts in the set that this yields."""
    failing: set[str] = set()
    made = Stages._made

    def make(self: Stages, name: str, settings: EnrichmentSettings) -> Stage:
        stage = made(self, name, settings)
        return _Breaking(stage, failing) if name in names else stage

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Stages, "_made", make)
        yield failing


def _settings(world: World, tenant: str) -> EnrichmentSettings:
    """Return settings with a catalogue, which is stored."""
    catalogue = encode([Service(name=_SERVICE, team=_team(tenant), description=canary(tenant))])
    digest = BlobReferences(_blobs(world)).put(tenant, catalogue)
    return EnrichmentSettings(late=_LATE, catalogue=digest)


def _blobs(world: World) -> S3Blobs:
    return S3Blobs(aws.client("s3"), world.table("ARCHIVE_BUCKET"))


def _team(tenant: str) -> str:
    return f"the shop of {tenant}"


def _title(tenant: str, what: str) -> str:
    return f"{what} of {canary(tenant)}"


def _push(world: World, tenant: str, what: str) -> None:
    """Push a change, and one of another service, as a sender does: again until it is accepted."""
    services = (_SERVICE, "mail")
    pushed = [{"service": each, "title": _title(tenant, what)} for each in services]
    body = json.dumps(pushed).encode()
    for _ in range(12):
        name = world.name("request")
        event = event_of("POST", "/v1/changes", world.keys[tenant], name, body)
        result = world.invoke("ingest", event)
        if result is not None and result["statusCode"] == 202:
            return
        world.clock.true_s += 1.0
    world.errors.append(f"{tenant} cannot push")


def _post(world: World, tenant: str, *reports: tuple[str, str], words: str = "") -> str:
    """Send alerts of the service, whose words differ in numbers only; return the request's id."""
    body = json.dumps([_alert(tenant, name, status, words) for name, status in reports]).encode()
    for _ in range(12):
        request = world.name("request")
        event = event_of("POST", "/v1/alerts", world.keys[tenant], request, body)
        if world.is_accepted(tenant, reports, body, world.invoke("ingest", event)):
            return request
        world.clock.true_s += 1.0
    world.errors.append(f"{tenant} cannot send")
    return ""


def _alert(tenant: str, name: str, status: str, words: str) -> dict[str, Any]:
    return {
        "name": name,
        "status": status,
        "severity": "critical" if name == _LASTING else "warning",
        "summary": " ".join((canary(tenant), words, name)),
        "labels": {"service": _SERVICE},
    }
