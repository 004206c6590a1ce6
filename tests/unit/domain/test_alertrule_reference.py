"""Alert rules against a reference that forgets nothing, however happenings are delivered."""

from random import Random
from typing import Any

import pytest
from msgspec.structs import replace

from tests.builders import T0
from tests.unit.domain.alertrule_reference import Reference, Told
from tocsin.domain.alertrule import look, take
from tocsin.domain.happening import SeenChange
from tocsin.domain.rule import AlertRule, AlertRuleKind
from tocsin.domain.rulestate import Evaluated, RuleState

KINDS: tuple[AlertRuleKind, ...] = ("count", "absent", "correlation", "flapping")
Script = list[tuple[float, list[SeenChange] | None]]


# Coverage is measured on smaller tests; tracing would double the time of these.
pytestmark = pytest.mark.no_cover

# Each seed is one rule and one script; a failure names it.
SEEDS = range(300)


def a_rule(random: Random, kind: AlertRuleKind, **fields: Any) -> AlertRule:
    values: dict[str, Any] = {
        "window_s": random.choice([20.0, 60.0, 300.0]),
        "threshold": random.randint(1, 4),
        "cooldown_s": random.choice([0.0, 0.0, 40.0, 500.0]),
        "limit": random.choice([0, 0, 1, 3]),
        "limit_window_s": 400.0,
        **fields,
    }
    return AlertRule(name="Rule", kind=kind, **values)


def a_script(random: Random, jitter_s: int = 0) -> Script:
    """Return looks, and takes of what happened at any time before, late or not."""
    at_s, index = T0, 0
    script: Script = []
    for _ in range(random.randint(1, 25)):
        at_s += random.choice([1, 3, 10, 30, 60, 200, 900])
        if random.random() < 0.4:
            script.append((at_s, None))
            continue
        taken = []
        for _ in range(random.randint(1, 6)):
            index += 1
            happened_at_s = at_s - random.choice([0, 1, 2, 5, 15, 30, 70, 400, 1300])
            name, status = random.choice("abcd"), random.choice(["firing", "firing", "resolved"])
            learned_at_s = happened_at_s + random.randint(-jitter_s, jitter_s)
            taken.append(seen(name, status, learned_at_s, f"{index}", order_at_s=happened_at_s))
        script.append((at_s, taken))
    return script


def seen(name: str, status: Any, at_s: float, source: str, **fields: Any) -> SeenChange:
    values: dict[str, Any] = {
        "order_at_s": at_s,
        "episode": 0,
        "labels": {"alertname": name, "provider": "prometheus", "severity": "warning"},
        **fields,
    }
    return SeenChange(
        source=source, fingerprint=name, name=name, status=status, at_s=at_s, **values
    )


def run(rule: AlertRule, script: Script) -> tuple[RuleState, list[Told]]:
    state, told = RuleState(tenant="acme", rule=rule.name), []
    for at_s, taken in script:
        evaluated = step(rule, state, at_s, taken)
        state = evaluated.state
        told += [(each.status, at_s) for each in evaluated.alerts]
    return state, told


def step(
    rule: AlertRule, state: RuleState, at_s: float, taken: list[SeenChange] | None
) -> Evaluated:
    return look(rule, state, at_s) if taken is None else take(rule, state, taken, at_s)


def by_reference(rule: AlertRule, script: Script) -> list[Told]:
    reference = Reference(rule)
    for at_s, taken in script:
        if taken is None:
            reference.look(at_s)
        else:
            reference.take(taken, at_s)
    return reference.told


@pytest.mark.parametrize("kind", ["count", "absent", "correlation"])
def test_it_tells_what_the_definition_says(kind: AlertRuleKind) -> None:
    told_of = 0
    for seed in SEEDS:
        random = Random(seed)
        rule, script = a_rule(random, kind), a_script(random)
        _, told = run(rule, script)
        assert told == by_reference(rule, script), seed
        told_of += len(told)
    assert told_of > len(SEEDS) // 6


def test_flapping_begins_as_the_definition_says() -> None:
    # Its end is another test: the reference does not know which alert flapped.
    told_of = 0
    for seed in SEEDS:
        random = Random(seed)
        rule, script = a_rule(random, "flapping"), a_script(random)
        state, reference = RuleState(tenant="acme", rule=rule.name), Reference(rule)
        told: list[Told] = []
        for at_s, taken in script:
            if reference.is_firing:
                break
            evaluated = step(rule, state, at_s, taken)
            state = evaluated.state
            told += [(each.status, at_s) for each in evaluated.alerts]
            if taken is None:
                reference.look(at_s)
            else:
                reference.take(taken, at_s)
        assert told == reference.told, seed
        told_of += len(told)
    assert told_of > len(SEEDS) // 6


@pytest.mark.parametrize("kind", KINDS)
def test_order_and_repetition_within_a_delivery_change_nothing(kind: AlertRuleKind) -> None:
    for seed in SEEDS:
        random = Random(seed)
        rule, script = a_rule(random, kind), a_script(random, jitter_s=20)
        other: Script = []
        for at_s, taken in script:
            shuffled = taken and [*taken, *random.choices(taken, k=3)]
            random.shuffle(shuffled or [])
            other.append((at_s, shuffled))
        assert run(rule, other) == run(rule, script), seed


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_delivered_again_later_changes_nothing(kind: AlertRuleKind) -> None:
    for seed in SEEDS:
        random = Random(seed)
        rule, script = a_rule(random, kind), a_script(random)
        again: Script = []
        before: list[SeenChange] = []
        for at_s, taken in script:
            again.append((at_s, taken))
            before += taken or []
            if before and taken is not None:
                again.append((at_s + 0.5, list(before)))
        assert run(rule, again) == run(rule, script), seed


@pytest.mark.parametrize("kind", KINDS)
def test_a_rule_tells_begins_and_ends_in_turn(kind: AlertRuleKind) -> None:
    for seed in SEEDS:
        random = Random(seed)
        rule, script = a_rule(random, kind), a_script(random, jitter_s=20)
        _, told = run(rule, script)
        for index, (status, _) in enumerate(told):
            assert status == ("resolved" if index % 2 else "firing"), seed


@pytest.mark.parametrize("kind", KINDS)
def test_keys_do_not_touch_one_another(kind: AlertRuleKind) -> None:
    for seed in SEEDS:
        random = Random(seed)
        rule = a_rule(random, kind, limit=0, by=("zone",))
        alone: dict[str, list[str]] = {}
        merged: list[tuple[float, list[SeenChange]]] = []
        for zone, offset_s in (("a", 0.0), ("b", 0.25)):
            own = [
                (at_s + offset_s, [_in_zone(each, zone) for each in taken])
                for at_s, taken in a_script(random)
                if taken is not None
            ]
            alone[zone] = [status for status, _ in run(rule, [*own])[1]]
            merged += own
        state = RuleState(tenant="acme", rule=rule.name)
        found: dict[str, list[str]] = {"a": [], "b": []}
        for at_s, taken in sorted(merged, key=lambda each: each[0]):
            evaluated = take(rule, state, taken, at_s)
            state = evaluated.state
            for made in evaluated.alerts:
                found[made.labels["zone"]].append(made.status)
        assert found == alone, seed


def _in_zone(change: SeenChange, zone: str) -> SeenChange:
    labels = {**change.labels, "zone": zone}
    names = {"source": f"{zone}{change.source}", "fingerprint": f"{zone}{change.fingerprint}"}
    return replace(change, labels=labels, **names)
