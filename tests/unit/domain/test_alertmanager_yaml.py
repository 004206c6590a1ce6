"""A configuration as an Alertmanager would show it."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import config, receiver, route
from tocsin.configuration.alertmanager import load_alertmanager
from tocsin.domain.alertmanager_yaml import to_alertmanager_yaml
from tocsin.domain.channels import AwsTarget, Email, Opsgenie, PagerDuty, SlackApp, Smtp, Teams
from tocsin.domain.config import Route, TenantConfig, Timing
from tocsin.domain.inhibition import InhibitRule
from tocsin.domain.matchers import Matcher
from tocsin.domain.secret import Secret
from tocsin.domain.time_interval import TimeInterval

SECRET = "s3cr3t"
TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
TIMING = Timing(group_wait_s=0.5, group_interval_s=300, repeat_interval_s=14400)


def shown(**fields: object) -> dict[str, object]:
    shown: dict[str, object] = yaml.safe_load(to_alertmanager_yaml(config(**fields)))
    return shown


def test_what_is_inherited_is_left_out() -> None:
    child = route("ops", 'a="b"', timing=TIMING, group_by=("job",))
    grandchild = route(
        "ops", "c!~d", continues=True, group_by=("job",), timing=Timing(mute=("night",))
    )
    top = route(timing=TIMING, routes=(Route(**{**as_fields(child), "routes": (grandchild,)}),))
    text = shown(route=top, receivers={"oncall": receiver(), "ops": receiver("ops")})
    assert text["route"] == {
        "receiver": "oncall",
        "group_by": [],
        "continue": False,
        "group_wait": "500ms",
        "group_interval": "5m",
        "repeat_interval": "4h",
        "routes": [
            {
                "receiver": "ops",
                "group_by": ["job"],
                "matchers": ['a="b"'],
                "continue": False,
                "routes": [
                    {
                        "matchers": ['c!~"d"'],
                        "mute_time_intervals": ["night"],
                        "continue": True,
                        "group_wait": "0",
                        "group_interval": "1ms",
                        "repeat_interval": "100y",
                    }
                ],
            }
        ],
    }


def as_fields(value: Route) -> dict[str, object]:
    return {name: getattr(value, name) for name in value.__struct_fields__}


def test_secrets_and_addresses_are_masked() -> None:
    receivers = {
        "oncall": receiver(
            url=f"https://{SECRET}/", headers={"Authorization": f"Token {SECRET}", "X": SECRET}
        ),
        "basic": receiver("basic", headers={"Authorization": f"Basic {SECRET}"}),
        "chat": receiver("chat", kind="slack", url=f"https://{SECRET}/", channel="#ops"),
    }
    text = to_alertmanager_yaml(config(receivers=receivers))
    assert SECRET not in text
    assert yaml.safe_load(text)["receivers"] == [
        {
            "name": "oncall",
            "webhook_configs": [
                {
                    "send_resolved": True,
                    "http_config": {"authorization": {"type": "Token", "credentials": "<secret>"}},
                    "url": "https://secret.invalid/",
                    "max_alerts": 0,
                }
            ],
        },
        {
            "name": "basic",
            "webhook_configs": [
                {
                    "send_resolved": True,
                    "http_config": {"basic_auth": {"username": "<secret>", "password": "<secret>"}},
                    "url": "https://secret.invalid/",
                    "max_alerts": 0,
                }
            ],
        },
        {
            "name": "chat",
            "slack_configs": [{"send_resolved": True, "api_url": "<secret>", "channel": "#ops"}],
        },
    ]


def test_each_kind_is_shown_as_alertmanager_has_it_or_as_a_webhook() -> None:
    kept = Secret(value=SECRET)
    arn = "arn:aws:sns:eu-central-1:123456789012:x"
    smtp = Smtp(host="::1", port=25, tls="none", username="u", password=kept)
    mail = {"to": ("a@b.example", "c@b.example"), "sender": "t@b.example"}
    receivers = {
        "mail": receiver("mail", kind="email", settings=Email(**mail, smtp=smtp)),
        "ses": receiver("ses", kind="email", settings=Email(**mail)),
        "pd": receiver("pd", kind="pagerduty", settings=PagerDuty(routing_key=kept, url="x")),
        "og": receiver("og", kind="opsgenie", settings=Opsgenie(api_key=kept, url="x")),
        "sns": receiver("sns", kind="sns", settings=AwsTarget(arn=arn)),
        "app": receiver("app", kind="slack", settings=SlackApp(token=kept, channel="#o")),
        "teams": receiver("teams", kind="teams", settings=Teams(url=kept)),
        "nobody": receiver("nobody", kind="nobody"),
    }
    text = to_alertmanager_yaml(config(receivers=receivers))
    assert SECRET not in text
    found = {each["name"]: each for each in yaml.safe_load(text)["receivers"]}
    sent = {"send_resolved": True}
    assert found["mail"]["email_configs"] == [
        {
            **sent,
            "to": "a@b.example, c@b.example",
            "from": "t@b.example",
            "smarthost": "[::1]:25",
            "require_tls": False,
            "auth_username": "<secret>",
            "auth_password": "<secret>",
        }
    ]
    assert found["ses"]["email_configs"][0]["smarthost"] == "ses.invalid:587"
    assert found["pd"]["pagerduty_configs"] == [{**sent, "routing_key": "<secret>"}]
    assert found["og"]["opsgenie_configs"] == [{**sent, "api_key": "<secret>"}]
    assert found["sns"]["sns_configs"][0]["topic_arn"] == arn
    assert found["app"]["slack_configs"][0]["channel"] == "#o"
    assert found["teams"]["webhook_configs"][0]["url"] == "https://secret.invalid/"
    assert found["nobody"] == {"name": "nobody"}


@pytest.mark.parametrize("value", [SECRET, f"{SECRET} ", f" {SECRET}"])
def test_an_authorization_that_names_no_scheme_is_all_secret(value: str) -> None:
    receivers = {"hook": receiver("hook", headers={"Authorization": value})}
    assert SECRET not in to_alertmanager_yaml(config(receivers=receivers))


def test_the_receivers_behind_one_name_are_its_integrations() -> None:
    receivers = {
        name: receiver(name, shown_as="a", max_alerts=3, truncates=True)
        for name in ("a/webhook/0", "a/webhook/1")
    }
    (first, nobody) = shown(
        receivers=receivers, integrations={"a": tuple(receivers), "nobody": ()}, route=route("a")
    )["receivers"]
    assert [each["max_alerts"] for each in first["webhook_configs"]] == [3, 3]
    assert (first["name"], nobody) == ("a", {"name": "nobody"})


@given(TEXT, TEXT, TEXT)
def test_any_text_is_read_as_it_was(name: str, label: str, value: str) -> None:
    given = TenantConfig(
        tenant="acme",
        version=1,
        route=Route(
            receiver=name,
            timing=TIMING,
            routes=(
                Route(
                    receiver=name,
                    matchers=(Matcher(label, "=", value),),
                    group_by=(label,),
                    timing=Timing(repeat_interval_s=1, group_interval_s=1, active=(name,)),
                ),
            ),
        ),
        receivers={f"{name}/webhook/0": receiver(f"{name}/webhook/0", shown_as=name)},
        integrations={name: (f"{name}/webhook/0",)},
        inhibit_rules=(
            InhibitRule(
                source_matchers=(Matcher(label, "!=", value),),
                target_matchers=(Matcher(label, "=", value),),
                equal=(label,),
            ),
        ),
        time_intervals={name: (TimeInterval(times=((0, 1440),), days_of_month=((-1, -1),)),)},
    )
    read, _ = load_alertmanager(to_alertmanager_yaml(given), "am.yml", "acme")
    for field in ("route", "integrations", "inhibit_rules", "time_intervals"):
        assert getattr(read, field) == getattr(given, field)
