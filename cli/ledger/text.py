"""Deliveries, laid out for people. What receivers answered is only text."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from cli.onealert.text import at, plain

_STYLES = {
    "delivered": "green",
    "failed": "red",
    "dead-lettered": "bold red",
    "suppressed": "yellow",
    "digested": "cyan",
}


# What is given to other commands, or compared, stays in one line.
_WHOLE = {"at", "notification", "alert"}


def rows(deliveries: Sequence[Mapping[str, Any]]) -> Table:
    """Return a list of tries, as it was given."""
    table = _table("at", "outcome", "receiver", "try", "told", "notification", "")
    for each in deliveries:
        table.add_row(
            Text(at(each["at"])),
            _outcome(each["outcome"]),
            Text(_receiver(each)),
            Text(str(each["attempt"] or "")),
            Text(_counted(each)),
            Text(each["key"] or ""),
            Text("  ".join(_details(each))),
        )
    return table


def laid_out(found: Mapping[str, Any]) -> RenderableType:
    """Return one notification: what it told, how long it took, and each try."""
    notification = found["notification"]
    tries = _table("at", "try", "outcome", "took", "receipt", "")
    for each in found["tries"]:
        tries.add_row(
            Text(at(each["at"])),
            Text(str(each["attempt"] or "")),
            _outcome(each["outcome"]),
            Text(_seconds(each["took_s"])),
            Text(plain(each["receipt"])),
            Text(plain(each["reason"])),
        )
    return Group(
        Text.assemble(_outcome(notification["outcome"]), f"  {notification['key']}"),
        *_facts(found),
        Text(),
        tries,
        Text(),
        _steps(notification),
    )


def _facts(found: Mapping[str, Any]) -> Iterator[Text]:
    notification = found["notification"]
    yield _fact("receiver", _receiver(notification))
    yield _fact("told", _counted(notification))
    if notification["receipt"]:
        yield _fact("the receiver calls it", plain(notification["receipt"]))
    for name in ("accepted", "due"):
        if notification[f"{name}_at"]:
            waited = _seconds(notification[f"{name}_to_attempt_s"])
            text = f"{at(notification[f'{name}_at'])}, {waited} before the first try"
            yield _fact(name, text)
    if found["is_cut"]:
        yield Text(f"since {at(found['from'])}; what was before is not shown", style="dim")


def _steps(notification: Mapping[str, Any]) -> Table:
    table = _table("step", "alert", "")
    for each in notification["steps"]:
        told = "update" if each["is_update"] else each["step"]
        table.add_row(Text(told), Text(each["fingerprint"]), Text(""))
    left = notification["steps_total"] - len(notification["steps"])
    if left > 0:
        table.add_row(Text(""), Text(f"and {left} more"), Text(""))
    return table


def _details(each: Mapping[str, Any]) -> Iterable[str]:
    if each["receipt"]:
        yield plain(each["receipt"])
    if each["reason"]:
        yield plain(each["reason"])


def _receiver(each: Mapping[str, Any]) -> str:
    return plain(each["receiver"]) + (" (digest)" if each["is_digest"] else "")


def _counted(each: Mapping[str, Any]) -> str:
    words = (f"{each[word]} {word}" for word in ("firing", "resolved") if each[word])
    return ", ".join(words)


def _outcome(outcome: str) -> Text:
    return Text(outcome, style=_STYLES.get(outcome, ""))


def _seconds(value: float | None) -> str:
    return "" if value is None else f"{value:.3g} s"


def _fact(name: str, value: str) -> Text:
    return Text.assemble((f"  {name}: ", "dim"), value)


def _table(*columns: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for column in columns:
        table.add_column(column, overflow="fold", no_wrap=column in _WHOLE)
    return table
