"""What is kept apart, as a table for people and as JSON for programs."""

from collections.abc import Iterable
from typing import Any

from rich.console import Console
from rich.table import Table

from cli.deadletters.text import age, printable
from tocsin.domain.wire import rfc3339
from tocsin.ports import FailedEnrichment

_PIPED_CHARACTERS = 400
_COLUMNS = ("tenant", "alert", "stage", "error", "attempts", "failed", "fingerprint")


def failed_json(tenant: str, kept: FailedEnrichment) -> dict[str, Any]:
    """Return what is kept of one alert, without its texts."""
    change = kept.change
    return {
        "tenant": tenant,
        "alert": change.alert.name,
        "fingerprint": change.fingerprint,
        "severity": change.alert.severity,
        "provider": change.alert.provider,
        "labels": change.alert.labels,
        "stages": [{"stage": each.stage, "error": each.why} for each in kept.failed],
        "attempts": kept.attempts,
        "failed_at": rfc3339(kept.at_s),
    }


def failed_rows(tenant: str, kept: FailedEnrichment, now_s: float) -> list[tuple[str, ...]]:
    """Return a row for each stage that failed of one alert."""
    change = kept.change
    return [
        (
            tenant,
            printable(change.alert.name),
            each.stage,
            printable(each.why),
            str(kept.attempts),
            f"{age(now_s - kept.at_s)} ago",
            change.fingerprint,
        )
        for each in kept.failed
    ]


def print_failed(rows: Iterable[tuple[str, ...]]) -> None:
    """Print rows under their headings."""
    console = Console(highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        # What a program reads has a line a row.
        console.width = _PIPED_CHARACTERS
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for column in _COLUMNS:
        table.add_column(column, overflow="fold", no_wrap=column in ("stage", "fingerprint"))
    for row in rows:
        table.add_row(*row)
    console.print(table)
