"""The block `signatures`: what it may say, what becomes of it, and what of it is shown."""

import pytest

from tocsin.configuration import ConfigurationErrors, load, to_tenant_config
from tocsin.configuration.display import displayed
from tocsin.configuration.plainsecrets import plain_secrets
from tocsin.domain.config import Signature, SigningSecret

HEAD = """\
tenants:
  acme:
    receivers: [{name: oncall, webhook: {url: 'https://hooks.example.com/x'}}]
    route: {receiver: oncall}
    signatures:
"""
TOPIC = "arn:aws:sns:eu-central-1:123456789012:alarms"


def read(*lines):
    text = HEAD + "".join(f"      - {line}\n" for line in lines)
    return load(text, "t.yaml", {"SECRET": "hush"})


def config(*lines):
    return to_tenant_config("acme", read(*lines).tenants["acme"], 1)


def problems(*lines):
    with pytest.raises(ConfigurationErrors) as raised:
        read(*lines)
    assert "hush" not in str(raised.value)
    return [
        f"{each.path.partition('signatures')[2]}: {each.message}" for each in raised.value.problems
    ]


def test_a_signature_becomes_what_the_pipeline_uses():
    line = (
        "{provider: grafana, scheme: grafana, secrets: [{secret: tocsin/acme/grafana}, "
        "{value: '${SECRET}'}], tolerance: 2m, required: false, header: X-Own, "
        "timestamp_header: X-Time}"
    )
    assert config(line).signatures == (
        Signature(
            provider="grafana",
            scheme="grafana",
            secrets=(SigningSecret(name="tocsin/acme/grafana"), SigningSecret(value="hush")),
            tolerance_s=120.0,
            required=False,
            header="x-own",
            timestamp_header="x-time",
        ),
    )


def test_left_out_it_is_required_and_holds_for_five_minutes_but_for_sns():
    grafana, sns = config(
        "{provider: grafana, scheme: grafana, secrets: [{secret: tocsin/acme/x}]}",
        f"{{provider: cloudwatch, scheme: sns, topics: ['{TOPIC}']}}",
    ).signatures
    assert (grafana.required, grafana.tolerance_s) == (True, 300.0)
    # SNS repeats for up to an hour, and keeps the time of the first attempt.
    assert (sns.required, sns.tolerance_s, sns.topics) == (True, 3900.0, (TOPIC,))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("{provider: nagioss, scheme: github, secrets: [{secret: tocsin/acme/x}]}", "no provider"),
        ("{provider: sentry, scheme: sentry}", "needs secrets"),
        ("{provider: sentry, scheme: md5, secrets: [{secret: tocsin/acme/x}]}", "must be 'github'"),
        ("{provider: sentry, scheme: sentry, secrets: [{}]}", "exactly one of secret and value"),
        (
            "{provider: sentry, scheme: sentry, secrets: [{secret: tocsin/acme/x, value: hush}]}",
            "exactly one of secret and value",
        ),
        (
            "{provider: sentry, scheme: sentry, secrets: [{secret: tocsin/globex/x}]}",
            "begins with tocsin/acme/",
        ),
        ("{provider: sentry, scheme: sentry, secrets: [{secret: prod/db}]}", "tocsin/TENANT/NAME"),
        ("{provider: sentry, scheme: sentry, secrets: [{value: ''}]}", "1 to 4096"),
        (
            "{provider: sentry, scheme: sentry, header: X-Own, secrets: [{value: hush}]}",
            "header is for the schemes github and grafana",
        ),
        (
            "{provider: sentry, scheme: github, timestamp_header: X, secrets: [{value: hush}]}",
            "timestamp_header is for the scheme grafana",
        ),
        (
            f"{{provider: sentry, scheme: sentry, topics: ['{TOPIC}'], secrets: [{{value: x}}]}}",
            "topics are for the scheme sns",
        ),
        ("{provider: cloudwatch, scheme: sns}", "needs topics"),
        ("{provider: cloudwatch, scheme: sns, topics: [alarms]}", "not the ARN"),
        (f"{{provider: grafana, scheme: sns, topics: ['{TOPIC}']}}", "for the provider cloudwatch"),
        (
            f"{{provider: cloudwatch, scheme: sns, topics: ['{TOPIC}'], secrets: [{{value: x}}]}}",
            "leave secrets out",
        ),
        (
            "{provider: sentry, scheme: sentry, tolerance: 2d, secrets: [{value: hush}]}",
            "must be from 10s to 1d",
        ),
    ],
)
def test_what_does_not_fit_together_is_said(line, expected):
    (problem,) = problems(line)
    assert expected in problem


def test_a_provider_has_one_signature():
    line = "{provider: sentry, scheme: sentry, secrets: [{secret: tocsin/acme/x}]}"
    assert problems(line, line) == [
        "[1].provider: 'sentry' has a signature already; it can have several secrets"
    ]


def test_no_secret_is_shown():
    shown = displayed(
        config(
            "{provider: sentry, scheme: sentry, secrets: [{value: hush}, {secret: tocsin/acme/x}]}",
            f"{{provider: cloudwatch, scheme: sns, topics: ['{TOPIC}']}}",
        )
    )
    assert shown["signatures"] == [
        {
            "provider": "sentry",
            "scheme": "sentry",
            "secrets": [{"value": "***"}, {"secret": "tocsin/acme/x"}],
            "tolerance": "5m",
            "required": True,
        },
        {
            "provider": "cloudwatch",
            "scheme": "sns",
            "topics": [TOPIC],
            "tolerance": "1h5m",
            "required": True,
        },
    ]


def test_a_configuration_without_signatures_is_what_it_was():
    text = HEAD.replace("    signatures:\n", "")
    shown = displayed(to_tenant_config("acme", load(text, "t.yaml", {}).tenants["acme"], 1))
    assert "signatures" not in shown


def test_secrets_that_stand_in_the_file_are_pointed_out():
    line = "{provider: sentry, scheme: sentry, secrets: [{secret: tocsin/acme/x}, {value: hush}]}"
    text = HEAD + f"      - {line}\n"
    (problem,) = plain_secrets(load(text, "t.yaml", {}), text, "t.yaml", {})
    assert str(problem).startswith("t.yaml:6: tenants.acme.signatures[0].secrets[1].value: ")
    assert "tocsin/acme/NAME" in str(problem)
    assert "hush" not in str(problem)
