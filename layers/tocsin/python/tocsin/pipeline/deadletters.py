"""What a dead letter says, and what it holds."""

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from tocsin.domain.alert import Alert
from tocsin.domain.deadletter import UNREADABLE, Letter
from tocsin.domain.errors import InvalidAlert, Permanent, TocsinError
from tocsin.domain.fingerprint import fingerprint
from tocsin.domain.group import GroupKey
from tocsin.domain.wire import canonical
from tocsin.pipeline.changes import unpack_changes
from tocsin.pipeline.envelope import Envelope, decode, open_frame
from tocsin.pipeline.poke import unpack_pokes
from tocsin.pipeline.rereading import members_of, selected, source_of
from tocsin.ports import Blobs, Configs
from tocsin.providers.members import Entry

AlertsOf = Callable[[GroupKey], list[dict[str, Any]]]

# How many names a summary has.
SUMMARY_NAMES = 3


def read_letter(letter: Letter) -> Letter:
    """Return the letter with what its envelope says of itself; `Unreadable` if it is none."""
    try:
        envelope = decode(letter.body)
    except Permanent as error:
        return msgspec.structs.replace(letter, error=UNREADABLE, reason=error.reason)
    holds_alerts = envelope.kind in ("raw", "changes")
    return msgspec.structs.replace(
        letter,
        id=envelope.part,
        tenant=envelope.tenant,
        alerts=envelope.count if holds_alerts else 0,
        groups=0 if holds_alerts else envelope.count,
    )


def contents(
    letter: Letter, blobs: Blobs, configs: Configs, alerts_of: AlertsOf | None = None
) -> Iterator[dict[str, Any]]:
    """Yield what a letter holds: canonical alerts, or the groups that it pokes.

    `alerts_of` finds the alerts of a group. An alert that cannot be read is yielded as its
    index and the error. Raises Permanent if
    the letter as a whole cannot be read.
    """
    envelope = decode(letter.body)
    try:
        if envelope.kind == "raw":
            yield from _raw(envelope, blobs, configs)
        elif envelope.kind == "changes":
            for change in unpack_changes(envelope, blobs):
                yield canonical(change.alert, change.fingerprint, change.received_at_s)
        else:
            for poke in unpack_pokes(envelope, blobs):
                group = {**msgspec.structs.asdict(poke.key), "labels": dict(poke.key.labels)}
                alerts = {} if alerts_of is None else {"alerts": alerts_of(poke.key)}
                yield {"group": group, "revive": poke.revive, **alerts}
    except (ValueError, TypeError) as error:
        # Base64 and JSON of a damaged body; their texts may quote it.
        raise Permanent(f"the letter cannot be opened: {type(error).__name__}") from error


def summary(letter: Letter, blobs: Blobs, configs: Configs) -> str:
    """Return the names of the alerts in a letter, or the groups; "" if it cannot be read."""
    try:
        names = list(dict.fromkeys(map(_name, contents(letter, blobs, configs))))
    except TocsinError:
        return ""
    more = len(names) - SUMMARY_NAMES
    return ", ".join(names[:SUMMARY_NAMES]) + (f" and {more} more" if more > 0 else "")


def _name(held: dict[str, Any]) -> str:
    if "group" in held:
        group = held["group"]
        return f"{group['receiver']}:{GroupKey('', '', tuple(group['labels'].items()))}"
    return str(held.get("name", "?"))


def _raw(envelope: Envelope, blobs: Blobs, configs: Configs) -> Iterator[dict[str, Any]]:
    source = source_of(envelope, configs)
    entries = members_of(envelope, source, open_frame(envelope, blobs))
    for index in selected(envelope, entries):
        is_there = 0 <= index < len(entries)
        entry = entries[index] if is_there else InvalidAlert("there is no such alert")
        yield _shown(envelope, index, entry)


def _shown(envelope: Envelope, index: int, entry: Entry) -> dict[str, Any]:
    if not isinstance(entry, Alert):
        return {"index": index, "error": f"{type(entry).__name__}: {entry}"}
    try:
        return canonical(entry, fingerprint(envelope.tenant, entry.labels), envelope.at_s)
    except (TocsinError, ValueError, TypeError) as error:
        return {"index": index, "error": type(error).__name__}
