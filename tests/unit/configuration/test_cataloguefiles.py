import msgspec
import pytest

from tocsin.configuration import ConfigurationErrors
from tocsin.configuration.cataloguefiles import LoadedCatalogue, load_catalogue
from tocsin.domain.enrichment.catalogue import CATALOGUE_LIMIT_BYTES, Service
from tocsin.domain.found import Link
from tocsin.domain.matchers import Matcher

YAML = """
services:
  - name: checkout
    team: payments
    contact: "#payments"
    tier: 1
    description: >
      Takes money,
      and gives it back.
    aliases: [cart, checkout-api]
    matchers: ['job="checkout"', 'env=~"prod|live"']
    runbook: https://wiki.example.com/checkout
    dashboard: https://grafana.example.com/d/x?var-pod={{ $labels.pod }}
    links: [{title: Code, url: 'https://git.example.com/checkout'}]
  - name: search
"""
CHECKOUT = Service(
    name="checkout",
    team="payments",
    contact="#payments",
    tier="1",
    description="Takes money, and gives it back.",
    aliases=("cart", "checkout-api"),
    matchers=(Matcher("job", "=", "checkout"), Matcher("env", "=~", "prod|live")),
    runbook="https://wiki.example.com/checkout",
    dashboard="https://grafana.example.com/d/x?var-pod={{ $labels.pod }}",
    links=(Link(title="Code", url="https://git.example.com/checkout"),),
)
CSV = '''\
Service,team,contact,tier,description,aliases,matchers,runbook,dashboard
checkout,payments,#payments,1,"Takes money,
and gives it back.",cart; checkout-api,"job=""checkout"",env=~""prod|live""",\
https://wiki.example.com/checkout,https://grafana.example.com/d/x?var-pod={{ $labels.pod }}

search
'''
BACKSTAGE = """
apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: checkout
  title: Checkout
  description: Takes money
  labels: {tier: "1"}
  annotations: {backstage.io/kubernetes-id: checkout-api, pagerduty.com/integration-key: k}
  links:
    - {url: 'https://wiki.example.com/checkout', title: How to, type: runbook, icon: book}
    - {url: 'https://grafana.example.com/d/x', title: Main dashboard}
    - {url: /docs/default/component/checkout, title: Docs}
    - {url: 'https://git.example.com/checkout'}
spec: {type: service, lifecycle: production, owner: 'group:default/payments'}
---
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: payments}
spec: {type: team, profile: {email: payments@example.com}, children: []}
---
kind: API
metadata: {name: checkout}
---
kind: Component
metadata: {name: search}
spec: {owner: seekers}
---
"""


def services(text: str, name: str = "c.yaml") -> list[Service]:
    return list(load_catalogue(text, name).services)


def wrong(text: str, name: str = "c.yaml") -> str:
    with pytest.raises(ConfigurationErrors) as caught:
        load_catalogue(text, name)
    return str(caught.value)


def test_yaml_of_tocsins_own() -> None:
    assert services(YAML) == [CHECKOUT, Service(name="search")]


def test_a_table_says_the_same() -> None:
    table = [msgspec.structs.replace(CHECKOUT, links=()), Service(name="search")]
    assert services(CSV, "c.CSV") == table
    assert services("\ufeff" + CSV.replace("\n", "\r\n"), "c.csv")[1:] == table[1:]


def test_entities_of_backstage() -> None:
    assert services(BACKSTAGE) == [
        Service(
            name="checkout",
            team="payments",
            contact="payments@example.com",
            tier="1",
            description="Takes money",
            aliases=("checkout-api",),
            runbook="https://wiki.example.com/checkout",
            dashboard="https://grafana.example.com/d/x",
            links=(
                Link(
                    title="https://git.example.com/checkout",
                    url="https://git.example.com/checkout",
                ),
            ),
        ),
        Service(name="search", team="seekers"),
    ]


def test_the_digest_is_of_what_is_said_and_not_of_how() -> None:
    def digest(text: str) -> str:
        loaded = load_catalogue(text, "c.yaml")
        assert isinstance(loaded, LoadedCatalogue)
        return loaded.digest

    assert digest(YAML) == digest(f"# A comment\n{YAML}")
    assert digest(YAML) != digest(YAML.replace("tier: 1", "tier: 2"))


def test_variables_have_no_meaning_in_a_catalogue() -> None:
    (service,) = services("services: [{name: a, description: 'costs ${MONEY}'}]")
    assert service.description == "costs ${MONEY}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "c.yaml:1: the file is empty"),
        ("---\n---\n", "the file is empty"),
        ("services:\n  - [\n", "c.yaml:3: not YAML"),
        ("services: {}", "c.yaml:1: services: must be a list"),
        ("services: []", "services: must not be empty"),
        ("services:\n- team: x", "c.yaml:2: services[0].name: is required"),
        ("services:\n- name: a\n  owner: x", "c.yaml:3: services[0].owner: is not a known field"),
        ("services:\n- {name: ''}", "c.yaml:2: services[0].name: must not be empty"),
        ("services: [{name: 1}]", "services[0].name: must be text; put it in quotes"),
        ("services: [{name: a, tier: yes}]", "services[0].tier: must be text"),
        ('services: [{name: "a\\u202eb"}]', "services[0].name: must be printable text"),
        (f"services: [{{name: {'a' * 201}}}]", "must have at most 200 characters"),
        ("services: [{name: a, matchers: ['x']}]", "services[0].matchers[0]: "),
        (
            "services: [{name: a, links: [{title: 'Of {{ $labels.x }}', url: 'https://a/'}]}]",
            "services[0].links[0].title: a link of a service has no places in its title",
        ),
        (
            "services: [{name: a, links: [{title: 5, url: 'https://a/'}]}]",
            "services[0].links[0].title: must be text",
        ),
        ("services: [{name: a, runbook: 'wiki/a'}]", "runbook: a link begins with https://"),
        ("services: [{name: a, runbook: 'https://{{ $labels.a }}/'}]", "never comes from an alert"),
        ("services: [{name: a, links: [{title: a}]}]", "links[0].url: is required"),
        (
            "services:\n- name: a\n- name: b\n- name: A",
            "c.yaml:4: services[2].name: 'a' is a name of the service of line 2 already",
        ),
        (
            "services:\n- name: a\n- name: b\n  aliases: [c, A]",
            "c.yaml:4: services[1].aliases[1]: 'a' is a name of the service of line 2 already",
        ),
        ("services: [{name: a, name: b}]", "services[0].name: given twice"),
        ("services: [{name: a}]\n---\nservices: [{name: b}]", "a catalogue is one document"),
        ("kind: Component\nmetadata: {}\n", "c.yaml:1: services[0].name: is required"),
        ("kind: Group\nmetadata: {name: a}\n", "services: must not be empty"),
        ("services: &a\n- *a", "too many or too deeply nested"),
        ("[" * 200_000 + "]" * 200_000, "c.yaml:1: nested too deeply"),
    ],
)
def test_an_error_of_yaml_says_where_and_what_to_fix(text: str, message: str) -> None:
    assert message in wrong(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "c.csv:1: the header lacks the column 'name'; there are name, team,"),
        ("name,owner\na,b", "c.csv:1: there is no column 'owner'; there are name, team"),
        ("name,service\na,b", "c.csv:1: the column 'name' is there twice"),
        ("name,team\n", "services: must not be empty"),
        ("name,team\na,b\nc,d,e", "c.csv:3: has 3 values; the header names 2 columns"),
        ("name,team\n,b", "c.csv:2: services[0].name: is required"),
        ('name,team\n"a\nb",c\n"d"e,f', "c.csv:4: not CSV"),
        ("name,matchers\na,x=~(", "c.csv:2: matchers: "),
        ("name,runbook\n\n\na,wiki", "c.csv:4: services[0].runbook: a link begins with https://"),
        ('name\n"a\n b"\nc\nA B', "c.csv:5: services[2].name: 'a b' is a name of the service of"),
    ],
)
def test_an_error_of_a_table_says_where_and_what_to_fix(text: str, message: str) -> None:
    assert message in wrong(text, "c.csv")


def test_matchers_that_compare_an_alert_too_often_are_refused() -> None:
    patterns = [f"  - {{name: s{n}, matchers: ['job=~\"s{n}.*\"']}}" for n in range(21)]
    message = wrong("services:\n" + "\n".join(patterns))
    assert message.startswith("c.yaml:22: services[20].matchers: no matcher is of the kind")
    alike = [f"  - {{name: s{n}, matchers: ['env=\"prod\"', 'a=~\"{n}\"']}}" for n in range(101)]
    message = wrong("services:\n" + "\n".join(alike))
    assert message.startswith("c.yaml:102: services[100].matchers: 100 services have env='prod'")


def test_a_catalogue_has_its_limits() -> None:
    rows = "\n".join(f"s{n}" for n in range(10_000))
    assert len(services(f"name\n{rows}", "c.csv")) == 10_000
    assert "at most 10000 entries" in wrong(f"name\n{rows}\none more", "c.csv")
    assert "more than 5242880 bytes" in wrong("#" * (CATALOGUE_LIMIT_BYTES + 1))
