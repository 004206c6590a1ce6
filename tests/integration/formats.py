"""What tests of stored formats need: later formats, and a look behind the adapters."""

from collections.abc import Iterator, Mapping
from typing import Any

from tests.integration.resources import Resources
from tocsin.adapters import aws
from tocsin.adapters.dynamodb.attributes import Item
from tocsin.adapters.dynamodb.formats import STEPS, Kind

VARIABLES: Mapping[Kind, str] = {
    "fingerprints": "FINGERPRINT_TABLE",
    "groups": "GROUP_TABLE",
    "journal": "JOURNAL_TABLE",
    "control": "CONTROL_TABLE",
    "rules": "RULE_TABLE",
    "metrics": "METRIC_TABLE",
    "enrichment": "ENRICHMENT_TABLE",
}


def tables(resources: Resources) -> dict[Kind, str]:
    """Return the names of the tables."""
    return {kind: resources.environ[variable] for kind, variable in VARIABLES.items()}


def items(table: str) -> list[Item]:
    """Return all items of a table."""
    pages = aws.client("dynamodb").get_paginator("scan").paginate(TableName=table)
    return [each for page in pages for each in page["Items"]]


def set_format(table: str, version: int | None) -> None:
    """Let all items of a table say that they have another format; None: say nothing."""
    for stored in items(table):
        changed = {name: value for name, value in stored.items() if name != "v"}
        if version is not None:
            changed["v"] = {"N": str(version)}
        aws.client("dynamodb").put_item(TableName=table, Item=changed)


def mark(stored: Item) -> Item:
    """Return an item with an attribute that no release writes; a format for tests."""
    return {**stored, "marked": {"BOOL": True}}


def add_format(monkeypatch: Any, *kinds: Kind) -> None:
    """Give tables one format more, as the next release would."""
    for kind in kinds:
        monkeypatch.setitem(STEPS, kind, (*STEPS[kind], mark))


def every_item(resources: Resources) -> Iterator[tuple[Kind, Item]]:
    """Yield all items of all tables."""
    for kind, table in tables(resources).items():
        for stored in items(table):
            yield kind, stored
