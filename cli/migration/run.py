"""Going through the tables of a stack page by page, to count or to rewrite."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from cli.migration.checkpoints import PARTITION, Checkpoint, Checkpoints
from cli.migration.patience import Pause, patiently
from cli.migration.tally import Tally
from tocsin.adapters.aws import translated
from tocsin.adapters.dynamodb.attributes import Item
from tocsin.adapters.dynamodb.formats import Kind, current, version_of
from tocsin.adapters.dynamodb.renewal import State, held_until_s, renew
from tocsin.domain.errors import Conflict
from tocsin.ports import Clock

Fate = State | Literal["expired"]

PAGE_ITEMS = 500

_KEY = ("pk", "sk")
# How often an item is looked at whose worker is not done, or that changes under the hand.
_TRIES = 4
# A lease is 45 s long.
_LEASE_LIMIT_S = 60.0


class Watcher:
    """Is told how a migration goes on; this one is not interested."""

    def begin(self, kind: Kind, items: int, done: int) -> None:
        """Say that a table is begun, of about so many items, of which some are done already."""

    def advance(self, kind: Kind, items: int) -> None:
        """Say that so many items more are done."""


class Migration:
    """The tables of one stack.

    `pause` waits so many seconds: for the service, and for leases of older releases.
    """

    def __init__(
        self,
        client: Any,
        tables: Mapping[Kind, str],
        clock: Clock,
        pause: Pause,
        page_items: int = PAGE_ITEMS,
    ) -> None:
        self._client = client
        self._tables = tables
        self._clock = clock
        self._pause = pause
        self._page_items = page_items
        self._checkpoints = Checkpoints(client, tables["control"], pause)

    def survey(self, watcher: Watcher) -> Iterator[Tally]:
        """Count what is stored, table by table, and change nothing."""
        for kind, table in self._tables.items():
            tally = Tally(kind, current(kind))
            watcher.begin(kind, self._about(table), 0)
            for items, _ in self._pages(table, None):
                for stored in items:
                    tally.see(version_of(stored))
                    if version_of(stored) < tally.current:
                        is_expired = self._is_expired(stored)
                        tally.expired += is_expired
                        tally.changed += not is_expired
                watcher.advance(kind, len(items))
            yield tally

    def apply(self, watcher: Watcher, *, restarts: bool) -> Iterator[Tally]:
        """Rewrite what has an older format, table by table; goes on where it was interrupted.

        Raises NewerFormat at the first item that a newer release stored.
        """
        if restarts:
            self.forget()
        for kind, table in self._tables.items():
            yield self._apply(kind, table, watcher)
        self.forget()

    def forget(self) -> None:
        """Delete all checkpoints."""
        for kind in self._tables:
            self._checkpoints.delete(kind)

    def _apply(self, kind: Kind, table: str, watcher: Watcher) -> Tally:
        found = self._checkpoints.load(kind)
        tally = Tally(kind, current(kind)) if found is None else found.tally
        watcher.begin(kind, self._about(table), tally.items)
        if found is not None and found.after is None:
            return tally
        for items, after in self._pages(table, None if found is None else found.after):
            for stored in items:
                tally.see(version_of(stored))
                self._renew(kind, table, stored, tally)
            self._checkpoints.save(kind, Checkpoint(tally, after))
            watcher.advance(kind, len(items))
        return tally

    def _renew(self, kind: Kind, table: str, stored: Item, tally: Tally) -> None:
        """Rewrite one item; look at it again where somebody else is at it."""
        seen: Item | None = stored
        for attempt in range(_TRIES):
            if attempt:
                seen = self._read(table, stored)
            if seen is None:
                tally.overtaken += 1
                return
            state = self._try(kind, table, seen)
            if state == "held":
                self._wait_for_lease(seen)
            elif state is not None:
                tally.changed += state == "renewed"
                tally.expired += state == "expired"
                tally.overtaken += bool(attempt) and state == "current"
                return
        tally.busy += 1

    def _try(self, kind: Kind, table: str, stored: Item) -> Fate | None:
        """Return what became of an item; None if it changed meanwhile."""
        if version_of(stored) < current(kind) and self._is_expired(stored):
            return "expired"

        def change() -> State:
            return renew(self._client, table, kind, stored, self._clock())

        try:
            return patiently(change, self._pause)
        except Conflict:
            return None

    def _wait_for_lease(self, stored: Item) -> None:
        left_s = held_until_s(stored) - self._clock()
        self._pause(min(max(left_s, 0.0), _LEASE_LIMIT_S) + 0.5)

    def _is_expired(self, stored: Item) -> bool:
        expires = stored.get("expires_at_s")
        return expires is not None and float(expires["N"]) <= self._clock()

    def _read(self, table: str, stored: Item) -> Item | None:
        key = {name: stored[name] for name in _KEY if name in stored}
        answer = self._call("get_item", TableName=table, Key=key, ConsistentRead=True)
        found: Item | None = answer.get("Item")
        return found

    def _pages(self, table: str, after: Item | None) -> Iterator[tuple[list[Item], Item | None]]:
        """Yield pages of items, each with the key after which the next begins."""
        parameters = {"TableName": table, "Limit": self._page_items, "ConsistentRead": True}
        while True:
            start = {} if after is None else {"ExclusiveStartKey": after}
            answer = self._call("scan", **parameters, **start)
            after = answer.get("LastEvaluatedKey")
            yield [each for each in answer["Items"] if each["pk"]["S"] != PARTITION], after
            if after is None:
                return

    def _about(self, table: str) -> int:
        answer = self._call("describe_table", TableName=table)
        return int(answer["Table"].get("ItemCount", 0))

    def _call(self, operation: str, **parameters: Any) -> Any:
        def call() -> Any:
            with translated("dynamodb"):
                return getattr(self._client, operation)(**parameters)

        return patiently(call, self._pause)
