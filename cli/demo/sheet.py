"""The balance sheet and what each channel got, as tables."""

from collections import Counter
from collections.abc import Iterable

from rich.table import Table

from cli.demo.channels import STEPS, Channel, steps
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


def channel_sheet(channels: Iterable[Channel]) -> Table:
    """Lay out a row a channel: what came, how it hangs together, what it was checked against."""
    table = Table(padding=(0, 1, 0, 0), title="every message as its vendor documents it, and once")
    table.add_column("channel", no_wrap=True)
    for column in ("what came", "together", "once by", "checked against"):
        table.add_column(column)
    for channel in channels:
        table.add_row(
            channel.shown,
            _came(channel),
            f"{channel.threads} {channel.together}" if channel.together else "each alone",
            channel.once_by,
            channel.checked,
        )
    return table


def _came(channel: Channel) -> str:
    found = Counter(steps(channel.taken))
    counts = [f"{step} {found[step]} times" if found[step] != 1 else step for step in STEPS]
    refused = len(channel.received) - len(channel.taken)
    return ", ".join([*counts, f"{refused} refused"] if refused else counts)


def _verdict(overview: Overview) -> str:
    """Say whether all is accounted for: what is still on its way is no error in the books."""
    if overview.is_settled:
        return "yes"
    ended = overview.delivered + overview.duplicate + overview.dead_lettered
    known = ended + overview.pending + sum(overview.suppressed.values())
    return "not yet" if known == overview.accepted else "NO"
