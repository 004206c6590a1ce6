"""Which of what evaluate says reaches a rule over alerts in the stage of rules."""

from typing import Any

import pytest
from msgspec.structs import replace

from tests.builders import T0, config
from tests.unit.domain.alertrule_world import ends, fires
from tocsin.adapters.memory import MemoryBlobs, MemoryConfigs, MemoryOutbox, MemoryRuleStates
from tocsin.domain import alertrule
from tocsin.domain.happening import SeenChange
from tocsin.domain.matchers import parse_matcher
from tocsin.domain.rule import AlertRule
from tocsin.domain.rulestate import Evaluated
from tocsin.pipeline.batch import Delivery
from tocsin.pipeline.envelope import decode
from tocsin.pipeline.happenings import pack_happenings
from tocsin.pipeline.ruling import Ruling, RulingPorts

RULE = AlertRule(
    name="Incident",
    kind="correlation",
    threshold=2,
    matchers=(parse_matcher("severity=warning"),),
)


def ruling_of(
    rules: tuple[AlertRule, ...], blobs: MemoryBlobs, states: MemoryRuleStates, broken: list[str]
) -> Ruling:
    """Return the stage for a tenant with these rules; those that break are put in `broken`."""
    configs = MemoryConfigs()
    configs.apply(config(rules=rules), "", T0)
    nothing: Any = None
    ports = RulingPorts(
        outbox=MemoryOutbox(),
        blobs=blobs,
        configs=configs,
        applied=configs,
        states=states,
        sources=nothing,
        active=lambda config: config.rules,
    )
    return Ruling(ports, lambda rule, error: broken.append(rule))


def test_a_rule_that_breaks_keeps_no_other_from_what_happened(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = replace(RULE, name="Other")
    take = alertrule.take

    def break_at_other(rule: AlertRule, *rest: Any) -> Evaluated:
        if rule.name == "Other":
            raise ValueError("nobody foresaw it")
        return take(rule, *rest)

    monkeypatch.setattr(alertrule, "take", break_at_other)
    blobs, states, broken = MemoryBlobs(), MemoryRuleStates(), list[str]()
    ruling = ruling_of((other, RULE), blobs, states, broken)
    for message in pack_happenings("acme", [fires("A"), fires("B")], "batch", T0, blobs):
        outcome = ruling.handle([Delivery("m", decode(message.body))], T0, lambda: True)
        assert outcome.failed == {}
    found = states.read("acme", ["Incident", "Other"])
    assert found["Incident"].keyed["[]"].phase == "firing"
    assert "ValueError" in found["Other"].failure
    assert broken == ["Other"]


def test_an_end_reaches_the_rule_that_saw_its_firing_under_another_severity() -> None:
    blobs, states = MemoryBlobs(), MemoryRuleStates()
    ruling = ruling_of((RULE,), blobs, states, [])

    def hear(at_s: float, *seen: SeenChange) -> None:
        for message in pack_happenings("acme", seen, f"batch.{at_s}", at_s, blobs):
            outcome = ruling.handle([Delivery("m", decode(message.body))], at_s, lambda: True)
            assert outcome.failed == {}

    hear(T0 + 1, fires("A"), fires("B"))
    assert states.read("acme", ["Incident"])["Incident"].keyed["[]"].phase == "firing"
    over = ends("A", T0 + 5)
    hear(T0 + 6, replace(over, labels={**over.labels, "severity": "critical"}))
    assert states.read("acme", ["Incident"])["Incident"].keyed["[]"].phase == "ok"
