"""What tests of the migration need: tables without formats, and a service that interferes."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from moto import mock_aws

from cli.migration.run import Migration, Watcher
from tests.integration.formats import items, tables
from tests.integration.resources import make_resources
from tocsin.adapters import aws
from tocsin.adapters.dynamodb.formats import STEPS, current

NOW_S = 1_763_790_000.0
PAGE_ITEMS = 50
COUNTS = {
    "fingerprints": 230, "groups": 120, "journal": 60, "rules": 20, "metrics": 30, "enrichment": 10,
    "control": 70,
}  # fmt: skip

CURRENT = {str(current(kind)) for kind in STEPS}


class Died(BaseException):
    """The process is gone."""


class Client:
    """DynamoDB, with something that happens before or after a call."""

    def __init__(self) -> None:
        self.inner = aws.client("dynamodb")
        self.calls: list[str] = []
        self.before: Any = None
        self.after: Any = None

    def __getattr__(self, name: str) -> Any:
        def call(**parameters: Any) -> Any:
            self.calls.append(name)
            if self.before:
                self.before(name, parameters)
            answer = getattr(self.inner, name)(**parameters)
            if self.after:
                self.after(name, parameters)
            return answer

        return call


class Stack:
    """Tables full of items without a format, and a migration of them."""

    def __init__(self) -> None:
        self.tables = tables(make_resources(aws.client))
        self.client = Client()
        self.pauses: list[float] = []
        self.now_s = NOW_S

    def fill(self, counts: dict[str, int]) -> None:
        for kind, count in counts.items():
            for index in range(count):
                self.put(kind, self.item(kind, index))

    def clear(self) -> None:
        """Empty the tables, and forget what happened."""
        for table in self.tables.values():
            for item in items(table):
                key = {name: item[name] for name in ("pk", "sk") if name in item}
                self.client.inner.delete_item(TableName=table, Key=key)
        self.client = Client()

    def item(self, kind: str, index: int, **more: Any) -> dict[str, Any]:
        values: dict[str, Any] = {"pk": {"S": f"acme#{index}"}, "data": {"B": bytes([index % 256])}}
        if kind in ("journal", "rules", "metrics", "enrichment", "control"):
            values["sk"] = {"S": f"{index % 3}"}
        if kind == "groups":
            values["version"] = {"N": "7"}
        return {**values, **more}

    def put(self, kind: str, item: dict[str, Any]) -> None:
        self.client.inner.put_item(TableName=self.tables[kind], Item=item)

    def migration(self, page_items: int = PAGE_ITEMS) -> Migration:
        return Migration(self.client, self.tables, self.clock, self.pause, page_items)

    def clock(self) -> float:
        return self.now_s

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now_s += seconds

    def survey(self) -> dict[str, Any]:
        return {tally.kind: tally for tally in self.migration().survey(Watcher())}

    def apply(self, *, restarts: bool = False, page_items: int = PAGE_ITEMS) -> dict[str, Any]:
        done = self.migration(page_items).apply(Watcher(), restarts=restarts)
        return {tally.kind: tally for tally in done}

    def stored(self) -> dict[str, Any]:
        return {
            kind: sorted(items(table), key=lambda item: item["pk"]["S"])
            for kind, table in self.tables.items()
        }

    def formats(self) -> set[str]:
        return {
            item.get("v", {"N": "0"})["N"] for every in self.stored().values() for item in every
        }


@contextmanager
def fresh_stack() -> Iterator[Stack]:
    """Make the tables of one test."""
    with mock_aws():
        aws.client.cache_clear()
        yield Stack()
    aws.client.cache_clear()


def upgraded(item: dict[str, Any], version: int = 1) -> dict[str, Any]:
    """Return an item as a migration should leave it."""
    return {**item, "v": {"N": str(version)}}
