"""Ingest: from a request body to confirmed queue messages."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec

from tocsin.domain.alert import Alert
from tocsin.domain.compression import compress
from tocsin.domain.errors import InvalidAlert
from tocsin.pipeline.envelope import PLACED_VERSION, VERSION, Envelope, encode, seal_frame
from tocsin.ports import Blobs, Outbox, OutMessage, Queue
from tocsin.providers.members import Entry, Ignored
from tocsin.providers.registry import Provider

# A queue, the indices of the alerts for it, and whether their body is archived from there.
_Part = tuple[Queue, list[int], bool]


def _always(_: Queue) -> None:
    """Have room for everything."""


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """An authenticated request: whose, what, as which provider."""

    id: str
    tenant: str
    provider: Provider
    body: bytes
    payload: Any
    received_at_s: float
    trace: str = ""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What became of each alert of a request; those that are no news are in neither."""

    id: str
    accepted: int
    rejected: tuple[tuple[int, InvalidAlert], ...]


class Ingest:
    """Accept requests. An answer means that the queue has every accepted alert."""

    def __init__(self, outbox: Outbox, blobs: Blobs) -> None:
        self._outbox = outbox
        self._blobs = blobs

    def accept(self, request: Request, admit: Callable[[Queue], None] = _always) -> Answer:
        """Queue the alerts of a request; urgent ones travel apart from the others.

        `admit` is asked whether there is room in the queue: with an urgent alert among them, in
        the urgent one for them all, so that no critical alert waits for the others' turn.

        Raises InvalidPayload or TooLarge if nothing of it can be taken, and Retryable if the
        queue did not confirm: then the sender must send again.
        """
        members, answer = _read(request)
        if answer.accepted:
            parts = _parts(*_split(members))
            admit(parts[0][0])
            for queue, message in _packed(request, parts, members, self._blobs):
                self._outbox.send(queue, [message])
        return answer

    def accepted_before(self, request: Request) -> Answer:
        """Return the answer that `accept` gave to the same request, and do nothing else."""
        return _read(request)[1]


def pack_request(request: Request, blobs: Blobs) -> Iterator[tuple[Queue, OutMessage]]:
    """Yield the messages of a request whose alerts are all good, and the queue of each."""
    members = request.provider.parse(request.payload, request.received_at_s)
    return _packed(request, _parts(*_split(members)), members, blobs)


def _packed(
    request: Request, parts: Sequence[_Part], members: Sequence[Entry], blobs: Blobs
) -> Iterator[tuple[Queue, OutMessage]]:
    frame = compress(request.body)
    ignored = sum(isinstance(member, Ignored) for member in members)
    for queue, indices, archive in parts:
        is_all = len(indices) == len(members) - ignored
        envelope = Envelope(
            v=PLACED_VERSION if ignored else VERSION,
            kind="raw",
            id=request.id,
            tenant=request.tenant,
            at_s=request.received_at_s,
            count=len(indices),
            provider=request.provider.name,
            config_version=request.provider.config_version,
            trace=request.trace,
            select=None if is_all else tuple(indices),
            archive=archive,
        )
        yield queue, encode(seal_frame(envelope, frame, blobs))


def _read(request: Request) -> tuple[Sequence[Entry], Answer]:
    members = request.provider.parse(request.payload, request.received_at_s)
    rejected = tuple(
        (index, member) for index, member in enumerate(members) if isinstance(member, InvalidAlert)
    )
    accepted = sum(isinstance(member, Alert) for member in members)
    return members, Answer(id=request.id, accepted=accepted, rejected=rejected)


def _split(members: Sequence[Entry]) -> tuple[list[int], list[int]]:
    urgent: list[int] = []
    normal: list[int] = []
    for index, member in enumerate(members):
        if isinstance(member, Alert):
            (urgent if member.is_urgent else normal).append(index)
    return urgent, normal


def _parts(urgent: list[int], normal: list[int]) -> list[_Part]:
    """Return what goes where, urgent first, and with which part the body is archived.

    That is once: with the alerts that can wait, if there are any.
    """
    parts: list[_Part] = []
    if urgent:
        parts.append(("enrich-urgent", urgent, not normal))
    if normal:
        parts.append(("enrich", normal, True))
    return parts
