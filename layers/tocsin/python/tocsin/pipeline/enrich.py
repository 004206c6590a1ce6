"""Enrich: archive, drop certain repeats, forward the rest.

The order of effects keeps every alert through a crash at any point: archive, separate,
forward, journal, marks. A mark says that its event is forwarded, so it comes last. What failed of
enrichment is kept apart or buried once the rest is forwarded: no page may wait for that.
"""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b

import msgspec

from tocsin.domain.change import Change
from tocsin.domain.dedup import Mark, is_older, is_repeat, mark_key, mark_of, may_trust_memory
from tocsin.domain.errors import TocsinError
from tocsin.domain.journal import EnvelopeRecord
from tocsin.domain.storage_rules import is_archived, storage_rule_for
from tocsin.pipeline.archive import Entry, pack
from tocsin.pipeline.batch import Delivery, Outcome, each_tenant
from tocsin.pipeline.changes import pack_changes
from tocsin.pipeline.enrichment.early import Early
from tocsin.pipeline.envelope import encode, seal_frame
from tocsin.pipeline.heard import Heard
from tocsin.pipeline.opening import Opened, open_envelope
from tocsin.pipeline.recent import ReadBefore, RecentMarks
from tocsin.ports import (
    Archive,
    Blobs,
    Configs,
    DeadLetter,
    Fingerprints,
    Journal,
    Outbox,
    OutMessage,
    Queue,
)

_BROKEN = "this alert failed in enrich; its neighbours went on"
_FAILED_CLOSED = "enrichment failed, and ENGINE_FAIL_CLOSED is true"


class EnrichPorts(msgspec.Struct, frozen=True, kw_only=True):
    """What enrich needs of the outside world."""

    outbox: Outbox
    blobs: Blobs
    archive: Archive
    fingerprints: Fingerprints
    journal: Journal
    configs: Configs


class Enrich:
    """Handle batches of raw envelopes; one object a worker, since it remembers marks."""

    def __init__(
        self,
        ports: EnrichPorts,
        recent: RecentMarks | None = None,
        heard: Heard | None = None,
        *,
        minds_texts: bool = False,
        early: Early | None = None,
    ) -> None:
        self._ports = ports
        self._minds_texts = minds_texts
        self._recent = recent or RecentMarks()
        self._heard = heard
        self._read_before = ReadBefore()
        self._early = early

    def handle(
        self, deliveries: Sequence[Delivery], now_s: float, has_time: Callable[[], bool]
    ) -> Outcome:
        """Process a batch; messages in `failed` must come back."""

        def handle_tenant(tenant: str, own: list[Delivery], outcome: Outcome) -> None:
            opened = self._open(tenant, own, outcome)
            if opened:
                self._process(tenant, opened, now_s, outcome)

        return each_tenant(deliveries, handle_tenant, has_time)

    def _open(self, tenant: str, own: list[Delivery], outcome: Outcome) -> list[Opened]:
        blobs, configs = self._ports.blobs, self._ports.configs
        config = configs.current(tenant)
        hold_s = config.resolve_timeout_s if config else 300.0
        rule_sets = config.fingerprints if config else ()
        storage = config.storage if config else ()
        remembered = self._read_before.of(tenant)
        opened: list[Opened] = []
        for delivery in own:
            envelope = delivery.envelope
            try:
                each = open_envelope(envelope, blobs, configs, hold_s, rule_sets, remembered)
            except TocsinError as error:
                outcome.fail([delivery], error)
                continue
            rule = storage_rule_for(storage, envelope.provider)
            each.archive = envelope.archive and is_archived(rule, envelope.id)
            opened.append(each)
        return opened

    def _process(self, tenant: str, opened: list[Opened], now_s: float, outcome: Outcome) -> None:
        name = _name(opened)
        self._archive(tenant, opened, name)
        self._separate([(each, each.dead) for each in opened], _BROKEN)
        changes, resends = _in_order(opened)
        forward, fresh = self._decide(tenant, changes, resends, now_s)
        forward, see_to_failed = self._enriched(tenant, opened, forward, fresh, now_s, outcome)
        _record(opened, {change.source for change in forward})
        trace = opened[0].envelope.trace
        self._forward(tenant, forward, name, trace)
        see_to_failed()
        records = [_envelope_record(each) for each in opened]
        self._ports.journal.write(tenant, now_s, f"enrich.{name}", records)
        marks = list(fresh.values())
        if marks:
            self._ports.fingerprints.write(marks)
        for mark in marks:
            self._recent.put(mark)
        outcome.count("alerts", len(changes))
        outcome.count("forwarded", len(forward))
        repeated = sum(sum(each.duplicates.values()) for each in opened)
        outcome.count("duplicates", repeated)
        for each in opened:
            outcome.count_duplicates(each.envelope.provider, sum(each.duplicates.values()))

    def _archive(self, tenant: str, opened: list[Opened], name: str) -> None:
        """Store the bodies, one object an hour; nearly always they are of one hour."""
        hours: dict[int, list[bytes]] = {}
        for each in opened:
            if each.archive:
                hour = int(each.envelope.at_s // 3600)
                hours.setdefault(hour, []).append(_archived(tenant, each))
        for hour, entries in hours.items():
            self._ports.archive.store(tenant, hour * 3600.0, name, b"".join(entries))

    def _separate(self, found: Iterable[tuple[Opened, Mapping[int, str]]], reason: str) -> None:
        """Send alerts that cannot go on to the dead letters, one alert a message."""
        letters = (
            DeadLetter(message, error, reason)
            for opened, dead in found
            for message, error in self._alone(opened, dead)
        )
        # One after the other: each holds the whole body of its request.
        self._ports.outbox.bury("enrich", letters)

    def _alone(self, opened: Opened, dead: Mapping[int, str]) -> Iterator[tuple[OutMessage, str]]:
        if not dead:
            return
        alone = msgspec.structs.replace(
            opened.envelope, count=1, archive=False, separated=True, select=()
        )
        sealed = seal_frame(alone, opened.frame, self._ports.blobs)
        for index, error in dead.items():
            yield encode(msgspec.structs.replace(sealed, select=(index,))), error

    def _enriched(
        self,
        tenant: str,
        opened: list[Opened],
        forward: list[Change],
        fresh: dict[str, Mark],
        now_s: float,
        outcome: Outcome,
    ) -> tuple[list[Change], Callable[[], None]]:
        """Return the events with what was found; without those that must not go on so.

        What failed is seen to by what is returned besides, once all else is forwarded.
        """
        early, config = self._early, self._ports.configs.current(tenant)
        if early is None or config is None or config.enrichment is None or not forward:
            return forward, lambda: None
        enriched = early.run(config, forward)
        if not enriched.failed:
            return enriched.changes, lambda: None
        outcome.count("enrichment_failed", len(enriched.failed))
        if not early.fails_closed:
            return enriched.changes, lambda: outcome.warnings.extend(
                early.keep(tenant, enriched, now_s)
            )
        taken = [(each, _taken_out(each, enriched.failed)) for each in opened]
        for change in forward:
            if change.source in enriched.failed:
                # Redriven, it must not pass for a repeat of itself.
                fresh.pop(mark_key(tenant, change.mark_name), None)
        healthy = [each for each in enriched.changes if each.source not in enriched.failed]
        return healthy, lambda: self._separate(taken, _FAILED_CLOSED)

    def _decide(
        self, tenant: str, changes: list[Change], resends: set[str], now_s: float
    ) -> tuple[list[Change], dict[str, Mark]]:
        """Return the events to forward, in order, and the marks to write for them."""
        marks: dict[str, Mark] = {}
        unsure: dict[str, None] = {}
        keyed = [(mark_key(tenant, change.mark_name), change) for change in changes]
        for key, change in keyed:
            is_proof = may_trust_memory(change, change.source in resends)
            known = self._recent.get(key) if is_proof else None
            if known is not None and is_repeat(known, change):
                marks[key] = known
            else:
                unsure[key] = None
        if unsure:
            marks.update(self._ports.fingerprints.read(list(unsure), now_s))
        forward: list[Change] = []
        fresh: dict[str, Mark] = {}
        for key, change in keyed:
            if not is_repeat(marks.get(key), change):
                forward.append(change)
                if not is_older(change, marks.get(key)):
                    marks[key] = fresh[key] = mark_of(tenant, change, minds_texts=self._minds_texts)
            elif self._heard is not None:
                self._heard.note(tenant, change)
        return forward, fresh

    def _forward(self, tenant: str, forward: list[Change], name: str, trace: str) -> None:
        urgent = [change for change in forward if change.alert.is_urgent]
        normal = [change for change in forward if not change.alert.is_urgent]
        piles: tuple[tuple[Queue, list[Change], str], ...] = (
            ("evaluate-urgent", urgent, "u"),
            ("evaluate", normal, "n"),
        )
        for queue, chosen, suffix in piles:
            if chosen:
                messages = pack_changes(
                    tenant, chosen, f"{name}.{suffix}", trace, self._ports.blobs
                )
                self._ports.outbox.send(queue, list(messages))


def _name(opened: list[Opened]) -> str:
    """Name the work of one invocation by what it holds, so that a repeat overwrites itself."""
    digest = blake2b(digest_size=12)
    for part in sorted(each.envelope.part for each in opened):
        digest.update(part.encode())
        digest.update(b"\0")
    return digest.hexdigest()


def _archived(tenant: str, opened: Opened) -> bytes:
    envelope = opened.envelope
    entry = Entry(
        request=envelope.id,
        tenant=tenant,
        provider=envelope.provider,
        config_version=envelope.config_version,
        at_s=envelope.at_s,
        frame_bytes=len(opened.frame),
    )
    return pack(entry, opened.frame)


def _in_order(opened: list[Opened]) -> tuple[list[Change], set[str]]:
    changes = [change for each in opened for change in each.changes.values()]
    changes.sort(key=lambda change: change.order)
    resends = {c.source for each in opened if each.resends for c in each.changes.values()}
    return changes, resends


def _record(opened: list[Opened], forwarded: set[str]) -> None:
    for each in opened:
        for index, change in each.changes.items():
            if change.source in forwarded:
                each.forwarded[index] = change.fingerprint
                continue
            count = each.duplicates.get(change.fingerprint, 0)
            each.duplicates[change.fingerprint] = count + 1
            if each.envelope.separated:
                each.repeated.append(index)


def _taken_out(opened: Opened, failed: Container[str]) -> dict[int, str]:
    """Move what failed from an envelope's events to what is dead of it; return that."""
    dead = {
        index: "EnrichmentFailed"
        for index, change in opened.changes.items()
        if change.source in failed
    }
    for index in dead:
        del opened.changes[index]
    opened.dead.update(dead)
    return dead


def _envelope_record(opened: Opened) -> EnvelopeRecord:
    envelope = opened.envelope
    count = len(opened.changes) + len(opened.dead)
    return EnvelopeRecord(
        request=envelope.id,
        envelope=envelope.part,
        accepted=0 if envelope.separated else count,
        provider=envelope.provider,
        at_s=envelope.at_s,
        forwarded=opened.forwarded,
        duplicates=opened.duplicates,
        dead=opened.dead,
        repeated=tuple(opened.repeated),
    )
