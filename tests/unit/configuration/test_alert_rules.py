"""Fingerprint and storage rules, from the file to the pipeline and back."""

import msgspec
import pytest
import yaml

from tests.builders import T0
from tocsin.adapters.memory import MemoryConfigs, MemoryKeys
from tocsin.configuration import ConfigurationErrors, load, to_tenant_config
from tocsin.configuration.application import apply_settings, read_applied
from tocsin.configuration.display import displayed
from tocsin.configuration.plan import plan
from tocsin.domain.config import TenantConfig
from tocsin.domain.fingerprint_rules import DELAY_S, FingerprintRule, RuleSet
from tocsin.domain.masks import Mask
from tocsin.domain.storage_rules import Redaction, StorageRule

HEAD = """
tenants:
  acme:
    receivers: [{name: hook, webhook: {url: https://example.com/hook}}]
    route: {receiver: hook}
"""
RULES = """
    fingerprints:
      - provider: prometheus
        exclude: [pod_ip]
        add: [annotations.queue, 'payload.alerts[*].fingerprint']
        masks:
          - {fields: [pod], kinds: [pod, number]}
          - {fields: [instance], pattern: ':[0-9]+$', replacement: ':port'}
      - include: [host]
    storage:
      - provider: datadog
        keep: sample 12.5%
        drop_fields: ['body.snapshot']
        redact: {fields: [event_msg], patterns: ['tok_[a-z]+']}
      - keep: none
"""


def converted(text: str) -> TenantConfig:
    return to_tenant_config("acme", load(HEAD + text, "t.yaml", {}).tenants["acme"], 1)


def problems(text: str) -> str:
    with pytest.raises(ConfigurationErrors) as raised:
        load(HEAD + text, "t.yaml", {})
    return str(raised.value)


def test_rules_reach_the_pipeline_as_they_are_written() -> None:
    config = converted(RULES)
    (current,) = config.fingerprints
    assert current == RuleSet(
        rules=(
            FingerprintRule(
                provider="prometheus",
                exclude=("pod_ip",),
                add=("annotations.queue", "payload.alerts[*].fingerprint"),
                masks=(
                    Mask(fields=("pod",), kinds=("pod", "number")),
                    Mask(fields=("instance",), pattern=":[0-9]+$", replacement=":port"),
                ),
            ),
            FingerprintRule(include=("host",)),
        )
    )
    kinds = ("aws-key", "slack-token", "jwt", "private-key", "card")
    assert config.storage == (
        StorageRule(
            provider="datadog",
            keep_percent=12.5,
            drop_fields=("body.snapshot",),
            redact=Redaction(kinds=kinds, patterns=("tok_[a-z]+",), fields=("event_msg",)),
        ),
        StorageRule(keep_percent=0.0),
    )


def test_what_is_shown_reads_as_the_same_rules() -> None:
    config = converted(RULES)
    shown = displayed(config)
    again = yaml.safe_dump({name: shown[name] for name in ("fingerprints", "storage")})
    text = "".join(f"    {line}\n" for line in again.splitlines())
    assert converted(text) == config


def test_a_stored_configuration_without_rules_still_reads() -> None:
    old = msgspec.json.decode(msgspec.json.encode(converted("")), type=TenantConfig)
    assert (old.fingerprints, old.storage) == ((), ())
    stored = msgspec.json.encode(converted(RULES))
    assert msgspec.json.decode(stored, type=TenantConfig) == converted(RULES)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("fingerprints: [{provider: promtheus}]", "fingerprints[0].provider: there is no such"),
        ("fingerprints: [{exclude: [alertname]}]", "alertname always counts"),
        ("fingerprints: [{include: [a], exclude: [a]}]", "'a' is included as well"),
        ("fingerprints: [{add: [labels.x]}]", "fingerprints[0].add[0]: 'labels.x' is not name"),
        ("fingerprints: [{masks: [{fields: [a]}]}]", "either kinds or a pattern"),
        ("fingerprints: [{masks: [{fields: [a], pattern: '('}]}]", "not a valid RE2 pattern"),
        ("fingerprints: [{masks: [{fields: [a], pattern: 'x*'}]}]", "match everywhere"),
        ("fingerprints: [{masks: [{fields: [a], kinds: [word]}]}]", "must be 'uuid', 'timestamp'"),
        ("fingerprints: [{exclude: [a], masks: [{fields: [a], kinds: [hex]}]}]", "does not count"),
        ("fingerprints: [{}, {provider: datadog}]", "an earlier rule takes all"),
        ("storage: [{keep: some}]", "must be all, none or"),
        ("storage: [{keep: sample 100%}]", "must be all, none or"),
        ("storage: [{drop_fields: ['a[']}]", "storage[0].drop_fields[0]: not a path"),
        ("storage: [{keep: none}, {keep: none}]", "an earlier rule takes all"),
    ],
)
def test_what_is_wrong_with_a_rule_is_said(text: str, message: str) -> None:
    assert message in problems(f"    {text}\n")


def test_applying_other_rules_keeps_the_former_and_says_from_when_they_hold() -> None:
    configs, keys = MemoryConfigs(), MemoryKeys()

    def apply(text: str, at_s: float) -> TenantConfig:
        document = load(HEAD + text, "t.yaml", {})
        (step,) = plan(document, read_applied(document, configs, keys))
        apply_settings(step, configs, keys, "", at_s)
        current = configs.current("acme")
        assert current is not None
        return current

    assert apply("", T0).fingerprints == ()
    first = apply("    fingerprints: [{exclude: [pod]}]\n", T0 + 10)
    assert [(each.from_s, len(each.rules)) for each in first.fingerprints] == [
        (T0 + 10 + DELAY_S, 1),
        (0.0, 0),
    ]
    # The same rules again, and other settings, leave them in force as they are.
    assert apply("    fingerprints: [{exclude: [pod]}]\n", T0 + 20).version == first.version
    other = "    fingerprints: [{exclude: [pod]}]\n    settings: {resolve_timeout: 9m}\n"
    assert apply(other, T0 + 30).fingerprints == first.fingerprints
    removed = apply("", T0 + 40)
    assert [each.from_s for each in removed.fingerprints] == [
        T0 + 40 + DELAY_S,
        T0 + 10 + DELAY_S,
        0.0,
    ]


def test_the_rules_of_a_new_tenant_hold_at_once() -> None:
    document = load(HEAD + RULES, "t.yaml", {})
    (step,) = plan(document, {})
    assert step.config is not None
    assert [each.from_s for each in step.config.fingerprints] == [0.0]
