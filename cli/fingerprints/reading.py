"""Alerts to learn from: payload files, or the archived requests of a tenant."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click
import msgspec
import orjson
from rich.progress import Progress

from tocsin.adapters.archivekey import archive_key
from tocsin.domain.alert import Alert
from tocsin.domain.compression import decompress
from tocsin.domain.errors import InvalidInput, Permanent
from tocsin.domain.fingerprint_proposal import Seen
from tocsin.pipeline.archive import Entry, unpack
from tocsin.pipeline.envelope import FRAME_LIMIT_BYTES
from tocsin.ports import ListedBlobs
from tocsin.providers.registry import Provider

_HOUR_S = 3600.0


class Reader:
    """Reads requests of one provider; `resolve_timeout_s` is for senders that repeat firings."""

    def __init__(self, source: Provider, resolve_timeout_s: float = 300.0) -> None:
        self._source = source
        self._hold_s = resolve_timeout_s if source.resends else None
        self._requests: set[str] = set()
        self.unread = 0

    def files(self, paths: Sequence[Path], every_s: float, bar: Progress) -> list[Seen]:
        """Read files of one request body each, as received `every_s` apart in their order.

        The first is taken as received when the earliest of its alerts began.
        """
        bodies = []
        for path in bar.track(paths, description="files"):
            try:
                bodies.append(orjson.loads(path.read_bytes()))
            except orjson.JSONDecodeError as error:
                raise click.ClickException(f"{path}: not JSON: {error}") from error
        first = self._alerts(bodies[0], 0.0) if bodies else []
        begun_s = min((a.starts_at_s for a in first if a.starts_at_s is not None), default=0.0)
        return [
            seen
            for place, body in enumerate(bodies)
            for seen in self._seen(body, begun_s + place * every_s)
        ]

    def archive(
        self, blobs: ListedBlobs, tenant: str, span: tuple[float, float], bar: Progress
    ) -> list[Seen]:
        """Read what a tenant's archive holds of the provider between two times."""
        from_s, to_s = span
        found: list[Seen] = []
        hours = range(int(from_s // _HOUR_S), int(to_s // _HOUR_S) + 1)
        for hour in bar.track(hours, description="hours"):
            prefix = archive_key(tenant, hour * _HOUR_S, "").removesuffix(".zst")
            for key in blobs.keys(prefix):
                for entry, frame in self._entries(blobs.get(key)):
                    if from_s <= entry.at_s <= to_s:
                        found.extend(self._request(entry, frame))
        return found

    def _entries(self, data: bytes) -> Iterator[tuple[Entry, bytes]]:
        try:
            yield from unpack(data)
        except Permanent:
            self.unread += 1

    def _request(self, entry: Entry, frame: bytes) -> list[Seen]:
        """Read a request once: a message that was delivered twice is archived twice."""
        if entry.provider != self._source.name or entry.request in self._requests:
            return []
        self._requests.add(entry.request)
        try:
            return self._seen(orjson.loads(decompress(frame, FRAME_LIMIT_BYTES)), entry.at_s)
        except (Permanent, orjson.JSONDecodeError):
            self.unread += 1
            return []

    def _seen(self, body: Any, at_s: float) -> list[Seen]:
        return [
            # Texts are not looked at, and a day of them fills the memory.
            Seen(
                alert=msgspec.structs.replace(alert, annotations={}, url=""),
                at_s=at_s,
                hold_s=self._hold_s,
            )
            for alert in self._alerts(body, at_s)
        ]

    def _alerts(self, body: Any, at_s: float) -> list[Alert]:
        try:
            entries = self._source.parse(body, at_s)
        except InvalidInput:
            self.unread += 1
            return []
        return [entry for entry in entries if isinstance(entry, Alert)]
