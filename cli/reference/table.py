"""Tables in Markdown."""

from collections.abc import Iterable

Row = tuple[str, ...]


def table(head: Row, rows: Iterable[Row]) -> str:
    """Write a table, its last line ended."""
    return "".join(_line(row) for row in (head, ("---",) * len(head), *rows))


def _line(row: Row) -> str:
    cells = (cell.replace("|", "\\|") for cell in row)
    return f"| {' | '.join(cells)} |\n"
