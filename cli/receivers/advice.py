"""What to do about a receiver that did not take its test, by what is known of why."""

import re
from collections.abc import Callable

from tocsin.domain.errors import (
    ConfigurationError,
    Permanent,
    Retryable,
    Throttled,
    TocsinError,
    Unsendable,
)

# What is said of a kind where its vendor refuses without a word that says more.
_REFUSED = {
    "pagerduty": "check that its routing_key is the key of an integration of the type Events API "
    "v2 that is still there",
    "opsgenie": "check that its api_key is that of an integration of the type API that may create "
    "alerts, in this region (service), and that its responders are there",
    "teams": "check that its workflow is there and switched on, and that the address is that of "
    "its webhook",
    "slack": "check that its incoming webhook was not removed; a new one has a new address",
    "webhook": "check its address, and the headers and secrets that it asks for",
    "email": "check its addresses, and that the mail server lets this sender send",
    "apprise": "check the parts of its URL: token, chat and topic",
}
_KEPT = re.compile(r"Secret\('(?P<name>[^']+)'\): (?P<why>.*)")


def advice_for(error: TocsinError, kind: str, aws: str = "aws") -> str:
    """Say what to do about an error of a receiver of a kind; the first that fits it.

    `aws` is how AWS's command reaches the stack.
    """
    reason = str(error)
    kept = _KEPT.search(reason)
    if kept:
        return _about_secret(kept["name"], kept["why"], aws)
    if isinstance(error, Throttled):
        return "it is reached, and asks for fewer calls: try again later"
    for pattern, advice in _KNOWN:
        found = pattern.search(reason)
        if found:
            return advice(found) if callable(advice) else advice
    return _by_class(error, kind)


def _about_secret(name: str, why: str, aws: str) -> str:
    is_parameter = name.startswith("/")
    where = "SSM" if is_parameter else "Secrets Manager"
    if "NotFound" in why:
        store = (
            f"{aws} ssm put-parameter --type SecureString --name {name} --value VALUE"
            if is_parameter
            else f"{aws} secretsmanager create-secret --name {name} --secret-string VALUE"
        )
        return f"{where} has none of this name in this account and region; store it: {store}"
    if "AccessDenied" in why or "NotAuthorized" in why:
        return (
            f"the credentials of this shell may not read it in {where}; notify may, as the stack "
            "grants it"
        )
    if "has no text" in why:
        return "what is kept there is no JSON object with such a text: mend it, or `field`"
    return f"{where} did not give it: check region and credentials of this shell, then try again"


def _needs_scope(found: re.Match[str]) -> str:
    scope = f" {found[1]}" if found[1] else ""
    return f"give the app the scope{scope} (OAuth & Permissions), and install it again"


_Advice = str | Callable[[re.Match[str]], str]
_KNOWN: tuple[tuple[re.Pattern[str], _Advice], ...] = tuple(
    (re.compile(pattern), advice)
    for pattern, advice in (
        (
            "says (?:invalid_auth|not_authed|account_inactive|not_allowed_token_type"
            "|token_expired|token_revoked)",
            "Slack does not take its token: store the Bot User OAuth Token of the app, xoxb-…",
        ),
        (r"says missing_scope(?: \(([a-z:,]+)\))?", _needs_scope),
        (
            "says (?:channel_not_found|not_in_channel)",
            "give the id of the channel (its details show it), and invite the app: /invite @APP",
        ),
        ("says is_archived", "the channel is archived: give another one"),
        ("is no https:// address", "store the whole address there, with https:// before it"),
        (
            "none of the services|not a URL of|must lead to one target",
            "store a URL of a service that receivers-apprise.md has, with one target",
        ),
        (
            "the address is not public",
            "notify calls public addresses alone; for a receiver on this machine use --local, or "
            "--allow-loopback",
        ),
        (
            "SSL|Certificate",
            "its certificate is not valid for this host and trusted by the public authorities, or "
            "it does not speak TLS there: mend the certificate, the host or the port",
        ),
        (
            "offers no STARTTLS",
            "set tls: tls and its port (465) if the mail server encrypts from the start; without "
            "either it is told nothing",
        ),
        ("to AUTH|offers no login", "the mail server does not let it in: check username, password"),
        ("Timeout", "nothing came in time: check its address, and whether a firewall is between"),
        (
            "no answer",
            "nobody answers there: check host and port, and whether it is up",
        ),
        (
            "no confirmation|none of Slack's",
            "something answers there, and not as the service does: check its address",
        ),
        ("HTTP 3[0-9][0-9]", "it leads elsewhere, which is not followed: give the last address"),
        (
            "AccessDenied|AuthorizationError|not authorized",
            "the credentials of this shell may not do that; notify may, if the parameter "
            "NotifyTargetArns of the stack names it",
        ),
        (
            "EndpointConnectionError|NoCredentials|CredentialRetrieval|ExpiredToken"
            "|UnrecognizedClient|InvalidClientTokenId",
            "check region and credentials of this shell, then try again",
        ),
        (
            "NotFound|NonExistent|DoesNotExist",
            "there is none of this name in this account and region: check its ARN",
        ),
        (
            "MessageRejected|MailFromDomainNotVerified",
            "SES must know the sender as yours, and each recipient while the account is in its "
            "sandbox: verify them in this region",
        ),
    )
)


def _by_class(error: TocsinError, kind: str) -> str:
    if isinstance(error, Retryable):
        return "there was no good answer: check whether it is up, then try again"
    if isinstance(error, Unsendable | ConfigurationError):
        return "nothing was sent: mend the receiver in tocsin.yaml, or its secret, and apply it"
    if isinstance(error, Permanent):
        return f"it refuses: {_REFUSED.get(kind, 'check its address, key and permissions')}"
    return "look into the error above"
