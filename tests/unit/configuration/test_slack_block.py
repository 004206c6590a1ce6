import pytest
import yaml

from tocsin.configuration import ConfigurationErrors, load, to_tenant_config
from tocsin.configuration.display import displayed
from tocsin.domain.channels import SlackApp, SlackWebhook
from tocsin.domain.secret import Secret


def config_of(block):
    text = f"""
tenants:
  acme:
    receivers: [{{name: chat, slack: {block}}}]
    route: {{receiver: chat}}
"""
    return to_tenant_config("acme", load(text, "t.yaml", {}).tenants["acme"], 1)


def test_an_app_is_a_token_and_a_channel():
    chat = config_of("{token: {secret: slack}, channel: '#ops'}").receivers["chat"]
    assert chat.settings == SlackApp(token=Secret(name="tocsin/acme/slack"), channel="#ops")
    assert (chat.kind, chat.url, chat.send_resolved) == ("slack", "", True)


def test_what_else_an_app_can_be_told():
    block = (
        "{token: {parameter: slack, field: bot}, channel: C123, on_resolve: reply, "
        "api_url: 'https://slack-gov.com/api/', send_resolved: false}"
    )
    chat = config_of(block).receivers["chat"]
    assert chat.settings == SlackApp(
        token=Secret(parameter="/tocsin/acme/slack", field="bot"),
        channel="C123",
        api_url="https://slack-gov.com/api",
        on_resolve="reply",
    )
    assert not chat.send_resolved


@pytest.mark.parametrize(
    ("block", "problem"),
    [
        ("{}", "has exactly one of url, url_from (an incoming webhook) and token (an app)"),
        ("{url: 'https://h/', url_from: {secret: x}}", "has exactly one of url"),
        ("{url: 'https://h/', token: {secret: x}, channel: a}", "has exactly one of url"),
        ("{token: {secret: x}}", "an app needs the channel"),
        ("{url: 'https://h/', on_resolve: reply}", "on_resolve is for an app"),
        ("{url: 'https://h/', api_url: 'https://h/'}", "api_url is for an app"),
        ("{token: {secret: x}, channel: a, api_url: 'http://h/'}", "not encrypted"),
        ("{url: 'https://h/', signing_secret: {secret: x}}", "signing_secret is for an app"),
        (
            "{token: {secret: x}, channel: a, signing_secret: {parameter: x}}",
            "signing_secret is kept in Secrets Manager",
        ),
        ("{token: {secret: x}, channel: a, on_resolve: delete}", "'update' or 'reply'"),
    ],
)
def test_what_is_wrong_is_said(block, problem):
    with pytest.raises(ConfigurationErrors) as raised:
        config_of(block)
    assert problem in str(raised.value)


def test_a_token_is_shown_by_its_place_alone():
    shown = displayed(config_of("{token: {secret: slack}, channel: '#ops'}"))["receivers"][0]
    assert shown["slack"] == {
        "token": {"secret": "slack"},
        "channel": "#ops",
        "on_resolve": "update",
        "send_resolved": True,
    }
    plain = displayed(config_of("{token: {value: xoxb-t0ken}, channel: C1, api_url: 'https://h/'}"))
    assert "xoxb" not in yaml.safe_dump(plain)
    assert plain["receivers"][0]["slack"]["api_url"] == "https://h"


def test_the_address_of_an_incoming_webhook_may_be_kept_elsewhere():
    config = config_of("{url_from: {secret: hook, field: url}, channel: '#db'}")
    chat = config.receivers["chat"]
    assert chat.settings == SlackWebhook(url=Secret(name="tocsin/acme/hook", field="url"))
    assert displayed(config)["receivers"][0]["slack"] == {
        "url_from": {"secret": "hook", "field": "url"},
        "channel": "#db",
        "send_resolved": True,
    }


def test_apps_that_differ_in_anything_that_is_called_have_breakers_of_their_own():
    blocks = (
        "{token: {secret: a}, channel: '#ops'}",
        "{token: {secret: b}, channel: '#ops'}",
        "{token: {secret: a}, channel: '#db'}",
        "{token: {secret: a}, channel: '#db', api_url: 'https://h/'}",
    )
    assert len({config_of(block).receivers["chat"].endpoint for block in blocks}) == 4


def test_a_signing_secret_is_kept_and_shown_by_its_place():
    config = config_of("{token: {secret: slack}, channel: '#ops', signing_secret: {secret: sign}}")
    app = config.receivers["chat"].settings
    assert isinstance(app, SlackApp)
    assert app.signing_secret == Secret(name="tocsin/acme/sign")
    assert displayed(config)["receivers"][0]["slack"]["signing_secret"] == {"secret": "sign"}


def test_a_receiver_has_links_unless_it_says_otherwise():
    text = """
tenants:
  acme:
    receivers: [{name: chat, %s slack: {url: "https://h/"}}]
    route: {receiver: chat}
"""
    for given, wanted in (("", True), ("actions: false,", False), ("actions: true,", True)):
        document = load(text % given, "t.yaml", {})
        config = to_tenant_config("acme", document.tenants["acme"], 1)
        assert config.receivers["chat"].actions is wanted
        assert displayed(config)["receivers"][0]["actions"] is wanted
