"""From a payload to the notification that it would become."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from tocsin.domain.actionlink import MessageAction
from tocsin.domain.alert import Alert
from tocsin.domain.config import Receiver
from tocsin.domain.errors import InvalidInput
from tocsin.domain.group import GroupKey, Intent
from tocsin.domain.wording import words_of
from tocsin.pipeline.offering import PATH, offered
from tocsin.ports import Notification
from tocsin.providers.bodies import payload_of
from tocsin.providers.registry import NAMES, provider

_KEY = "toc_preview"
# Of a name that leads nowhere (RFC 2606): what is not sent cannot be acted on.
_LINK = f"https://tocsin.example{PATH}preview"


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
    group = GroupKey(tenant, receiver.name, labels)
    return Notification(
        key=_KEY,
        receiver=receiver,
        group=group,
        alerts=alerts,
        attempt=1,
        new=len(alerts),
        reason="all alerts resolved" if is_over else "first notification",
        external_url=url,
        actions=tuple(_actions(receiver, group, alerts)),
    )


def _actions(
    receiver: Receiver, group: GroupKey, alerts: tuple[Alert, ...]
) -> Iterator[MessageAction]:
    titles = words_of(receiver.language).actions
    intent = Intent(key=_KEY, steps=(), alerts=alerts, created_at_s=0.0)
    for kind in offered(group, intent, receiver):
        yield MessageAction(name=kind, title=titles[kind], url=_LINK, token=_KEY)
