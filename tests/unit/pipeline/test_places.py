"""Alerts keep their places in the body, whatever beside them is left alone or refused."""

from typing import Any

import msgspec
import orjson
import pytest

from tests.unit.providers.mapping import config_of
from tocsin.adapters.memory import MemoryBlobs, MemoryConfigs, MemoryOutbox
from tocsin.domain.config import TenantConfig
from tocsin.domain.fingerprint_rules import FingerprintRule, RuleSet
from tocsin.pipeline.envelope import Envelope, decode
from tocsin.pipeline.ingest import Answer, Ingest, Request
from tocsin.pipeline.opening import Opened, open_envelope
from tocsin.providers.mapped import mapped_provider

AT_S = 1_763_790_000.0
MAPPING = """[{name: backup, alerts: events, match: {kind: [alarm]}, fields: {
  name: n, status: {from: s, words: {red: firing, green: resolved, grey: ignored}},
  severity: l, labels: {host: h}}}]"""
RULES = (RuleSet(rules=(FingerprintRule(provider="backup", add=("payload.events[*].shard",)),)),)


def event(shard: str, state: str = "red", kind: str = "alarm", level: str = "") -> dict[str, str]:
    return {"n": "A", "h": "x", "shard": shard, "s": state, "kind": kind, "l": level}


class Desk:
    """Ingest and the first step of enrich, on the in-memory ports."""

    def __init__(self) -> None:
        self.outbox, self.blobs, self.configs = MemoryOutbox(), MemoryBlobs(), MemoryConfigs()
        self.config: TenantConfig = config_of(MAPPING)
        self.configs.apply(self.config, "", AT_S)

    def send(self, *events: Any) -> Answer:
        provider = mapped_provider(self.config, "backup")
        assert provider is not None
        payload = {"events": list(events)}
        request = Request(
            id="r",
            tenant="acme",
            provider=provider,
            body=orjson.dumps(payload),
            payload=payload,
            received_at_s=AT_S,
        )
        return Ingest(self.outbox, self.blobs).accept(request)

    def envelopes(self) -> list[Envelope]:
        return [
            decode(message.body)
            for queue in ("enrich-urgent", "enrich")
            for message in self.outbox.take(queue)
        ]

    def opened(self, envelope: Envelope) -> Opened:
        return open_envelope(envelope, self.blobs, self.configs, 300.0, RULES)

    def fingerprints(self) -> dict[int, str]:
        return {
            index: change.fingerprint
            for envelope in self.envelopes()
            for index, change in self.opened(envelope).changes.items()
        }


def alone(shard: str, state: str = "red") -> str:
    desk = Desk()
    desk.send(event(shard, state))
    return desk.fingerprints()[0]


@pytest.mark.parametrize(
    "beside", [event("a", "grey"), event("a", kind="log"), event("a", "odd"), 5]
)
def test_a_rule_takes_the_value_of_its_own_alert(beside: Any) -> None:
    desk = Desk()
    answer = desk.send(beside, event("b"), beside, event("c", "green"))
    assert answer.accepted == 2
    assert desk.fingerprints() == {1: alone("b"), 3: alone("c")}


def test_what_is_left_alone_is_neither_accepted_nor_rejected() -> None:
    answer = Desk().send(event("a", "grey"), event("b"), event("c", "odd"), event("d", kind="log"))
    assert (answer.accepted, [index for index, _ in answer.rejected]) == (1, [2])
    desk = Desk()
    answer = desk.send(event("a", "grey"))
    assert (answer.accepted, answer.rejected, desk.envelopes()) == (0, (), [])


def test_a_message_of_all_that_counts_selects_nothing() -> None:
    desk = Desk()
    desk.send(event("a", "grey"), event("b"), event("c"))
    (envelope,) = desk.envelopes()
    assert (envelope.select, envelope.count) == (None, 2)
    opened = desk.opened(envelope)
    assert (list(opened.changes), opened.dead) == ([1, 2], {})


def test_an_urgent_alert_travels_apart_and_keeps_its_place() -> None:
    desk = Desk()
    desk.send(event("a", "grey"), event("b"), event("c", level="critical"))
    urgent, normal = desk.envelopes()
    assert (urgent.select, normal.select) == ((2,), (1,))
    assert desk.opened(urgent).changes[2].fingerprint == alone("c")


def test_a_message_of_an_earlier_release_counts_as_that_did() -> None:
    desk = Desk()
    desk.send(event("a", "grey"), event("b"), event("c", level="critical"))
    urgent, _ = desk.envelopes()
    former = msgspec.structs.replace(urgent, v=1, select=(1,))
    assert desk.opened(former).changes[1].alert.severity == "critical"
