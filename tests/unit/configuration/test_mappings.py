"""Mappings in tocsin.yaml: what is wrong with them, and how they are shown."""

import msgspec
import pytest
import yaml

from tests.unit.providers.mapping import config_of
from tocsin.configuration import ConfigurationErrors, load, to_tenant_config
from tocsin.configuration.display import displayed
from tocsin.domain.config import TenantConfig

HEAD = """\
tenants:
  acme:
    receivers: [{name: oncall, webhook: {url: 'https://example.com/hook'}}]
    route: {receiver: oncall}
    mappings:
"""

FULL = """\
- name: backup
  default: true
  form: true
  alerts: events
  match: {kind: [alarm]}
  fields:
    name: {from: title, default: Backup}
    status: {from: state, words: {red: firing}}
    severity: {from: level, default: low}
    labels: {host: source.host, team: {constant: storage}}
    annotations: {'*': '@'}
    starts_at: began
  name_changes: true
  hold: 1h
"""


def problems(mappings: str) -> list[str]:
    lines = "".join(f"      {line}\n" for line in mappings.splitlines())
    with pytest.raises(ConfigurationErrors) as refused:
        load(HEAD + lines, "t.yaml", {})
    return [problem.removeprefix("t.yaml:") for problem in str(refused.value).splitlines()]


@pytest.mark.parametrize(
    ("mappings", "problem"),
    [
        ("- {name: a}", "6: tenants.acme.mappings[0].fields: is required"),
        ("- {name: a b, fields: {name: n}}", "6: tenants.acme.mappings[0].name: a name is 1 to"),
        (
            "- {name: grafana, fields: {name: n}}",
            "6: tenants.acme.mappings[0].name: 'grafana' is the name of a provider",
        ),
        (
            "- {name: a, fields: {name: n}}\n- {name: a, fields: {name: n}}",
            "7: tenants.acme.mappings[1].name: 'a' is the name of another one already",
        ),
        (
            "- {name: a, default: true, fields: {name: n}}\n"
            "- {name: b, default: true, fields: {name: n}}",
            "7: tenants.acme.mappings[1].default: mappings[0] is the default already",
        ),
        (
            "- name: a\n  fields:\n    name: n\n    labels:\n      host: a..b",
            "10: tenants.acme.mappings[0].fields.labels.host.from: not a path from '..b' on",
        ),
        (
            "- name: a\n  alerts: a[x]\n  fields: {name: n}",
            "7: tenants.acme.mappings[0].alerts: not a path from '[x]' on",
        ),
        (
            "- name: a\n  match: {'a b': [x]}\n  fields: {name: n}",
            "7: tenants.acme.mappings[0].match.a b: not a path",
        ),
        (
            "- name: a\n  fields:\n    name: '{{ n'",
            "8: tenants.acme.mappings[0].fields.name.from: a template writes each path as",
        ),
        (
            "- name: a\n  fields:\n    name: n\n    starts_at: t[*]",
            "9: tenants.acme.mappings[0].fields.starts_at: `[*]` leads to many values",
        ),
        (
            "- {name: a, fields: {name: n, status: {from: s, words: {x: broken}}}}",
            "6: tenants.acme.mappings[0].fields.status.words.x: must be 'firing', 'resolved' or",
        ),
        (
            "- {name: a, fields: {name: {from: n, constant: x}}}",
            "6: tenants.acme.mappings[0].fields.name: a value has exactly one of from and",
        ),
        (
            "- {name: a, fields: {name: {constant: ''}}}",
            "6: tenants.acme.mappings[0].fields.name.constant: must not be empty",
        ),
        ("- {name: a, fields: {name: {}}}", "6: tenants.acme.mappings[0].fields.name: a value has"),
        (
            "- {name: a, fields: {name: n, labels: {alertname: x}}}",
            "6: tenants.acme.mappings[0].fields.labels.alertname: that label is the name",
        ),
        (
            "- {name: a, fields: {name: n, labels: {'a b': x}}}",
            "6: tenants.acme.mappings[0].fields.labels.a b: not a name of a label",
        ),
        (
            "- {name: a, fields: {name: n, labels: {'*': 'a[*]'}}}",
            "6: tenants.acme.mappings[0].fields.labels.*: `*` needs the path of an object",
        ),
        (
            "- {name: a, name_changes: true, fields: {name: n}}",
            "6: tenants.acme.mappings[0].name_changes: needs labels",
        ),
        (
            "- {name: a, hold: 1s, fields: {name: n}}",
            "6: tenants.acme.mappings[0].hold: must be from 1m to 7d",
        ),
    ],
)
def test_what_is_wrong_is_named_by_line_and_path(mappings: str, problem: str) -> None:
    (found,) = problems(mappings)
    assert found.startswith(problem)


def test_a_mapping_can_want_a_signature() -> None:
    signatures = "    signatures: [{provider: a, scheme: github, secrets: [{value: s}]}]\n"
    text = HEAD + "      - {name: a, fields: {name: n}}\n" + signatures
    document = load(text, "t.yaml", {})
    assert document.tenants["acme"].signatures[0].provider == "a"


def test_what_is_shown_says_the_same_again() -> None:
    config = config_of(FULL, 3)
    shown = displayed(config)["mappings"]
    assert shown[0]["fields"]["labels"] == {"host": "source.host", "team": {"constant": "storage"}}
    assert config_of(yaml.safe_dump(shown), 3) == config


def test_a_stored_configuration_keeps_its_mappings_and_an_older_one_has_none() -> None:
    config = config_of(FULL)
    stored = msgspec.json.encode(config)
    assert msgspec.json.decode(stored, type=TenantConfig) == config
    document = load(HEAD.replace("    mappings:\n", ""), "t.yaml", {})
    older = to_tenant_config("acme", document.tenants["acme"], 1)
    assert b"mappings" not in msgspec.json.encode(older)
    assert msgspec.json.decode(msgspec.json.encode(older), type=TenantConfig).mappings == ()
