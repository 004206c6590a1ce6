"""PagerDuty, Opsgenie, Teams and signed webhooks in `tocsin.yaml`."""

import pytest
import yaml

from tocsin.configuration import ConfigurationErrors, load, to_tenant_config
from tocsin.configuration.display import displayed
from tocsin.configuration.loopback import loopback_receivers
from tocsin.configuration.plainsecrets import plain_secrets
from tocsin.domain.channels import Opsgenie, PagerDuty, Responder, Teams, Webhook
from tocsin.domain.secret import Secret

SIGNING = "whsec_aHVzaGh1c2hodXNoaHVzaGh1c2g="


def text(channel):
    return f"""\
tenants:
  acme:
    receivers:
      - name: oncall
        {channel}
    route: {{receiver: oncall}}
"""


def config(channel):
    return to_tenant_config("acme", load(text(channel), "t.yaml", {}).tenants["acme"], 1)


def made(channel):
    return config(channel).receivers["oncall"]


def shown(channel):
    (found,) = displayed(config(channel))["receivers"]
    assert "hush" not in yaml.safe_dump(found)
    assert SIGNING not in yaml.safe_dump(found)
    return found


def problem(channel):
    with pytest.raises(ConfigurationErrors) as raised:
        load(text(channel), "t.yaml", {})
    assert "hush" not in str(raised.value)
    (found,) = raised.value.problems
    return f"{found.path.partition('receivers')[2]}: {found.message}"


@pytest.mark.parametrize(
    ("where", "url"),
    [
        ("", "https://events.pagerduty.com/v2/enqueue"),
        (", region: eu", "https://events.eu.pagerduty.com/v2/enqueue"),
        (", url: 'http://127.0.0.1:9/v2/enqueue'", "http://127.0.0.1:9/v2/enqueue"),
    ],
)
def test_pagerduty_is_called_where_the_account_is(where, url):
    receiver = made(f"pagerduty: {{routing_key: {{secret: pager}}, send_resolved: false{where}}}")
    assert receiver.kind == "pagerduty"
    assert not receiver.send_resolved
    key = Secret(name="tocsin/acme/pager")
    assert receiver.settings == PagerDuty(routing_key=key, url=url)
    assert receiver.endpoint == receiver.settings.endpoint


def test_what_pagerduty_is_told_with_is_shown_by_reference():
    assert shown("pagerduty: {routing_key: {parameter: a/b, field: c}, region: eu}")[
        "pagerduty"
    ] == {
        "routing_key": {"parameter": "a/b", "field": "c"},
        "region": "eu",
        "send_resolved": True,
    }
    plain = "pagerduty: {routing_key: {value: hush}, url: 'https://p.example/hush'}"
    assert shown(plain)["pagerduty"]["routing_key"] == {"value": "***"}
    assert shown(plain)["pagerduty"]["url"] == "https://p.example/***"


def test_two_services_of_pagerduty_are_two_endpoints():
    one, other = (made(f"pagerduty: {{routing_key: {{secret: {name}}}}}") for name in ("a", "b"))
    assert one.endpoint != other.endpoint


@pytest.mark.parametrize(
    ("where", "url"),
    [
        ("", "https://api.opsgenie.com"),
        (", service: opsgenie-eu", "https://api.eu.opsgenie.com"),
        (", service: jira-service-management", "https://api.atlassian.com/jsm/ops/integration"),
        (", url: 'https://alerts.example/api/'", "https://alerts.example/api"),
    ],
)
def test_opsgenie_is_called_where_the_account_is(where, url):
    who = "responders: [{type: team, name: Database}, {type: user, id: u-1}]"
    channel = f"opsgenie: {{api_key: {{secret: genie}}, {who}{where}}}"
    assert made(channel).settings == Opsgenie(
        api_key=Secret(name="tocsin/acme/genie"),
        url=url,
        responders=(Responder(kind="team", name="Database"), Responder(kind="user", id="u-1")),
    )
    block = shown(channel)["opsgenie"]
    assert block["api_key"] == {"secret": "genie"}
    assert block["responders"] == [
        {"type": "team", "name": "Database"},
        {"type": "user", "id": "u-1"},
    ]


def test_teams_is_called_where_a_secret_says_or_the_file_does():
    assert made("teams: {url_from: {secret: teams}}").settings == Teams(
        url=Secret(name="tocsin/acme/teams")
    )
    plain = "teams: {url: 'https://x.logic.azure.com/workflows/hush?sig=hush'}"
    assert made(plain).settings.url.value.endswith("sig=hush")
    assert shown(plain)["teams"]["url"] == "https://x.logic.azure.com/***"
    assert shown("teams: {url_from: {secret: teams}}")["teams"]["url_from"] == {"secret": "teams"}


def test_a_plain_webhook_is_stored_as_ever():
    receiver = made("webhook: {url: 'https://h.example/x'}")
    assert receiver.settings is None
    assert receiver.endpoint == receiver.url == "https://h.example/x"


def test_a_webhook_signs_with_several_secrets_and_has_a_format():
    channel = (
        "webhook: {url_from: {secret: url}, format: tocsin, "
        f"secrets: [{{secret: new}}, {{value: '{SIGNING}'}}]}}"
    )
    receiver = made(channel)
    assert receiver.settings == Webhook(
        url=Secret(name="tocsin/acme/url"),
        secrets=(Secret(name="tocsin/acme/new"), Secret(value=SIGNING)),
        body="tocsin",
    )
    assert receiver.endpoint == receiver.settings.endpoint != ""
    block = shown(channel)["webhook"]
    assert block["url_from"] == {"secret": "url"}
    assert block["format"] == "tocsin"
    assert block["secrets"] == [{"secret": "new"}, {"value": "***"}]
    signed = made("webhook: {url: 'https://h.example/x', secrets: [{secret: new}]}")
    assert signed.endpoint == "https://h.example/x"


@pytest.mark.parametrize(
    ("channel", "expected"),
    [
        ("pagerduty: {}", "routing_key: is required"),
        ("pagerduty: {routing_key: hush}", "routing_key: must be a block of fields"),
        ("pagerduty: {routing_key: {secret: tocsin/globex/x}}", "always of this tenant"),
        ("opsgenie: {api_key: {secret: a}, service: pagerduty}", "service: must be 'opsgenie'"),
        (
            "opsgenie: {api_key: {secret: a}, responders: [{type: team}]}",
            "exactly one of name and id",
        ),
        ("teams: {}", "exactly one of url and url_from"),
        (
            "teams: {url: 'https://h/hush', url_from: {secret: a}}",
            "exactly one of url and url_from",
        ),
        ("teams: {url: 'http://h.example/hush'}", "not encrypted"),
        ("webhook: {}", "exactly one of url and url_from"),
        ("webhook: {url: 'https://h.example/', format: slack}", "format: must be 'alertmanager'"),
        (
            "webhook: {url: 'https://h.example/', secrets: [{value: 'whsec_hush!'}]}",
            "a secret is whsec_ and base64",
        ),
        (
            "webhook: {url: 'https://h.example/', headers: {Webhook-Signature: hush}}",
            "tocsin sets this header itself",
        ),
    ],
)
def test_what_does_not_fit_together_is_said(channel, expected):
    assert expected in problem(channel)


@pytest.mark.parametrize(
    "channel", ["pagerduty: {routing_key: {secret: a}}", "opsgenie: {api_key: {secret: a}}"]
)
def test_what_keeps_incidents_is_told_of_each_group_by_itself(channel):
    assert made(channel).pace is None
    assert made(f"{channel}\n        pace: none").pace is None
    assert "would stay open" in problem(f"{channel}\n        pace: {{messages: 5}}")


def test_pagerduty_is_not_told_of_what_would_page_anew():
    pagerduty, opsgenie = (
        f"{kind}: {{{key}: {{secret: a}}}}\n        send_updates: true"
        for kind, key in (("pagerduty", "routing_key"), ("opsgenie", "api_key"))
    )
    assert "would page anew" in problem(pagerduty)
    assert made(opsgenie).takes_updates


def test_people_who_read_teams_are_told_at_a_pace():
    assert made("teams: {url_from: {secret: a}}").pace is not None
    assert made("teams: {url_from: {secret: a}}\n        pace: {messages: 5}").pace.limit == 5


def test_secrets_in_the_file_are_pointed_out_however_deep():
    given = text(
        "webhook: {url: 'https://h.example/', secrets: "
        f"[{{secret: new}}, {{value: '{SIGNING}'}}]}}"
    )
    (found,) = plain_secrets(load(given, "t.yaml", {}), given, "t.yaml", {})
    assert str(found).startswith("t.yaml:5: tenants.acme.receivers[0].webhook.secrets[1].value: ")
    assert "tocsin/acme/NAME" in str(found)
    assert SIGNING not in str(found)


def test_what_only_the_local_cloud_can_reach_is_found():
    given = text("pagerduty: {routing_key: {secret: a}, url: 'http://127.0.0.1:9/x'}")
    (found,) = loopback_receivers(load(given, "t.yaml", {}), given, "t.yaml", {})
    assert found.path == "tenants.acme.receivers[0].pagerduty.url"
