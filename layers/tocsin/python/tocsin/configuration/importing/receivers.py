"""The receivers of an Alertmanager's configuration in the words of `tocsin.yaml`."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec

from tocsin.configuration.alertmanager.integrations import LONGEST_TIMEOUT_S
from tocsin.configuration.fields import is_loopback
from tocsin.configuration.importing.names import Names, Variables, literal
from tocsin.domain.channels import SlackApp
from tocsin.domain.config import Receiver
from tocsin.domain.duration import format_duration


class NativeReceivers(msgspec.Struct, frozen=True):
    """The blocks `receivers` and `receiver_groups`, and what somebody should know of them."""

    receivers: list[dict[str, Any]]
    groups: list[dict[str, Any]]
    notes: list[str]


def native_receivers(
    made: Mapping[str, tuple[Receiver, ...]], names: Names, variables: Variables
) -> NativeReceivers:
    """Write receivers; one of Alertmanager's with several integrations is a group of them."""
    native = NativeReceivers([], [], [])
    for name, receivers in made.items():
        own = names.of(name)
        if own != name:
            native.notes.append(f"receiver {name!r} is called {own} here")
        if len(receivers) == 1:
            native.receivers.append(_receiver(own, receivers[0], variables, native.notes))
            continue
        members = [names.new(each.name.replace(name, own, 1)) for each in receivers]
        native.groups.append({"name": own, "receivers": members})
        native.receivers.extend(
            _receiver(member, each, variables, native.notes)
            for member, each in zip(members, receivers, strict=True)
        )
    return native


def _receiver(
    name: str, receiver: Receiver, variables: Variables, notes: list[str]
) -> dict[str, Any]:
    if isinstance(receiver.settings, SlackApp):
        app = _slack_app(name, receiver.settings, variables)
        return {"name": name, "slack": {**app, **_slack(name, receiver, notes)}}
    parts = urlsplit(receiver.url)
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        notes.append(f"receiver {name} is not encrypted; tocsin.yaml takes https:// alone")
    url = variables.of(receiver.url, f"{name}_URL", f"the address of receiver {name}")
    block: dict[str, Any] = {"url": url}
    if receiver.kind == "slack":
        return {"name": name, "slack": {**block, **_slack(name, receiver, notes)}}
    if receiver.headers:
        block["headers"] = {
            header: variables.of(value, f"{name}_{header}", _meaning(name, header, value))
            for header, value in receiver.headers.items()
        }
    if receiver.timeout_s != LONGEST_TIMEOUT_S:
        block["timeout"] = format_duration(receiver.timeout_s)
    if receiver.truncates:
        block["max_alerts"] = receiver.max_alerts
        notes.append(f"receiver {name} gets what is beyond max_alerts in its next notification")
    if not receiver.send_resolved:
        block["send_resolved"] = False
    return {"name": name, "webhook": block}


def _slack(name: str, receiver: Receiver, notes: list[str]) -> dict[str, Any]:
    if receiver.timeout_s != LONGEST_TIMEOUT_S:
        notes.append(
            f"receiver {name} has {format_duration(LONGEST_TIMEOUT_S)} for an answer: a Slack "
            "receiver has no timeout of its own here"
        )
    channel = {"channel": literal(receiver.channel)} if receiver.channel else {}
    return {**channel, "send_resolved": receiver.send_resolved}


def _slack_app(name: str, app: SlackApp, variables: Variables) -> dict[str, Any]:
    token = variables.of(app.token.value, f"{name}_TOKEN", f"the bot token of receiver {name}")
    return {
        "token": {"value": token},
        "channel": literal(app.channel),
        **({"api_url": literal(app.api_url)} if app.api_url else {}),
    }


def _meaning(name: str, header: str, value: str) -> str:
    scheme, separated, _ = value.partition(" ")
    form = f", {scheme} and the rest" if header == "Authorization" and separated else ""
    return f"the header {header} of receiver {name}{form}"
