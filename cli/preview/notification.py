"""From a payload to the notification that it would become."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from tocsin.domain.alert import Alert
from tocsin.domain.config import Receiver
from tocsin.domain.errors import InvalidInput
from tocsin.domain.group import GroupKey
from tocsin.ports import Notification
from tocsin.providers.bodies import payload_of
from tocsin.providers.registry import NAMES, provider


def alerts_of(path: Path, name: str | None, now_s: float) -> tuple[Alert, ...]:
    """Return the alerts of a payload; of whose it is, it must say itself or `name` must.

    Ends the command where it cannot be read, or where several providers can read it.
    """
    body = path.read_bytes()
    named = name or path.name.partition(".")[0]
    wanted = [named] if named in NAMES else list(NAMES)
    found = {each: alerts for each in wanted if (alerts := _read(each, body, now_s))}
    if len(found) == 1:
        return next(iter(found.values()))
    if not found:
        whose = f"of {named}" if named in NAMES else "of a provider that is known"
        raise click.BadParameter(f"{path} holds no alert {whose}", param_hint="--alert")
    known = ", ".join(found)
    raise click.UsageError(f"{path} can be read as of {known}; say which with --provider")


def _read(name: str, body: bytes, now_s: float) -> tuple[Alert, ...]:
    try:
        source = provider(name)
        entries = source.parse(payload_of(source, body), now_s)
    except (InvalidInput, json.JSONDecodeError):
        return ()
    if any(isinstance(entry, InvalidInput) for entry in entries):
        return ()
    return tuple(_alerts(entries))


def _alerts(entries: Sequence[object]) -> Iterator[Alert]:
    return (entry for entry in entries if isinstance(entry, Alert))


def notification_of(
    receiver: Receiver, tenant: str, alerts: tuple[Alert, ...], url: str
) -> Notification:
    """Return the first notification about alerts, as one group."""
    is_over = all(alert.status == "resolved" for alert in alerts)
    names = {alert.name for alert in alerts}
    labels = (("alertname", names.pop()),) if len(names) == 1 else ()
    return Notification(
        key="toc_preview",
        receiver=receiver,
        group=GroupKey(tenant, receiver.name, labels),
        alerts=alerts,
        attempt=1,
        new=len(alerts),
        reason="all alerts resolved" if is_over else "first notification",
        external_url=url,
    )
