"""Policies, schedules and people in `tocsin.yaml`."""

from pathlib import Path

import pytest
import yaml

from tocsin.configuration import ConfigurationErrors, load, to_tenant_config
from tocsin.configuration.display import displayed
from tocsin.domain.config import TenantConfig
from tocsin.domain.escalation import EscalationPolicy, EscalationStep
from tocsin.domain.oncall import Layer, Override, Restriction

WHOLE = """\
tenants:
  acme:
    receivers:
      - {name: chat, webhook: {url: 'https://example.com/'}}
      - {name: ann-phone, webhook: {url: 'https://example.com/'}}
      - {name: boss, webhook: {url: 'https://example.com/'}}
    receiver_groups:
      - {name: everybody, receivers: [chat, boss]}
      - {name: nobody, receivers: []}
    people:
      - {name: ann, receivers: [ann-phone]}
      - {name: bob, receivers: [everybody]}
    schedules:
      - name: database
        time_zone: Europe/Berlin
        layers:
          - {name: week, people: [ann, bob], starts: 2026-01-05T09:00}
          - name: nights
            people: [bob]
            starts: '2026-01-05 20:00'
            turn: 12h
            ends: 2027-01-01T00:00
            restrictions: [{weekdays: [monday], from: '20:00', until: '08:00'}]
        overrides:
          - {person: bob, from: 2026-12-24T00:00, until: 2026-12-27T00:00Z}
    policies:
      - name: pages
        steps:
          - {after: 5m, schedules: [database]}
          - {after: 15m, receivers: [boss]}
        repeat: 2
        repeat_after: 20m
      - {name: other, steps: [{after: 0s, receivers: [everybody]}]}
    route:
      receiver: chat
      policy: pages
      routes:
        - matchers: [a=b]
          routes: [{policy: other}]
        - {matchers: [c=d], policy: ''}
"""


def convert(text: str) -> TenantConfig:
    return to_tenant_config("acme", load(text, "t.yaml", {}).tenants["acme"], 7)


def problems(text: str) -> list[str]:
    with pytest.raises(ConfigurationErrors) as caught:
        load(text, "t.yaml", {})
    return [
        f"{each.path.removeprefix('tenants.acme.')}: {each.message}"
        for each in caught.value.problems
    ]


def test_everything_reaches_the_pipeline() -> None:
    config = convert(WHOLE)
    assert config.policies["pages"] == EscalationPolicy(
        name="pages",
        steps=(
            EscalationStep(after_s=300.0, schedules=("database",)),
            EscalationStep(after_s=900.0, receivers=("boss",)),
        ),
        repeat=2,
        repeat_after_s=1200.0,
    )
    assert config.people == {"ann": ("ann-phone",), "bob": ("everybody",)}
    schedule = config.schedules["database"]
    assert schedule.time_zone == "Europe/Berlin"
    assert schedule.layers == (
        Layer(name="week", people=("ann", "bob"), starts="2026-01-05T09:00", turn_days=7),
        Layer(
            name="nights",
            people=("bob",),
            starts="2026-01-05T20:00",
            turn_days=0,
            turn_s=43_200,
            ends="2027-01-01T00:00",
            restrictions=(Restriction(from_s=72_000, until_s=115_200),),
        ),
    )
    # Without an offset it is the clock in Berlin that counts.
    assert schedule.overrides == (
        Override(person="bob", from_s=1_798_066_800.0, until_s=1_798_329_600.0),
    )


def test_a_route_inherits_its_policy_and_can_have_none() -> None:
    top = convert(WHOLE).route
    first, second = top.routes
    assert [top.policy, first.policy, first.routes[0].policy, second.policy] == [
        "pages",
        "pages",
        "other",
        "",
    ]


def test_what_is_applied_is_shown_as_it_would_be_given() -> None:
    config = convert(WHOLE)
    shown = displayed(config)
    # What is in force of rules is not written there.
    shown.pop("rules", None)
    for receiver in shown["receivers"]:
        receiver["webhook"] = {"url": "https://example.com/"}
    again = convert(yaml.safe_dump({"tenants": {"acme": shown}}))
    for name in ("policies", "schedules", "people", "route"):
        assert getattr(again, name) == getattr(config, name)


@pytest.mark.parametrize(
    ("said", "instead", "problem"),
    [
        (
            "policy: other",
            "policy: none",
            "route.routes[0].routes[0].policy: there is no policy 'none'",
        ),
        (
            "receivers: [boss]}\n        repeat",
            "receivers: [bos]}\n        repeat",
            "policies[0].steps[1].receivers[0]: there is no receiver 'bos'",
        ),
        (
            "schedules: [database]",
            "schedules: [data]",
            "policies[0].steps[0].schedules[0]: there is no schedule 'data'",
        ),
        (
            "receivers: [ann-phone]}",
            "receivers: [phone]}",
            "people[0].receivers[0]: there is no receiver 'phone'",
        ),
        (
            "people: [bob]",
            "people: [eve]",
            "schedules[0].layers[1].people[0]: there is no person 'eve'",
        ),
        (
            "{person: bob,",
            "{person: eve,",
            "schedules[0].overrides[0].person: there is no person 'eve'",
        ),
        (
            "until: 2026-12-27T00:00Z",
            "until: 2026-12-23T22:00Z",
            "schedules[0].overrides[0].until: must be after `from`",
        ),
        (
            "Europe/Berlin",
            "Local",
            "schedules[0].time_zone: Local is another zone on each machine; "
            "write one such as Europe/Berlin",
        ),
        (
            "Europe/Berlin",
            "Europe/Atlantis",
            "schedules[0].time_zone: there is no time zone 'Europe/Atlantis'; "
            "write one such as Europe/Berlin",
        ),
        (
            "steps: [{after: 0s, receivers: [everybody]}]",
            "steps: []",
            "policies[1].steps: must not be empty",
        ),
        (
            "{after: 0s, receivers: [everybody]}",
            "{after: 0s}",
            "policies[1].steps[0]: reaches nobody; name receivers or schedules",
        ),
        (
            "{after: 0s, receivers: [everybody]}",
            "{after: 0s, receivers: [nobody]}",
            "policies[1].steps[0]: reaches nobody; name receivers or schedules",
        ),
        (
            "starts: 2026-01-05T09:00}",
            "starts: 2026-01-05T09:00Z}",
            "schedules[0].layers[0].starts: not a local time: '2026-01-05T09:00Z'; "
            "write it as 2026-01-05T09:00",
        ),
        (
            "until: '08:00'",
            "until: monday 08:00",
            "schedules[0].layers[1].restrictions[0]: "
            "from and until both name a day, or neither does",
        ),
        (
            "ends: 2027-01-01T00:00",
            "ends: 2026-01-01T00:00",
            "schedules[0].layers[1]: ends before it starts",
        ),
        ("turn: 12h", "turn: 10m", "schedules[0].layers[1].turn: must be from 1h to 365d"),
        (
            "name: other,",
            "name: pages,",
            "policies[1].name: 'pages' is the name of another one already",
        ),
        ("repeat: 2", "repeat: 100", "policies[0].repeat: more than 200 steps with all repeats"),
    ],
)
def test_what_cannot_work_is_said_where_it_stands(said: str, instead: str, problem: str) -> None:
    assert said in WHOLE
    assert problem in problems(WHOLE.replace(said, instead, 1))


def test_an_alertmanagers_file_has_routes_without_a_policy(tmp_path: Path) -> None:
    (tmp_path / "alertmanager.yml").write_text("route: {receiver: a}\nreceivers: [{name: a}]\n")
    text = "tenants: {acme: {alertmanager: alertmanager.yml}}"
    config = to_tenant_config("acme", load(text, str(tmp_path / "t.yaml"), {}).tenants["acme"], 1)
    assert config.route.policy == ""
    with_policy = (
        "tenants: {acme: {alertmanager: a.yml, policies: [{name: p, steps: [{after: 1m, "
        "receivers: [a]}]}]}}"
    )
    assert problems(with_policy) == [
        "policies: the routes of an Alertmanager's file name no policy"
    ]
