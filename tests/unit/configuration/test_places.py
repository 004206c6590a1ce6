"""What `[*]` in a fingerprint rule can mean, and what is refused."""

import pytest

from tocsin.configuration import ConfigurationErrors, load

TEXT = """\
tenants:
  acme:
    receivers: [{name: oncall, webhook: {url: 'https://example.com/hook'}}]
    route: {receiver: oncall}
    mappings:
      - {name: flat, alerts: events, fields: {name: n}}
      - {name: deep, alerts: 'groups[*].alerts', fields: {name: n}}
    fingerprints: RULES
"""
TWO = "fingerprints[0].add[1]: `[*]` is the place of the alert, and it has one"
MANY = "add[0]: `[*]` is the place of the alert, and the mapping deep has many lists"


def problem(rules: str) -> str:
    with pytest.raises(ConfigurationErrors) as refused:
        load(TEXT.replace("RULES", rules), "t.yaml", {})
    (line,) = str(refused.value).splitlines()
    return line


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ("[{provider: flat, add: [name, 'payload.a[*].b[*].c']}]", TWO),
        ("[{provider: deep, add: ['payload.groups[*].alerts[0].c']}]", f"fingerprints[0].{MANY}"),
        ("[{add: ['payload.alerts[*].c']}]", f"fingerprints[0].{MANY}"),
        ("[{provider: flat}, {add: ['payload.alerts[*].c']}]", f"fingerprints[1].{MANY}"),
    ],
)
def test_a_place_that_is_none_is_refused(rules: str, said: str) -> None:
    assert said in problem(rules)


@pytest.mark.parametrize(
    "rules",
    [
        "[{provider: flat, add: ['payload.events[*].c', 'payload.a[*].b[0]']}]",
        "[{provider: deep, add: ['payload.groups[0].c', annotations.payload]}]",
        "[{provider: deep}, {add: ['payload.alerts[*].c']}]",
        "[{provider: generic, add: ['payload.alerts[*].c']}]",
    ],
)
def test_a_place_in_one_list_is_right(rules: str) -> None:
    load(TEXT.replace("RULES", rules), "t.yaml", {})
