"""The names that providers have in addresses and on the command line."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

import msgspec

from tocsin.domain.errors import InvalidInput
from tocsin.providers.members import Entry
from tocsin.providers.reading import quoted

Parse = Callable[[Any, float], list[Entry]]


class Provider(msgspec.Struct, frozen=True):
    """One way in: how to read a payload, given the time of receipt in epoch seconds.

    `resends` says that the sender repeats a firing alert so often that a lost repeat heals.
    """

    name: str
    parse: Parse
    resends: bool = False


class _Entry(msgspec.Struct, frozen=True):
    module: str
    function: str = "parse"
    resends: bool = False


_ENTRIES = {
    "alertmanager": _Entry("alertmanager"),
    "alertmanager-api": _Entry("alertmanager_api", resends=True),
    "azure": _Entry("azure"),
    "checkmk": _Entry("checkmk"),
    "cloudwatch": _Entry("cloudwatch"),
    "coralogix": _Entry("coralogix"),
    "datadog": _Entry("datadog"),
    "dynatrace": _Entry("dynatrace"),
    "gcp": _Entry("gcp"),
    "generic": _Entry("generic"),
    "grafana": _Entry("grafana"),
    "graylog": _Entry("graylog"),
    "icinga2": _Entry("icinga2"),
    "kibana": _Entry("kibana"),
    "librenms": _Entry("librenms"),
    "netdata": _Entry("netdata"),
    "newrelic": _Entry("newrelic"),
    "opsgenie": _Entry("opsgenie"),
    "pagerduty": _Entry("pagerduty"),
    "pingdom": _Entry("pingdom"),
    "prometheus": _Entry("alertmanager", "parse_prometheus"),
    "rollbar": _Entry("rollbar"),
    "sentry": _Entry("sentry"),
    "signalfx": _Entry("signalfx"),
    "splunk": _Entry("splunk"),
    "sumologic": _Entry("sumologic"),
    "uptime-kuma": _Entry("uptime_kuma"),
    "victoriametrics": _Entry("alertmanager", "parse_victoriametrics"),
    "zabbix": _Entry("zabbix"),
}

NAMES = tuple(sorted(_ENTRIES))

_loaded: dict[str, Provider] = {}


def provider(name: str) -> Provider:
    """Return the provider of this name; its module is imported at the first call.

    Raises InvalidInput with status 404 for a name that is not in `NAMES`.
    """
    if name not in _loaded:
        _loaded[name] = _load(name)
    return _loaded[name]


def _load(name: str) -> Provider:
    entry = _ENTRIES.get(name)
    if entry is None:
        message = f"no provider {quoted(name)}; there are {', '.join(NAMES)}"
        raise InvalidInput(message, status=404, code="unknown_provider")
    module = import_module(f"tocsin.providers.{entry.module}")
    return Provider(name, getattr(module, entry.function), entry.resends)
