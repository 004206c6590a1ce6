"""A tenant's configuration as an Alertmanager would show its own: YAML, no secrets.

amtool and Grafana read it, so it holds nothing that an Alertmanager would refuse. Source:
Alertmanager, api/v2 (`config.original` of the status) and config/config.go.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tocsin.domain.channels import AwsTarget, Email, SlackApp
from tocsin.domain.config import Receiver, Route, TenantConfig, Timing
from tocsin.domain.duration import format_duration
from tocsin.domain.inhibition import InhibitRule
from tocsin.domain.matcher_syntax import quote
from tocsin.domain.matchers import Matcher
from tocsin.domain.time_words import written

MASKED = "<secret>"
# A webhook's address must be one, to Alertmanagers before 0.26; this leads nowhere.
_MASKED_URL = "https://secret.invalid/"
# What Alertmanager has no word for: at once, and never.
_AT_ONCE_S, _NEVER = 0.001, "100y"
# The one field that Alertmanager demands of an integration, a secret.
_KEYS = {"pagerduty": "routing_key", "opsgenie": "api_key"}

_PLAIN = re.compile(r"[a-zA-Z_][a-zA-Z0-9_./-]*")
# What would not be text without quotes.
_WORDS = {"true", "false", "yes", "no", "on", "off", "y", "n", "null"}


def to_alertmanager_yaml(config: TenantConfig) -> str:
    """Return the configuration of a tenant as an Alertmanager would show it.

    A value that a route inherits is left out. Secrets, and addresses that may hold one, are
    masked.
    """
    shown = {
        "global": {"resolve_timeout": format_duration(config.resolve_timeout_s)},
        "route": _route(config.route, None),
        "inhibit_rules": [_inhibit_rule(rule) for rule in config.inhibit_rules],
        "receivers": [_receiver(config, name) for name in receiver_names(config)],
        "time_intervals": [
            {"name": name, "time_intervals": [written(each) for each in intervals]}
            for name, intervals in config.time_intervals.items()
        ],
        "templates": [],
    }
    return "\n".join(_block(shown)) + "\n"


def receiver_names(config: TenantConfig) -> list[str]:
    """Return the receivers by the names that routes give."""
    behind = {name for names in config.integrations.values() for name in names}
    alone = [name for name in config.receivers if name not in behind]
    return [*config.integrations, *(name for name in alone if name not in config.integrations)]


def _receiver(config: TenantConfig, name: str) -> dict[str, Any]:
    shown: dict[str, Any] = {"name": name}
    for each in config.integrations.get(name, (name,)):
        receiver = config.receivers[each]
        if receiver.kind != "nobody":
            kind, integration = _integration(receiver)
            shown.setdefault(f"{kind}_configs", []).append(integration)
    return shown


def _integration(receiver: Receiver) -> tuple[str, dict[str, Any]]:
    """Return how Alertmanager calls it; as a webhook what not all of them know."""
    kind, settings = receiver.kind, receiver.settings
    shown: dict[str, Any] = {"send_resolved": receiver.send_resolved}
    if isinstance(settings, Email):
        return kind, {**shown, **_mail(settings)}
    if isinstance(settings, AwsTarget) and kind == "sns":
        return kind, {**shown, "topic_arn": settings.arn, "sigv4": {"region": settings.region}}
    if kind in _KEYS:
        return kind, {**shown, _KEYS[kind]: MASKED}
    if kind == "slack":
        channel = settings.channel if isinstance(settings, SlackApp) else receiver.channel
        return kind, {**shown, "api_url": MASKED, "channel": channel}
    return "webhook", {**shown, **_webhook(receiver)}


def _mail(settings: Email) -> dict[str, Any]:
    smtp = settings.smtp
    host = "ses.invalid" if smtp is None else smtp.host
    host = f"[{host}]" if ":" in host else host
    shown = {
        "to": ", ".join(settings.to),
        "from": settings.sender,
        "smarthost": f"{host}:{587 if smtp is None else smtp.port}",
        "require_tls": smtp is None or smtp.tls != "none",
    }
    if smtp is None or not smtp.username:
        return shown
    return {**shown, "auth_username": MASKED, "auth_password": MASKED}


def _webhook(receiver: Receiver) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    authorization = receiver.headers.get("Authorization")
    if authorization is not None:
        scheme, _, credentials = authorization.strip().partition(" ")
        # What is one word is no scheme, but the secret itself.
        scheme = scheme if credentials else MASKED
        # The name of a user with a password is as secret as an address.
        shown["http_config"] = (
            {"basic_auth": {"username": MASKED, "password": MASKED}}
            if scheme.lower() == "basic"
            else {"authorization": {"type": scheme, "credentials": MASKED}}
        )
    most = receiver.max_alerts if receiver.truncates else 0
    return {**shown, "url": _MASKED_URL, "max_alerts": most}


def _route(route: Route, parent: Route | None) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    if parent is None or route.receiver != parent.receiver:
        shown["receiver"] = route.receiver
    if parent is None or route.group_by != parent.group_by:
        shown["group_by"] = list(route.group_by)
    if route.matchers:
        shown["matchers"] = _texts(route.matchers)
    for name, intervals in (("mute", route.timing.mute), ("active", route.timing.active)):
        if intervals:
            shown[f"{name}_time_intervals"] = list(intervals)
    shown["continue"] = route.continues
    before = _timers(parent.timing) if parent is not None else {}
    timers = _timers(route.timing)
    shown.update({name: text for name, text in timers.items() if before.get(name) != text})
    if route.routes:
        shown["routes"] = [_route(child, route) for child in route.routes]
    return shown


def _timers(timing: Timing) -> dict[str, str]:
    repeat_s = timing.repeat_interval_s
    return {
        "group_wait": format_duration(timing.group_wait_s),
        "group_interval": format_duration(timing.group_interval_s or _AT_ONCE_S),
        "repeat_interval": _NEVER if repeat_s is None else format_duration(repeat_s),
    }


def _inhibit_rule(rule: InhibitRule) -> dict[str, Any]:
    return {
        "source_matchers": _texts(rule.source_matchers),
        "target_matchers": _texts(rule.target_matchers),
        "equal": list(rule.equal),
    }


def _texts(matchers: tuple[Matcher, ...]) -> list[str]:
    return [str(matcher) for matcher in matchers]


def _block(values: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines of a block."""
    for name, value in values.items():
        if isinstance(value, dict) and value:
            yield f"{name}:"
            yield from (f"  {line}" for line in _block(value))
        elif isinstance(value, list) and value:
            yield f"{name}:"
            for each in value:
                yield from _item(each)
        else:
            yield f"{name}: {_scalar(value)}"


def _item(value: Any) -> Iterator[str]:
    lines = list(_block(value)) if isinstance(value, dict) and value else [_scalar(value)]
    for at, line in enumerate(lines):
        yield ("  " if at else "- ") + line


def _scalar(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        return "{}" if isinstance(value, dict) else str(value)
    is_plain = _PLAIN.fullmatch(value) is not None and value.lower() not in _WORDS
    # The escapes of Go's quotes are those of YAML's, too.
    return value if is_plain else quote(value)
