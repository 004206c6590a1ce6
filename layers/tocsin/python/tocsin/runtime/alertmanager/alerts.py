"""GET /alerts: what fires, each alert once, with all its receivers."""

from collections.abc import Sequence
from typing import Any

import msgspec

from tocsin.domain.config import TenantConfig
from tocsin.domain.silence import kept
from tocsin.pipeline.alertview import Row
from tocsin.runtime.alertmanager.parameters import filters, flag, receiver_filter
from tocsin.runtime.alertmanager.ports import AlertmanagerPorts
from tocsin.runtime.alertmanager.replies import ZERO_TIME, Reply, listed, moment
from tocsin.runtime.gateway import HttpRequest

_encode = msgspec.json.Encoder().encode


def get_alerts(
    request: HttpRequest, ports: AlertmanagerPorts, config: TenantConfig, now_s: float
) -> Reply:
    """Answer with the alerts that are asked for, sorted by fingerprint."""
    is_wanted = receiver_filter(request)
    found = []
    for row in rows(request, ports, config, now_s):
        names = receivers_of(row, config)
        if any(is_wanted(name) for name in names):
            found.append((row.fingerprint, row, names))
    found.sort(key=lambda each: each[0])
    return listed(_encode(alert_of(row, names)) for _, row, names in found)


def rows(
    request: HttpRequest, ports: AlertmanagerPorts, config: TenantConfig, now_s: float
) -> list[Row]:
    """Return the alerts that the filters and the parameters of states leave."""
    matchers = filters(request)
    silences = kept(ports.silences.all(config.tenant), now_s)
    wants_active = flag(request, "active")
    wants_silenced = flag(request, "silenced")
    wants_inhibited = flag(request, "inhibited")
    return [
        row
        for row in ports.view.rows(config, silences, matchers, now_s)
        if (wants_active or not row.is_active)
        and (wants_silenced or not row.silenced_by)
        and (wants_inhibited or not row.inhibited_by)
    ]


def receivers_of(row: Row, config: TenantConfig) -> list[str]:
    """Return the names that Alertmanager would give an alert's receivers, sorted."""
    return sorted({shown_name(key.receiver, config) for key in row.groups})


def shown_name(receiver: str, config: TenantConfig) -> str:
    """Return what clients call a receiver."""
    known = config.receivers.get(receiver)
    return known.shown_as or receiver if known is not None else receiver


def alert_of(row: Row, receivers: Sequence[str], muted_by: Sequence[str] = ()) -> dict[str, Any]:
    """Return one alert as clients read it."""
    alert = row.alert
    is_active = row.is_active and not muted_by
    shown: dict[str, Any] = {
        "annotations": alert.annotations,
        "endsAt": ZERO_TIME if row.holds_until_s is None else moment(row.holds_until_s),
        "fingerprint": row.fingerprint,
        "receivers": [{"name": name} for name in receivers],
        "startsAt": moment(row.updated_at_s if alert.starts_at_s is None else alert.starts_at_s),
        "status": {
            "inhibitedBy": [row.inhibited_by] if row.inhibited_by else [],
            "mutedBy": muted_by,
            "silencedBy": row.silenced_by,
            "state": "active" if is_active else "suppressed",
        },
        "updatedAt": moment(row.updated_at_s),
        "labels": labels_of(row),
    }
    if alert.url:
        shown["generatorURL"] = alert.url
    return shown


def labels_of(row: Row) -> dict[str, str]:
    """Return an alert's own labels; those without a value are none."""
    return {name: value for name, value in row.alert.labels.items() if value}
