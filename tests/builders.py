"""Builders for tests: valid values, of which a test names only what it is about."""

from typing import Any

from tocsin.domain.alert import Alert
from tocsin.domain.change import Change
from tocsin.domain.config import Receiver, Route, TenantConfig
from tocsin.domain.fingerprint import fingerprint
from tocsin.domain.group import Group, GroupKey
from tocsin.domain.matchers import parse_matcher

T0 = 1_763_790_000.0


def alert(name: str = "HighLatency", **fields: Any) -> Alert:
    """Return a firing alert; `labels` are added to alertname."""
    labels = {"alertname": name, **fields.pop("labels", {})}
    return Alert(
        name=name,
        labels=labels,
        **{"status": "firing", "provider": "prometheus", "severity": "warning", **fields},
    )


def change(
    name: str = "HighLatency",
    at_s: float = T0,
    source: str = "",
    tenant: str = "acme",
    **fields: Any,
) -> Change:
    """Return a change received at `at_s`; its source is unique by time and status unless given."""
    value = alert(name, **fields)
    return Change(
        source=source or f"{value.status}@{at_s}:0",
        fingerprint=fingerprint(tenant, value.labels),
        alert=value,
        received_at_s=at_s,
    )


def receiver(name: str = "oncall", **fields: Any) -> Receiver:
    """Return a webhook receiver."""
    return Receiver(name=name, **{"kind": "webhook", "url": f"http://127.0.0.1:9/{name}", **fields})


def route(receiver_name: str = "oncall", *matchers: str, **fields: Any) -> Route:
    """Return a route to a receiver under these matchers."""
    parsed = tuple(parse_matcher(text) for text in matchers)
    return Route(receiver=receiver_name, matchers=parsed, **fields)


def config(tenant: str = "acme", **fields: Any) -> TenantConfig:
    """Return a configuration with one receiver that takes everything."""
    defaults: dict[str, Any] = {
        "version": 1,
        "route": route(),
        "receivers": {"oncall": receiver()},
    }
    return TenantConfig(tenant=tenant, **{**defaults, **fields})


def group(tenant: str = "acme", receiver_name: str = "oncall") -> Group:
    """Return an empty group."""
    return Group(key=GroupKey(tenant, receiver_name))
