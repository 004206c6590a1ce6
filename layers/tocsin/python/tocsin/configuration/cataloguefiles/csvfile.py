"""A service catalogue in a table: CSV with a header row. Source: RFC 4180."""

import csv
from collections.abc import Iterator
from io import StringIO
from typing import Any

from tocsin.configuration.problems import ConfigurationErrors, Location, Problem
from tocsin.configuration.yamltree import Tree
from tocsin.domain.enrichment.catalogue import SERVICES_LIMIT
from tocsin.domain.errors import InvalidInput
from tocsin.domain.matchers import parse_matchers

COLUMNS = (
    "name", "team", "contact", "tier", "description", "aliases", "matchers", "runbook",
    "dashboard",
)  # fmt: skip
# People write both.
_SAME = {"service": "name"}


def read_csv(text: str, filename: str) -> Tree:
    """Read a table; `aliases` have semicolons between them, and `matchers` commas.

    Raises ConfigurationErrors where it is no table, or has a column that means nothing here.
    """
    return _Table(filename).tree(text)


class _Table:
    """One table, while it is read."""

    def __init__(self, filename: str) -> None:
        self._filename = filename
        self._services: list[dict[str, Any]] = []
        self._lines: dict[Location, int] = {(): 1, ("services",): 1}
        self._problems: list[Problem] = []

    def tree(self, text: str) -> Tree:
        rows = csv.reader(StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
        try:
            columns = self._columns(next(rows, []))
            for line, row in _rows(rows):
                self._add(line, columns, row)
                # One too many is enough to say so.
                if len(self._services) > SERVICES_LIMIT:
                    break
        except csv.Error as error:
            raise self._wrong(rows.line_num, f"not CSV: {error}") from error
        value = {"services": self._services}
        return Tree(value, self._lines, tuple(self._problems), frozenset(), {})

    def _columns(self, header: list[str]) -> list[str]:
        names = [name.strip().lower() for name in header]
        columns = [_SAME.get(name, name) for name in names]
        known = f"there are {', '.join(COLUMNS)}"
        for name in columns:
            if name not in COLUMNS:
                raise self._wrong(1, f"there is no column {name!r}; {known}")
            if columns.count(name) > 1:
                raise self._wrong(1, f"the column {name!r} is there twice")
        if "name" not in columns:
            raise self._wrong(1, f"the header lacks the column 'name'; {known}")
        return columns

    def _add(self, line: int, columns: list[str], row: list[str]) -> None:
        if len(row) > len(columns):
            message = f"has {len(row)} values; the header names {len(columns)} columns"
            self._problems.append(Problem(self._filename, line, "", message))
            return
        # A row may leave out what stands last.
        pairs = zip(columns, (value.strip() for value in row), strict=False)
        service: dict[str, Any] = {name: value for name, value in pairs if value}
        if "aliases" in service:
            names = service["aliases"].split(";")
            service["aliases"] = [name for each in names if (name := each.strip())]
        if "matchers" in service:
            service["matchers"] = self._matchers(line, service["matchers"])
        self._lines["services", len(self._services)] = line
        self._services.append(service)

    def _matchers(self, line: int, text: str) -> list[str]:
        try:
            return [str(each) for each in parse_matchers(text)]
        except InvalidInput as error:
            self._problems.append(Problem(self._filename, line, "matchers", error.message))
            return []

    def _wrong(self, line: int, message: str) -> ConfigurationErrors:
        return ConfigurationErrors([Problem(self._filename, line, "", message)])


def _rows(rows: Any) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that are not empty, each with its first line."""
    line = rows.line_num + 1
    for row in rows:
        if any(value.strip() for value in row):
            yield line, row
        line = rows.line_num + 1
