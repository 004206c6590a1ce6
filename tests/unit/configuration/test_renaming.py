"""Which changes of a configuration are told to leave alerts behind that fire."""

import pytest

from tocsin.configuration import load, to_tenant_config
from tocsin.configuration.plan import Applied, plan

TEXT = """\
tenants:
  acme:
    receivers: [{name: oncall, webhook: {url: 'https://example.com/hook'}}]
    route: {receiver: oncall}
    mappings: [{name: backup, fields: {name: n, labels: {host: h, site: s}, url: u}}]
    storage:
      - {provider: datadog, redact: {patterns: ['tok_[a-z]+']}}
      - {keep: none}
"""


def warnings(*changes: tuple[str, str]) -> tuple[str, ...]:
    text = TEXT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    applied = to_tenant_config("acme", load(TEXT, "t.yaml", {}).tenants["acme"], 1)
    (step,) = plan(load(text, "t.yaml", {}), {"acme": Applied(applied, ())})
    return step.warnings


@pytest.mark.parametrize(
    "change",
    [
        ("name: n,", "name: m,"),
        ("host: h", "host: node"),
        ("host: h", "node: h"),
        ("url: u}", "url: u}, name_changes: true"),
    ],
)
def test_another_identity_of_a_mapping_is_told(change: tuple[str, str]) -> None:
    (warning,) = warnings(change)
    assert warning.startswith("mapping backup: its name or labels changed; ")


@pytest.mark.parametrize(
    ("change", "whose"),
    [
        (("tok_[a-z]+", "tok_[a-z0-9]+"), "datadog"),
        (("provider: datadog, redact", "provider: backup, redact"), "backup, datadog"),
        (("{keep: none}", "{keep: none, redact: {}}"), "all providers without a rule of their own"),
    ],
)
def test_another_redaction_is_told(change: tuple[str, str], whose: str) -> None:
    told = warnings(change)
    assert ", ".join(each.removeprefix("storage of ").partition(":")[0] for each in told) == whose
    assert all("`redact` changed; " in each for each in told)


@pytest.mark.parametrize(
    "change",
    [
        ("url: u", "url: v"),
        ("{host: h, site: s}", "{site: s, host: h}"),
        ("keep: none", "keep: all"),
        ("name: backup", "name: other"),
    ],
)
def test_what_changes_no_identity_is_not_told(change: tuple[str, str]) -> None:
    assert warnings(change) == ()


def test_a_first_configuration_leaves_nothing_behind() -> None:
    (step,) = plan(load(TEXT, "t.yaml", {}), {})
    assert step.warnings == ()
