"""Mail in an Alertmanager's file.

Source: Alertmanager, config/config.go (what is inherited) and notify/email/email.go: where the
port is 465 the connection is encrypted from the start, and with `require_tls` after STARTTLS.
"""

from email.utils import getaddresses
from typing import Literal

import msgspec

from tocsin.configuration.alertmanager.integration_models import Email
from tocsin.configuration.alertmanager.making import Entry, Making
from tocsin.configuration.channels.email import RECIPIENTS_LIMIT, is_address
from tocsin.configuration.fields import is_loopback
from tocsin.domain import channels
from tocsin.domain.channels import Smtp
from tocsin.domain.config import Receiver
from tocsin.domain.secret import Secret

_IMPLICIT_TLS_PORT = 465


class _Login(msgspec.Struct, frozen=True):
    username: str = ""
    password: Secret = Secret()


def email(making: Making, entry: Entry, model: Email) -> Receiver | None:
    """Return what an entry of email_configs is here."""
    server = model.smarthost or making.defaults.smtp_smarthost
    sender = model.sender or making.defaults.smtp_from
    if server is None or not sender:
        name = "from" if server else "smarthost"
        making.wrong.append((entry.at, f"needs {name}, or smtp_{name} in global"))
        return None
    to, senders = _addresses(model.to), _addresses(sender)
    reason = _why_not(model.to, to, sender, senders)
    if reason:
        making.undelivered(entry, reason)
        return None
    if any(name for name, _ in to):
        making.not_taken(entry, "to", "the names beside addresses; mail goes to the addresses")
    login = _login(making, entry, model)
    host, port = server
    settings = channels.Email(
        to=tuple(dict.fromkeys(address for _, address in to)),
        sender=senders[0][1],
        sender_name=senders[0][0],
        smtp=Smtp(
            host=host,
            port=port,
            tls=_tls(making, entry, model, login),
            username=login.username,
            password=login.password,
        ),
    )
    return making.receiver(entry, model, "email", settings=settings)


def _addresses(text: str) -> list[tuple[str, str]]:
    return getaddresses([text])


def _why_not(
    to_text: str, to: list[tuple[str, str]], sender: str, senders: list[tuple[str, str]]
) -> str:
    """Return why nobody can be sent mail; "" if they can."""
    if "{{" in to_text or "{{" in sender:
        return "an address is a template; give each its own receiver, and a route to it"
    if not all(is_address(address) for _, address in (*to, *senders)):
        return "an address is none of ASCII, such as oncall@example.com"
    if len(senders) != 1:
        return "it comes from more than one address"
    if len(to) > RECIPIENTS_LIMIT:
        return f"it has more than {RECIPIENTS_LIMIT} addresses; use that of a mailing list"
    return ""


def _login(making: Making, entry: Entry, model: Email) -> _Login:
    """Return who logs in: Alertmanager does so only with a user name."""
    username = model.auth_username or making.defaults.smtp_auth_username
    password = making.given(entry, model, "auth_password", "smtp_auth_password")
    if making.given(entry, model, "auth_secret", "smtp_auth_secret"):
        reason = "tocsin does not log in with CRAM-MD5, but with auth_password over TLS"
        making.not_taken(entry, "auth_secret", reason)
    if not username:
        return _Login()
    if password is None:
        making.not_taken(entry, "auth_username", "nobody logs in without auth_password")
        return _Login()
    return _Login(username, Secret(value=making.secret(password)))


def _tls(
    making: Making, entry: Entry, model: Email, login: _Login
) -> Literal["starttls", "tls", "none"]:
    host, port = model.smarthost or making.defaults.smtp_smarthost or ("", 0)
    forced, required = model.force_implicit_tls, model.require_tls
    if forced is None:
        forced = making.defaults.smtp_force_implicit_tls
    if port == _IMPLICIT_TLS_PORT if forced is None else forced:
        return "tls"
    if making.defaults.smtp_require_tls if required is None else required:
        return "starttls"
    if login.username and not is_loopback(host):
        reason = "a password is sent encrypted or not at all; the server must offer STARTTLS"
        making.not_taken(entry, "require_tls", reason)
        return "starttls"
    return "none"
