"""Enrich's first step: from an envelope to the events in it, bad ones kept apart."""

from collections.abc import Sequence
from typing import Any

import msgspec

from tocsin.domain.alert import Alert
from tocsin.domain.change import Change
from tocsin.domain.errors import Permanent, TocsinError
from tocsin.domain.fingerprint_rules import RuleSet
from tocsin.domain.identity import Identifier
from tocsin.pipeline.envelope import Envelope, open_frame
from tocsin.pipeline.rereading import reread, selected, source_of
from tocsin.ports import Blobs, Configs
from tocsin.providers.remembered import Remembered


class Opened(msgspec.Struct, kw_only=True):
    """An envelope with its alerts read again, and what is decided about each so far."""

    envelope: Envelope
    frame: bytes
    resends: bool
    # Whether this message's body belongs into the archive, and no rule leaves it out.
    archive: bool = True
    changes: dict[int, Change] = {}
    dead: dict[int, str] = {}
    forwarded: dict[int, str] = {}
    duplicates: dict[str, int] = {}
    repeated: list[int] = []


def open_envelope(
    envelope: Envelope,
    blobs: Blobs,
    configs: Configs,
    resolve_timeout_s: float,
    rule_sets: Sequence[RuleSet] = (),
    remembered: Remembered | None = None,
) -> Opened:
    """Read an envelope. An alert that cannot be prepared is `dead`; its neighbours go on.

    `rule_sets` are the fingerprint rules of its tenant, `remembered` the alerts that were read.

    Raises Permanent if the message as a whole cannot be read.
    """
    if envelope.kind != "raw":
        raise Permanent(f"enrich reads envelopes of kind raw, not {envelope.kind}")
    frame = open_frame(envelope, blobs)
    source = source_of(envelope, configs)
    payload, members = reread(envelope, source, frame, remembered)
    opened = Opened(envelope=envelope, frame=frame, resends=source.resends)
    preparing = _Preparing(
        opened=opened,
        payload=payload,
        identifier=Identifier(envelope.tenant, envelope.provider, envelope.at_s, rule_sets),
        remembered=remembered,
        hold_s=resolve_timeout_s if source.resends else None,
    )
    for index in selected(envelope, members):
        member = members[index] if index < len(members) else None
        if isinstance(member, Alert):
            preparing.take(index, member)
        else:
            # Ingest accepted it, so this worker runs other code than that one did.
            opened.dead[index] = "InvalidAlert"
    return opened


class _Preparing(msgspec.Struct, kw_only=True):
    """Makes changes of the alerts of one envelope."""

    opened: Opened
    payload: Any
    identifier: Identifier
    remembered: Remembered | None
    hold_s: float | None

    def take(self, index: int, alert: Alert) -> None:
        envelope, identifier = self.opened.envelope, self.identifier
        try:
            own = self._fingerprint(index, alert)
            self.opened.changes[index] = Change(
                source=f"{envelope.id}:{index}",
                fingerprint=own,
                alert=_held(alert, envelope.at_s, self.hold_s),
                received_at_s=envelope.at_s,
                aliases=identifier.aliases(alert, own, self.payload, index)
                if identifier.has_aliases
                else (),
            )
        except (TocsinError, ValueError, TypeError) as error:
            self.opened.dead[index] = type(error).__name__

    def _fingerprint(self, index: int, alert: Alert) -> str:
        if self.remembered is not None and self.identifier.goes_by_labels:
            return self.remembered.fingerprint(alert, self.identifier.by_labels)
        return self.identifier.fingerprint(alert, self.payload, index)


def _held(alert: Alert, received_at_s: float, hold_s: float | None) -> Alert:
    """Say how long a firing holds, where its sender repeats it and does not say."""
    if hold_s is None or alert.status != "firing" or alert.holds_until_s is not None:
        return alert
    until_s = received_at_s + hold_s
    return msgspec.structs.replace(alert, holds_until_s=until_s, is_hold_assumed=True)
