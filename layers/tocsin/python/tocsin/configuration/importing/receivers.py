"""The receivers of an Alertmanager's configuration in the words of `tocsin.yaml`."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec

from tocsin.configuration.alertmanager.making import LONGEST_TIMEOUT_S
from tocsin.configuration.fields import is_loopback
from tocsin.configuration.importing.channels import channel_block
from tocsin.configuration.importing.names import Names, Secrets, Variables, literal
from tocsin.domain.config import Receiver
from tocsin.domain.duration import format_duration

_TITLES = {"slack": "Slack", "pagerduty": "PagerDuty"}


class NativeReceivers(msgspec.Struct, frozen=True):
    """The blocks `receivers` and `receiver_groups`, and what somebody should know of them."""

    receivers: list[dict[str, Any]]
    groups: list[dict[str, Any]]
    notes: list[str]


def native_receivers(
    made: Mapping[str, tuple[Receiver, ...]], names: Names, variables: Variables, secrets: Secrets
) -> NativeReceivers:
    """Write receivers; one of Alertmanager's with several integrations is a group of them."""
    native = NativeReceivers([], [], [])
    writer = _Writer(variables, secrets, native.notes)
    for name, receivers in made.items():
        own = names.of(name)
        if own != name:
            native.notes.append(f"receiver {name!r} is called {own} here")
        if len(receivers) == 1:
            native.receivers.append(writer.written(own, receivers[0]))
            continue
        members = [names.new(each.name.replace(name, own, 1)) for each in receivers]
        native.groups.append({"name": own, "receivers": members})
        native.receivers.extend(map(writer.written, members, receivers))
    return native


class _Writer:
    def __init__(self, variables: Variables, secrets: Secrets, notes: list[str]) -> None:
        self._variables = variables
        self._secrets = secrets
        self._notes = notes

    def written(self, name: str, receiver: Receiver) -> dict[str, Any]:
        """Write a receiver of one kind."""
        if receiver.settings is not None:
            block = channel_block(name, receiver, self._secrets)
        else:
            block = self._called(name, receiver)
        if receiver.kind != "webhook":
            self._note_timeout(name, receiver)
        if not receiver.send_resolved:
            block["send_resolved"] = False
        if receiver.kind == "sns":
            self._notes.append(
                f"receiver {name} needs the topic in the stack's parameter NotifyTargetArns"
            )
        return {"name": name, receiver.kind: block}

    def _called(self, name: str, receiver: Receiver) -> dict[str, Any]:
        parts = urlsplit(receiver.url)
        if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
            self._notes.append(
                f"receiver {name} is not encrypted; tocsin.yaml takes https:// alone"
            )
        url = self._variables.of(receiver.url, f"{name}_URL", f"the address of receiver {name}")
        more = self._webhook(name, receiver) if receiver.kind == "webhook" else _slack(receiver)
        return {"url": url, **more}

    def _webhook(self, name: str, receiver: Receiver) -> dict[str, Any]:
        block: dict[str, Any] = {}
        if receiver.headers:
            block["headers"] = {
                header: self._variables.of(value, f"{name}_{header}", _meaning(name, header, value))
                for header, value in receiver.headers.items()
            }
        if receiver.timeout_s != LONGEST_TIMEOUT_S:
            block["timeout"] = format_duration(receiver.timeout_s)
        if receiver.truncates:
            block["max_alerts"] = receiver.max_alerts
            self._notes.append(
                f"receiver {name} gets what is beyond max_alerts in its next notification"
            )
        return block

    def _note_timeout(self, name: str, receiver: Receiver) -> None:
        if receiver.timeout_s != LONGEST_TIMEOUT_S:
            kind = _TITLES.get(receiver.kind, receiver.kind)
            self._notes.append(
                f"receiver {name} has {format_duration(LONGEST_TIMEOUT_S)} for an answer: a {kind} "
                "receiver has no timeout of its own here"
            )


def _slack(receiver: Receiver) -> dict[str, Any]:
    return {"channel": literal(receiver.channel)} if receiver.channel else {}


def _meaning(name: str, header: str, value: str) -> str:
    scheme, separated, _ = value.partition(" ")
    form = f", {scheme} and the rest" if header == "Authorization" and separated else ""
    return f"the header {header} of receiver {name}{form}"
