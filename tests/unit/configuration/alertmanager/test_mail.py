"""Mail in an Alertmanager's file."""

import pytest

from tests.unit.configuration.alertmanager.test_receivers import SECRET, receiver
from tocsin.domain.channels import Email, Smtp
from tocsin.domain.secret import Secret

KEPT = Secret(value=SECRET)
MAIL = "global: {smtp_smarthost: 'mail.example.com:587', smtp_from: am@example.com}"
TO = "to: ann@example.com"


def mail(entry: str, head: str = MAIL) -> tuple[Email, list[str]]:
    made, not_taken = receiver(entry, "email", head)
    assert made.kind == "email"
    assert isinstance(made.settings, Email)
    return made.settings, not_taken


def test_mail_goes_through_the_server_of_global_with_its_login() -> None:
    head = MAIL[:-1] + f", smtp_auth_username: u, smtp_auth_password: {SECRET}}}"
    settings, not_taken = mail(f"{{{TO}}}", head)
    assert settings == Email(
        to=("ann@example.com",),
        sender="am@example.com",
        smtp=Smtp(host="mail.example.com", port=587, tls="starttls", username="u", password=KEPT),
    )
    assert not_taken == []


def test_mail_says_all_of_it_itself_if_it_wants() -> None:
    entry = (
        "{to: 'ann@example.com, Bob <bob@example.com>, ann@example.com', "
        "from: On Call <oc@example.com>, smarthost: '[::1]:465', "
        "auth_username: v, auth_password_file: f}"
    )
    settings, not_taken = mail(entry, "")
    assert settings.to == ("ann@example.com", "bob@example.com")
    assert (settings.sender, settings.sender_name) == ("oc@example.com", "On Call")
    assert settings.smtp == Smtp(host="::1", port=465, tls="tls", username="v", password=KEPT)
    assert [line.partition(": not taken")[0] for line in not_taken] == [
        "am.yml:6: receivers[0].email_configs[0].to"
    ]


@pytest.mark.parametrize(
    ("said", "head", "tls"),
    [
        ("", "", "starttls"),
        ("require_tls: false", "", "none"),
        ("", "smtp_require_tls: false", "none"),
        ("require_tls: true", "smtp_require_tls: false", "starttls"),
        ("smarthost: 'h:465'", "", "tls"),
        ("smarthost: 'h:smtps'", "", "tls"),
        ("smarthost: 'h:465', force_implicit_tls: false", "", "starttls"),
        ("force_implicit_tls: true", "", "tls"),
        ("", "smtp_force_implicit_tls: true", "tls"),
    ],
)
def test_mail_is_encrypted_as_alertmanager_does(said: str, head: str, tls: str) -> None:
    settings, not_taken = mail(f"{{{TO}, {said}}}", f"{MAIL[:-1]}, {head}}}")
    assert settings.smtp is not None
    assert (settings.smtp.tls, not_taken) == (tls, [])


def test_no_password_is_sent_in_clear_but_to_this_machine() -> None:
    login = "require_tls: false, auth_username: u, auth_password: p"
    settings, not_taken = mail(f"{{{TO}, {login}}}")
    assert settings.smtp is not None
    assert settings.smtp.tls == "starttls"
    assert "email_configs[0].require_tls: not taken: a password is sent encrypted" in not_taken[0]
    local, not_taken = mail(f"{{{TO}, {login}, smarthost: 'localhost:25'}}")
    assert local.smtp is not None
    assert (local.smtp.tls, not_taken) == ("none", [])


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ("auth_username: u", "auth_username"),
        (f"auth_username: u, auth_password: p, auth_secret: {SECRET}", "auth_secret"),
        ("auth_identity: x", "auth_identity"),
        ("hello: x", "hello"),
        ("headers: {Subject: x}", "headers"),
        ("html: x", "html"),
        ("text: x", "text"),
        ("threading: {enabled: true}", "threading"),
        ("tls_config: {ca_file: x}", "tls_config"),
    ],
)
def test_what_mail_has_otherwise_is_said(said: str, field: str) -> None:
    _, (line,) = mail(f"{{{TO}, {said}}}")
    assert f"email_configs[0].{field}: not taken: " in line
    assert SECRET not in line
