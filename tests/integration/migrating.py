"""What tests of the migration need: tables without formats, and a service that interferes."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from moto.dynamodb.models import dynamodb_backends

from cli.migration.run import Migration, Watcher
from tests.integration.formats import items, tables
from tests.integration.mocked import mocked
from tests.integration.pristine import ACCOUNT, REGION
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
            made = [{"PutRequest": {"Item": self.item(kind, index)}} for index in range(count)]
            for start in range(0, count, 25):
                request = {self.tables[kind]: made[start : start + 25]}
                self.client.inner.batch_write_item(RequestItems=request)

    def clear(self) -> None:
        """Empty the tables, and forget what happened."""
        for table in self.tables.values():
            dynamodb_backends[ACCOUNT][REGION].tables[table].items.clear()
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
    with mocked():
        yield Stack()


def upgraded(item: dict[str, Any], version: int = 1) -> dict[str, Any]:
    """Return an item as a migration should leave it."""
    return {**item, "v": {"N": str(version)}}
