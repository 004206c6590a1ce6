"""The balance sheet, as a table."""

from collections.abc import Iterable

from rich.table import Table

from cli.demo.overview import Overview
from tocsin.domain.rule import OWN

_COLUMNS = ("accepted", "delivered", "duplicate", "suppressed", "dead", "pending")


def balance_sheet(overviews: Iterable[Overview]) -> Table:
    """Lay out a row a tenant: accepted = delivered + duplicate + suppressed + dead-lettered."""
    table = Table(
        padding=(0, 1, 0, 0), title="accepted = delivered + duplicate + suppressed + dead-lettered"
    )
    table.add_column("tenant", no_wrap=True)
    for column in _COLUMNS:
        table.add_column(column, justify="right")
    table.add_column("balances")
    for overview in overviews:
        table.add_row(
            overview.tenant,
            str(overview.accepted),
            str(overview.delivered),
            str(overview.duplicate),
            str(sum(overview.suppressed.values())),
            str(overview.dead_lettered),
            str(overview.pending),
            _verdict(overview),
        )
        made = overview.providers.get(OWN)
        if made is not None:
            table.add_row("", f"{made.accepted} by rules", "", "", "", "", "", "")
        for reason, count in sorted(overview.suppressed.items()):
            table.add_row("", "", "", "", f"{count} {reason}", "", "", "")
    return table


def _verdict(overview: Overview) -> str:
    """Say whether all is accounted for: what is still on its way is no error in the books."""
    if overview.is_settled:
        return "yes"
    ended = overview.delivered + overview.duplicate + overview.dead_lettered
    known = ended + overview.pending + sum(overview.suppressed.values())
    return "not yet" if known == overview.accepted else "NO"
