"""Enrich's first step: from an envelope to the events in it, bad ones kept apart."""

import msgspec

from tocsin.domain.alert import Alert
from tocsin.domain.change import Change
from tocsin.domain.errors import Permanent, TocsinError
from tocsin.domain.fingerprint import fingerprint
from tocsin.pipeline.envelope import Envelope, open_frame
from tocsin.pipeline.rereading import members_of, source_of
from tocsin.ports import Blobs, Configs


class Opened(msgspec.Struct, kw_only=True):
    """An envelope with its alerts read again, and what is decided about each so far."""

    envelope: Envelope
    frame: bytes
    resends: bool
    changes: dict[int, Change] = {}
    dead: dict[int, str] = {}
    forwarded: dict[int, str] = {}
    duplicates: dict[str, int] = {}
    repeated: list[int] = []


def open_envelope(
    envelope: Envelope, blobs: Blobs, configs: Configs, resolve_timeout_s: float
) -> Opened:
    """Read an envelope. An alert that cannot be prepared is `dead`; its neighbours go on.

    Raises Permanent if the message as a whole cannot be read.
    """
    if envelope.kind != "raw":
        raise Permanent(f"enrich reads envelopes of kind raw, not {envelope.kind}")
    frame = open_frame(envelope, blobs)
    source = source_of(envelope, configs)
    members = members_of(envelope, source, frame)
    opened = Opened(envelope=envelope, frame=frame, resends=source.resends)
    indices = range(len(members)) if envelope.select is None else envelope.select
    hold_s = resolve_timeout_s if source.resends else None
    for index in indices:
        member = members[index] if index < len(members) else None
        if isinstance(member, Alert):
            _prepare(opened, index, member, hold_s)
        else:
            # Ingest accepted it, so this worker runs other code than that one did.
            opened.dead[index] = "InvalidAlert"
    return opened


def _prepare(opened: Opened, index: int, alert: Alert, hold_s: float | None) -> None:
    envelope = opened.envelope
    if hold_s is not None and alert.status == "firing" and alert.holds_until_s is None:
        alert = msgspec.structs.replace(alert, holds_until_s=envelope.at_s + hold_s)
    try:
        opened.changes[index] = Change(
            source=f"{envelope.id}:{index}",
            fingerprint=fingerprint(envelope.tenant, alert.labels),
            alert=alert,
            received_at_s=envelope.at_s,
        )
    except (TocsinError, ValueError, TypeError) as error:
        opened.dead[index] = type(error).__name__
