"""What a migration found in a table, and what it did there."""

from typing import Any

import msgspec

from tocsin.adapters.dynamodb.formats import Kind


class Tally(msgspec.Struct):
    """Counts of items of one table.

    `changed` would be, in a dry run. `overtaken` were changed by somebody else, or deleted,
    after they were read; `busy` stayed in the hands of a worker of an older release.
    """

    kind: Kind
    current: int
    versions: dict[int, int] = {}
    changed: int = 0
    expired: int = 0
    overtaken: int = 0
    busy: int = 0

    @property
    def items(self) -> int:
        """How many items were looked at."""
        return sum(self.versions.values())

    @property
    def newer(self) -> int:
        """How many of them a newer release stored."""
        return sum(count for version, count in self.versions.items() if version > self.current)

    def see(self, version: int) -> None:
        """Count one item."""
        self.versions[version] = self.versions.get(version, 0) + 1


def tally_json(tally: Tally, *, is_dry: bool) -> dict[str, Any]:
    """Return a tally for programs."""
    return {
        "table": tally.kind,
        "format": tally.current,
        "items": tally.items,
        "by_format": {str(version): tally.versions[version] for version in sorted(tally.versions)},
        "to_change" if is_dry else "changed": tally.changed,
        "expired": tally.expired,
        "overtaken": tally.overtaken,
        "busy": tally.busy,
    }


def tally_line(tally: Tally, *, is_dry: bool) -> str:
    """Return a tally as one line."""
    found = ", ".join(f"{count} of format {at}" for at, count in sorted(tally.versions.items()))
    cells = [f"{tally.kind}: {found or 'no items'}", f"{tally.changed} {_done(is_dry)}"]
    notes = (
        (tally.expired, "expired, left to TTL"),
        (tally.overtaken, "changed or deleted by others meanwhile"),
        (tally.busy, "in use by an older release"),
    )
    cells += [f"{count} {text}" for count, text in notes if count]
    return "; ".join(cells)


def _done(is_dry: bool) -> str:
    return "would change" if is_dry else "changed"
