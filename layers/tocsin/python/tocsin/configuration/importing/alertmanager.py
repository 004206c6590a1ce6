"""From an Alertmanager's configuration file to the text of a `tocsin.yaml`."""

from collections.abc import Iterable
from typing import Any

import msgspec
import yaml

from tocsin.configuration.alertmanager import NotTaken, parse_alertmanager
from tocsin.configuration.alertmanager.conversion import to_tenant_config
from tocsin.configuration.alertmanager.integrations import Integrations
from tocsin.configuration.alertmanager.loading import AlertmanagerFile
from tocsin.configuration.alertmanager.making import EXPORTED, UNREAD
from tocsin.configuration.document import load
from tocsin.configuration.importing.names import (
    KeptSecret,
    Names,
    Secrets,
    Variable,
    Variables,
    literal,
)
from tocsin.configuration.importing.receivers import native_receivers
from tocsin.configuration.problems import ConfigurationErrors
from tocsin.domain.config import Route, TenantConfig, Timing
from tocsin.domain.duration import format_duration
from tocsin.domain.inhibition import InhibitRule
from tocsin.domain.matchers import Matcher
from tocsin.domain.routing import all_routes
from tocsin.domain.time_words import written

# What tocsin.yaml has where it says nothing.
_RESOLVE_TIMEOUT_S = 300.0

_WIDTH = 100


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """A `tocsin.yaml`, what is to be set and stored before it is applied, and what it lacks."""

    text: str
    variables: tuple[Variable, ...]
    secrets: tuple[KeptSecret, ...]
    not_taken: tuple[NotTaken, ...]
    # What somebody should know besides, and what is wrong with the text as it is.
    notes: tuple[str, ...]
    problems: tuple[str, ...]
    routes: int
    receivers: int


def import_alertmanager(text: str, filename: str, tenant: str) -> Imported:
    """Write an Alertmanager's configuration as the `tocsin.yaml` of one tenant.

    No secret is in it: each is a variable, or the name of one in Secrets Manager. The files that it
    names are not read. Raises
    ConfigurationErrors for a file that Alertmanager would refuse.
    """
    file = parse_alertmanager(text, filename)
    config = _converted(file, tenant)
    made = {
        name: tuple(config.receivers[each] for each in members)
        for name, members in config.integrations.items()
    }
    names, intervals = Names(), Names()
    variables, secrets = Variables(), Secrets()
    native = native_receivers(made, names, variables, secrets)
    for name in config.time_intervals:
        if intervals.of(name) != name:
            native.notes.append(f"time interval {name!r} is called {intervals.of(name)} here")
    block = {
        "keys": [{"name": "prometheus", "scopes": ["ingest"]}],
        "receivers": native.receivers,
        "receiver_groups": native.groups,
        "route": _Writer(names, intervals).route(config.route, None),
        "inhibit_rules": [_inhibit_rule(rule) for rule in config.inhibit_rules],
        "time_intervals": [
            {"name": intervals.of(name), "time_intervals": [written(each) for each in found]}
            for name, found in config.time_intervals.items()
        ],
        "settings": _settings(config),
    }
    document = {"tenants": {tenant: {name: each for name, each in block.items() if each}}}
    body = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=_WIDTH)
    return Imported(
        text=_heading(filename, tenant, variables.found, secrets.found) + body,
        variables=tuple(variables.found),
        secrets=tuple(secrets.found),
        not_taken=tuple(file.leftovers.found),
        notes=tuple(native.notes),
        problems=tuple(_problems(body, variables.found)),
        routes=sum(1 for _ in all_routes(config.route)),
        receivers=len(native.receivers),
    )


def _converted(file: AlertmanagerFile, tenant: str) -> TenantConfig:
    """Convert what can be delivered; files stand for themselves, and are not read."""
    integrations = Integrations(file.configuration, file.leftovers, lambda name: UNREAD + name)
    made = integrations.receivers()
    for location, message in integrations.wrong:
        # A secret that is not there is a variable like every other.
        if message != EXPORTED:
            file.leftovers.add(location, f"not taken: {message}", is_undelivered=True)
    return to_tenant_config(tenant, 1, file.configuration, made)


class _Writer:
    def __init__(self, receivers: Names, intervals: Names) -> None:
        self._receivers = receivers
        self._intervals = intervals

    def route(self, route: Route, parent: Route | None) -> dict[str, Any]:
        """Write a route without what it inherits."""
        block: dict[str, Any] = {}
        if parent is None or route.receiver != parent.receiver:
            block["receiver"] = self._receivers.of(route.receiver)
        if route.matchers:
            block["matchers"] = _texts(route.matchers)
        if parent is None or route.group_by != parent.group_by:
            block["group_by"] = [literal(label) for label in route.group_by]
        if route.continues:
            block["continue"] = True
        before = _timers(parent.timing) if parent is not None else {}
        timers = _timers(route.timing)
        block.update({name: text for name, text in timers.items() if before.get(name) != text})
        for name, found in (("mute", route.timing.mute), ("active", route.timing.active)):
            if found:
                block[f"{name}_time_intervals"] = [self._intervals.of(each) for each in found]
        if route.routes:
            block["routes"] = [self.route(child, route) for child in route.routes]
        return block


def _timers(timing: Timing) -> dict[str, str]:
    return {
        "group_wait": format_duration(timing.group_wait_s),
        "group_interval": format_duration(timing.group_interval_s),
        "repeat_interval": format_duration(timing.repeat_interval_s or 0.0),
    }


def _inhibit_rule(rule: InhibitRule) -> dict[str, Any]:
    return {
        "source_matchers": _texts(rule.source_matchers),
        "target_matchers": _texts(rule.target_matchers),
        "equal": [literal(label) for label in rule.equal],
    }


def _texts(matchers: Iterable[Matcher]) -> list[str]:
    return [literal(str(matcher)) for matcher in matchers]


def _settings(config: TenantConfig) -> dict[str, Any]:
    settings: dict[str, Any] = {"plain_labels": True}
    if config.resolve_timeout_s != _RESOLVE_TIMEOUT_S:
        settings["resolve_timeout"] = format_duration(config.resolve_timeout_s)
    return settings


def _heading(
    filename: str, tenant: str, variables: Iterable[Variable], secrets: Iterable[KeptSecret]
) -> str:
    to_set = [f"  {variable.name}: {variable.meaning}" for variable in variables]
    to_store = [f"  tocsin/{tenant}/{secret.name}: {secret.meaning}" for secret in secrets]
    lines = [f"From {filename}, an Alertmanager's configuration."]
    if to_set:
        lines += ["Set these variables before you apply it:", *to_set]
    if to_store:
        lines += [
            "Store these secrets before you apply it, each with",
            "aws secretsmanager create-secret --name NAME --secret-string VALUE",
            *to_store,
        ]
    return "".join(f"# {line}\n" for line in lines)


def _problems(text: str, variables: Iterable[Variable]) -> list[str]:
    """Return what `tocsin.yaml` would be refused for, whatever the variables hold."""
    environ = {variable.name: UNREAD for variable in variables}
    try:
        load(text, "", environ)
    except ConfigurationErrors as errors:
        return [f"{problem.path}: {problem.message}" for problem in errors.problems]
    return []
