"""One alert and its story, laid out for people. What senders and people wrote is only text."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

_WAITS = {
    "retry": "a retry",
    "receiver": "the receiver, which is left alone",
    "pace": "its turn",
    "digest": "the digest",
}
_STYLES = {
    "firing": "bold red",
    "acknowledged": "bold yellow",
    "snoozed": "bold yellow",
    "silenced": "yellow",
    "inhibited": "yellow",
    "resolved": "bold green",
    "delivered": "green",
    "dead-lettered": "red",
    "failed": "red",
}
# How far the story says each thing, in the words of the glossary.
_WHAT = {
    "acknowledge": "acknowledged",
    "unacknowledge": "given back",
    "assign": "assigned",
    "comment": "comment",
    "snooze": "snoozed",
    "resolve": "resolved by hand",
    "new": "fires",
    "reopened": "fires again",
    "repeat": "merged",
    "stale": "too old, or put to rest",
    "escalation-deferred": "step put off",
    "escalation-stopped": "escalation stopped",
    "escalation-resumed": "escalation goes on",
}


def laid_out(found: Mapping[str, Any]) -> RenderableType:
    """Return an alert with its receivers and its timeline."""
    alert, timeline = found["alert"], found["timeline"]
    return Group(
        headline(alert), *_facts(alert), Text(), _receivers(alert), Text(), *_story(timeline)
    )


def headline(alert: Mapping[str, Any]) -> Text:
    """Return an alert in one line: its state, severity, name and who has it."""
    state = alert["state"]
    line = Text(state, style=_STYLES.get(state, "bold"))
    line = Text.assemble(
        line, f"  {alert['severity']}  ", (plain(alert["name"]) or alert["fingerprint"], "bold")
    )
    for word in _hands(alert):
        line.append(f"  {word}")
    return line


def _hands(alert: Mapping[str, Any]) -> Iterator[str]:
    handling = alert["handling"]
    if alert["assignee"]:
        yield f"assigned to {plain(alert['assignee'])}"
    if alert["state"] == "resolved":
        if handling["resolved_by"]:
            yield f"resolved by {plain(handling['resolved_by'])}"
        return
    if handling["acknowledged_by"]:
        yield f"acknowledged by {plain(handling['acknowledged_by'])}"
    if alert["state"] == "snoozed":
        until = at(handling["snoozed_until"])
        yield f"snoozed by {plain(handling['snoozed_by'])} until {until}"


def _facts(alert: Mapping[str, Any]) -> Iterator[Text]:
    for name, value in sorted(alert["labels"].items()):
        yield _fact(name, value)
    for name, value in sorted(alert["annotations"].items()):
        yield _fact(name, value)
    ends = f", until {at(alert['ends_at'])}" if alert["ends_at"] else ""
    yield _fact("since", f"{at(alert['starts_at'])}{ends}")
    yield _fact("provider", " ".join(filter(None, (alert["provider"], alert["url"]))))
    names = filter(None, (alert["fingerprint"], alert["alertmanager_fingerprint"]))
    yield _fact("fingerprint", "  ".join(names))
    if alert["silenced_by"]:
        yield _fact("silenced by", ", ".join(alert["silenced_by"]))
    if alert["inhibited_by"]:
        yield _fact("inhibited by", alert["inhibited_by"])


def _fact(name: str, value: str) -> Text:
    return Text.assemble((f"  {plain(name)}: ", "dim"), plain(value))


def _receivers(alert: Mapping[str, Any]) -> Table:
    table = _table("receiver", "group", "was told", "at", "muted by", "waits for")
    for group in alert["groups"]:
        told = group["told"]
        said = f"{told['step']}, {told['outcome']}" if told else "nothing yet"
        table.add_row(
            Text(plain(group["receiver"])),
            Text(plain(group["key"])),
            Text(said),
            Text(at(told["at"]) if told else ""),
            Text(plain("; ".join(group["muted"]))),
            Text(_waiting(group.get("waiting"))),
        )
    return table


def _waiting(waiting: Mapping[str, Any] | None) -> str:
    """Return what is waited for; "" also of an API of an earlier release, which does not say."""
    if waiting is None:
        return ""
    until = f" until {at(waiting['until'])}" if waiting["until"] else ""
    return f"{_WAITS.get(waiting['for'], waiting['for'])}{until}"


def _story(timeline: Mapping[str, Any]) -> Iterator[RenderableType]:
    if timeline["is_cut"]:
        yield Text(f"since {at(timeline['from'])}; what was before is not shown", style="dim")
    table = _table("at", "what", "who", "")
    for entry in timeline["entries"]:
        what = entry["what"]
        told = f" {entry['step']}" if entry.get("step") else ""
        table.add_row(
            Text(at(entry["at"])),
            Text(f"{_WHAT.get(what, what)}{told}", style=_STYLES.get(what, "")),
            Text(plain(_who(entry))),
            Text("  ".join(_details(entry))),
        )
    yield table


def _who(entry: Mapping[str, Any]) -> str:
    told = ", ".join(entry.get("escalation", {}).get("receivers", ()))
    names = (entry.get("by"), entry.get("receiver"), entry.get("provider"), told)
    return next((name for name in names if name), "")


def _escalation(found: Mapping[str, Any]) -> Iterator[str]:
    again = f", round {found['round'] + 1}" if found["round"] else ""
    yield f"{plain(found['policy'])}, step {found['step']}{again}"
    if found["people"]:
        yield f"on call: {plain(', '.join(found['people']))}"


def _details(entry: Mapping[str, Any]) -> Iterator[str]:
    if "assignee" in entry:
        yield f"to {plain(entry['assignee']) or 'nobody'}"
    if "until" in entry:
        yield f"until {at(entry['until'])}"
    if "escalation" in entry:
        yield from _escalation(entry["escalation"])
    if "count" in entry:
        yield (
            f"{entry['count']} times, last {at(entry['last_at'])}"
            if "last_at" in entry
            else (f"{entry['count']} times")
        )
    if entry.get("attempt", 0) > 1 or entry["what"] == "failed":
        yield f"attempt {entry.get('attempt', 1)}"
    for name in ("text", "reason"):
        if entry.get(name):
            yield plain(entry[name])


def _table(*columns: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def at(text: str | None) -> str:
    """Return a time to the second, in UTC."""
    if text is None:
        return "-"
    return datetime.fromisoformat(text).strftime("%Y-%m-%d %H:%M:%SZ")


def plain(text: str) -> str:
    """Return text in one line, without what would move a terminal's cursor."""
    return "".join(char if char.isprintable() else " " for char in text)
