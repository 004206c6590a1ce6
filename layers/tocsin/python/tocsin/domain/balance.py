"""The books: what became of every accepted alert, added up from the journal."""

from collections import Counter
from collections.abc import Iterable

import msgspec

from tocsin.domain.journal import (
    DeliveryRecord,
    EnvelopeRecord,
    GivenUpRecord,
    Record,
    TransitionRecord,
)

# What one alert's outcome in one group is worth when records disagree: a redelivered
# message may be judged again, and what really happened wins over what was merely planned.
_WEIGHT = {"delivered": 5, "dead": 4, "suppressed": 3, "pending": 2, "duplicate": 1}
# An alert with several groups is as good as its worst one.
_WORST_FIRST = ("pending", "dead", "delivered", "suppressed", "duplicate")


class ProviderBalance(msgspec.Struct, frozen=True, kw_only=True):
    """How many alerts of one provider were accepted, and how many of them said nothing new."""

    accepted: int
    duplicate: int


class Balance(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of accepted alerts; every one is in exactly one of the other counts.

    `providers` are the same alerts by who sent them.
    """

    accepted: int
    delivered: int
    duplicate: int
    suppressed: dict[str, int]
    dead_lettered: int
    pending: int
    providers: dict[str, ProviderBalance] = {}

    @property
    def is_settled(self) -> bool:
        """Whether nothing is under way and everything accepted is accounted for."""
        ended = self.delivered + self.duplicate + self.dead_lettered
        return self.pending == 0 and self.accepted == ended + sum(self.suppressed.values())


class _Request:
    """All parts of one request, whether they came in one message or in several."""

    def __init__(self) -> None:
        # Not known of what only SQS has given up.
        self.provider = ""
        self.accepted: dict[str, int] = {}
        self.forwarded: set[int] = set()
        self.dead: set[int] = set()
        self.repeated: set[int] = set()
        self._given_up: dict[str, GivenUpRecord] = {}

    def note(self, record: EnvelopeRecord) -> None:
        self.provider = record.provider
        known = self.accepted.get(record.envelope, 0)
        self.accepted[record.envelope] = max(known, record.accepted)
        self.forwarded |= record.forwarded.keys()
        self.dead |= record.dead.keys()
        self.repeated.update(record.repeated)

    def give_up(self, record: GivenUpRecord) -> None:
        self._given_up[record.envelope] = record

    def settle(self) -> None:
        """Count as dead what SQS gave up on, unless enrich said what became of it."""
        for part, record in self._given_up.items():
            if part not in self.accepted:
                self.accepted[part] = record.accepted
                self.dead.update(record.given_up)


class _Fates:
    """The outcome of each forwarded alert in each group."""

    def __init__(self) -> None:
        self._by_source: dict[str, dict[str, tuple[str, str]]] = {}
        self._given_up: set[str] = set()

    def note(self, source: str, group: str, outcome: str, reason: str = "") -> None:
        fates = self._by_source.setdefault(source, {})
        known = fates.get(group)
        if known is None or _WEIGHT[outcome] > _WEIGHT[known[0]]:
            fates[group] = (outcome, reason)

    def give_up(self, sources: Iterable[str]) -> None:
        self._given_up.update(sources)

    def sources(self) -> Iterable[tuple[str, int]]:
        """Return the request and the index of every alert that has a fate or was given up."""
        for source in self._by_source.keys() | self._given_up:
            name, _, index = source.rpartition(":")
            if name:
                yield name, int(index)

    def of(self, source: str) -> tuple[str, str]:
        """Return the one outcome of an alert, with its reason."""
        fates = self._by_source.get(source)
        if not fates:
            return ("dead" if source in self._given_up else "pending", "")
        return min(fates.values(), key=lambda fate: _WORST_FIRST.index(fate[0]))


def add_up(records: Iterable[Record]) -> Balance:
    """Add up records in any order; a record that stands there twice counts once."""
    requests: dict[str, _Request] = {}
    fates = _Fates()
    for record in records:
        _note(record, requests, fates)
    for request in requests.values():
        request.settle()
    # Whatever has a fate was forwarded, though its worker may have died before it said so.
    for name, index in fates.sources():
        if name in requests:
            requests[name].forwarded.add(index)
    return _count(requests, fates)


def _note(record: Record, requests: dict[str, _Request], fates: _Fates) -> None:
    if isinstance(record, EnvelopeRecord):
        requests.setdefault(record.request, _Request()).note(record)
    elif isinstance(record, TransitionRecord):
        fates.note(record.source, record.group, *_fate_of(record))
    elif isinstance(record, GivenUpRecord):
        fates.give_up(record.sources)
        if record.request:
            requests.setdefault(record.request, _Request()).give_up(record)
    elif isinstance(record, DeliveryRecord) and record.outcome != "failed":
        fates.note(record.source, record.group, record.outcome, record.reason)


def _fate_of(record: TransitionRecord) -> tuple[str, str]:
    if record.verdict == "repeat":
        return ("duplicate", "")
    if record.verdict == "stale" or record.reason:
        return ("suppressed", record.reason)
    return ("pending", "")


def _count(requests: dict[str, _Request], fates: _Fates) -> Balance:
    counts: Counter[str] = Counter()
    suppressed: Counter[str] = Counter()
    providers: dict[str, Counter[str]] = {}
    for name, request in requests.items():
        own = providers.setdefault(request.provider, Counter())
        known = len(request.forwarded | request.dead | request.repeated)
        accepted = max(sum(request.accepted.values()), known)
        # What was separated once and went on when it came back is not dead any more.
        dead = request.dead - request.forwarded - request.repeated
        own["accepted"] += accepted
        counts["dead"] += len(dead)
        own["duplicate"] += accepted - len(request.forwarded) - len(dead)
        for index in request.forwarded:
            outcome, reason = fates.of(f"{name}:{index}")
            (own if outcome == "duplicate" else counts)[outcome] += 1
            if outcome == "suppressed":
                suppressed[reason] += 1
    return Balance(
        accepted=sum(own["accepted"] for own in providers.values()),
        delivered=counts["delivered"],
        duplicate=sum(own["duplicate"] for own in providers.values()),
        suppressed=dict(suppressed),
        dead_lettered=counts["dead"],
        pending=counts["pending"],
        providers={
            provider: ProviderBalance(accepted=own["accepted"], duplicate=own["duplicate"])
            for provider, own in sorted(providers.items())
            if provider
        },
    )
