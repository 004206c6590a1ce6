"""The names that providers have in addresses and on the command line."""

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

import msgspec

from tocsin.domain.errors import InvalidInput
from tocsin.providers.members import Entry
from tocsin.providers.reading import quoted
from tocsin.providers.remembered import Remembered

Parse = Callable[[Any, float], list[Entry]]
ParseAgain = Callable[[Any, float, Remembered], list[Entry]]


class Provider(msgspec.Struct, frozen=True):
    """One way in: how to read a payload, given the time of receipt in epoch seconds.

    `parse` leaves the payload as it is, though its alerts may share parts of it. `parse_again`
    comes to the same with the help of what it remembers; None where there is no such help.
    `resends` says that the sender repeats a firing alert so often that a lost repeat heals,
    `sends_forms` that its bodies can be URL-encoded forms. `config_version` is that of the
    tenant's configuration which says how to read; None where the code does.
    """

    name: str
    parse: Parse
    parse_again: ParseAgain | None = None
    resends: bool = False
    sends_forms: bool = False
    config_version: int | None = None


class _Entry(msgspec.Struct, frozen=True):
    module: str
    function: str = "parse"
    remembers: bool = False
    resends: bool = False
    sends_forms: bool = False


_ENTRIES = {
    "alertmanager": _Entry("alertmanager", remembers=True),
    "alertmanager-api": _Entry("alertmanager_api", resends=True),
    "azure": _Entry("azure"),
    "checkmk": _Entry("checkmk"),
    "cloudwatch": _Entry("cloudwatch"),
    "coralogix": _Entry("coralogix"),
    "datadog": _Entry("datadog"),
    "dead-mans-snitch": _Entry("dead_mans_snitch"),
    "dynatrace": _Entry("dynatrace"),
    "gcp": _Entry("gcp"),
    "generic": _Entry("generic"),
    "grafana": _Entry("grafana"),
    "graylog": _Entry("graylog"),
    "healthchecks": _Entry("healthchecks"),
    "icinga2": _Entry("icinga2"),
    "kibana": _Entry("kibana"),
    "librenms": _Entry("librenms"),
    "netdata": _Entry("netdata"),
    "newrelic": _Entry("newrelic"),
    "opsgenie": _Entry("opsgenie"),
    "pagerduty": _Entry("pagerduty"),
    "pingdom": _Entry("pingdom"),
    "prometheus": _Entry("alertmanager", "parse_prometheus", remembers=True),
    "rollbar": _Entry("rollbar"),
    "sentry": _Entry("sentry"),
    "signalfx": _Entry("signalfx"),
    "site24x7": _Entry("site24x7", sends_forms=True),
    "splunk": _Entry("splunk"),
    "statuscake": _Entry("statuscake", sends_forms=True),
    "sumologic": _Entry("sumologic"),
    "uptime-kuma": _Entry("uptime_kuma"),
    "victoriametrics": _Entry("alertmanager", "parse_victoriametrics", remembers=True),
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


def unknown(name: str, mappings: Sequence[str] = ()) -> InvalidInput:
    """Return the error for a name that nobody has, with all that there are."""
    message = f"no provider {quoted(name)}; there are {', '.join((*NAMES, *mappings))}"
    return InvalidInput(message, status=404, code="unknown_provider")


def _load(name: str) -> Provider:
    entry = _ENTRIES.get(name)
    if entry is None:
        raise unknown(name)
    module = import_module(f"tocsin.providers.{entry.module}")
    parse = getattr(module, entry.function)
    again = parse if entry.remembers else None
    return Provider(name, parse, again, resends=entry.resends, sends_forms=entry.sends_forms)
