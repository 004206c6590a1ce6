"""Mail in `tocsin.yaml`."""

import pytest
import yaml

from tests.unit.configuration.test_load import problems, tenant
from tocsin.configuration import load, to_tenant_config
from tocsin.configuration.display import displayed
from tocsin.configuration.loopback import loopback_receivers
from tocsin.configuration.plainsecrets import plain_secrets
from tocsin.domain.channels import Email, Smtp
from tocsin.domain.pace import PacePolicy
from tocsin.domain.secret import Secret


def text(block: str) -> str:
    return tenant(receivers=f"[{{name: oncall, email: {{{block}}}}}]")


def receiver(block: str):
    document = load(text(block), "t.yaml", {})
    return to_tenant_config("acme", document.tenants["acme"], 1).receivers["oncall"]


def shown(block: str) -> dict:
    document = load(text(block), "t.yaml", {})
    return displayed(to_tenant_config("acme", document.tenants["acme"], 1))["receivers"][0]


TO = "to: [ann@example.com], from: tocsin@example.com"
SMTP = f"{TO}, smtp: {{host: mail.example.com, username: tocsin, password: {{secret: mail}}"


@pytest.mark.parametrize(("held", "port"), [("2525", 2525), ("", 587)])
def test_a_port_may_come_from_a_variable(held, port):
    block = f"{TO}, smtp: {{host: mail.example.com, port: '${{SMTP_PORT:-587}}'}}"
    document = load(text(block), "t.yaml", {"SMTP_PORT": held})
    made = to_tenant_config("acme", document.tenants["acme"], 1).receivers["oncall"]
    assert made.settings.smtp.port == port


def test_without_a_server_it_is_sent_through_ses():
    made = receiver(f"{TO}, from_name: Alärts, configuration_set: alerts")
    assert made.settings == Email(
        to=("ann@example.com",),
        sender="tocsin@example.com",
        sender_name="Alärts",
        configuration_set="alerts",
    )
    assert (made.kind, made.url, made.endpoint) == ("email", "", "ses#alerts")


@pytest.mark.parametrize(
    ("more", "port"), [("", 587), (", tls: tls", 465), (", tls: tls, port: 2465", 2465)]
)
def test_a_mail_server_is_spoken_to_in_tls_at_its_usual_port(more, port):
    made = receiver(f"{SMTP}{more}, timeout: 4s}}")
    assert made.settings.smtp == Smtp(
        host="mail.example.com",
        port=port,
        tls="tls" if more else "starttls",
        username="tocsin",
        password=Secret(name="tocsin/acme/mail"),
    )
    assert made.timeout_s == 4
    assert made.endpoint == f"tocsin@mail.example.com:{port}"


def test_a_storm_does_not_fill_the_mailbox():
    assert receiver(TO).pace == PacePolicy()


@pytest.mark.parametrize("block", [f"{TO}, from_name: T, configuration_set: c", SMTP + "}"])
def test_what_is_shown_can_be_applied_again(block):
    words = shown(block)
    again = yaml.safe_dump([words], default_flow_style=True, width=10_000).strip()
    document = load(tenant(receivers=again), "t.yaml", {})
    assert to_tenant_config("acme", document.tenants["acme"], 1).receivers["oncall"] == receiver(
        block
    )


def test_a_password_in_the_file_is_hidden_and_warned_about():
    given = SMTP.replace("secret: mail", "value: hush") + "}"
    assert "hush" not in yaml.safe_dump(shown(given))
    written = text(given)
    (problem,) = plain_secrets(load(written, "t.yaml", {}), written, "t.yaml", {})
    assert "receivers[0].email.smtp.password.value" in str(problem)


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ("from: a@example.com", "email.to: is required"),
        ("to: [], from: a@example.com", "email.to"),
        ("to: [a@example.com, a@example.com], from: a@example.com", "is in `to` twice"),
        ("to: ['a@b\\r\\nBcc: c@d'], from: a@example.com", "not an e-mail address"),
        ('to: ["a@b\\r\\nBcc: c@d"], from: a@example.com', "not an e-mail address"),
        ("to: ['Ann <a@example.com>'], from: a@example.com", "not an e-mail address"),
        ("to: ['a@example.com,b@example.com'], from: a@example.com", "not an e-mail address"),
        ("to: [ä@example.com], from: a@example.com", "not an e-mail address"),
        ("to: [a@exämple.com], from: a@example.com", "write a domain beyond ASCII as xn--"),
        (f"to: ['{'a' * 65}@example.com'], from: a@example.com", "not an e-mail address"),
        ("to: [.a@example.com], from: a@example.com", "not an e-mail address"),
        ("to: [a@-x.example], from: a@example.com", "not an e-mail address"),
        (f'{TO}, from_name: "a\\nBcc: x"', "cannot be printed"),
        (f"{TO}, configuration_set: 'a b'", "configuration_set"),
        (f"{TO}, configuration_set: a, smtp: {{host: x.example}}", "configuration_set is for SES"),
        (f"{TO}, smtp: {{host: 'x y'}}", "not the name or the address of a host"),
        (f"{TO}, smtp: {{host: 'https://x.example'}}", "not the name or the address of a host"),
        (f"{TO}, smtp: {{host: x.example, tls: none}}", "none is for this machine only"),
        (f"{TO}, smtp: {{host: x.example, username: u}}", "username and password go together"),
        (
            f"{TO}, smtp: {{host: x.example, password: {{secret: p}}}}",
            "username and password go together",
        ),
        (f"{TO}, smtp: {{host: x.example, port: 0}}", "smtp.port"),
        (f"{TO}, smtp: {{host: x.example, timeout: 11s}}", "must be from 100ms to 10s"),
    ],
)
def test_what_cannot_be_sent_is_refused(block, expected):
    assert any(expected in problem for problem in problems(text(block)))


def test_at_most_so_many_recipients():
    many = ", ".join(f"a{number}@example.com" for number in range(21))
    assert any("email.to" in each for each in problems(text(f"to: [{many}], from: a@b.example")))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "'::1'"])
def test_a_server_on_this_machine_is_for_the_local_cloud(host):
    written = text(f"{TO}, smtp: {{host: {host}, port: 2525, tls: none}}")
    (found,) = loopback_receivers(load(written, "t.yaml", {}), written, "t.yaml", {})
    assert (found.name, found.host) == ("oncall", host.strip("'"))
    assert str(found.problem).endswith("give it a public mail server")
