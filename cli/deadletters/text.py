"""Dead letters as lines of text, and as JSON for programs."""

from collections.abc import Iterator, Sequence
from typing import Any

from tocsin.domain.deadletter import Letter, Pile
from tocsin.domain.wire import rfc3339

_UNITS = (("d", 86400), ("h", 3600), ("min", 60))


def letter_line(letter: Letter, now_s: float, summary: str = "") -> str:
    """Return a letter as one line; `summary` names what is in it."""
    held = f"{_held(letter)} ({summary})" if summary else _held(letter)
    cells = (
        rfc3339(letter.sent_at_s),
        letter.queue,
        letter.id,
        letter.tenant or "-",
        letter.error,
        held,
        f"{age(now_s - letter.sent_at_s)} old",
        f"received {letter.receives}x",
        letter.reason,
    )
    return "  ".join(printable(cell) for cell in cells)


def letter_json(letter: Letter) -> dict[str, Any]:
    """Return a letter without its body."""
    return {
        "queue": letter.queue,
        "id": letter.id,
        "tenant": letter.tenant,
        "error": letter.error,
        "reason": letter.reason,
        "alerts": letter.alerts,
        "groups": letter.groups,
        "sent_at": rfc3339(letter.sent_at_s),
        "receives": letter.receives,
        "message_id": letter.message_id,
    }


def pile_json(pile: Pile) -> dict[str, Any]:
    """Return a pile."""
    return {
        "queue": pile.queue,
        "tenant": pile.tenant,
        "error": pile.error,
        "letters": pile.letters,
        "alerts": pile.alerts,
        "groups": pile.groups,
        "oldest_sent_at": rfc3339(pile.oldest_sent_at_s),
    }


def pile_lines(piles: Sequence[Pile], now_s: float) -> Iterator[str]:
    """Yield a line a pile, under a heading, in columns."""
    rows = [("queue", "tenant", "error", "letters", "alerts or groups", "oldest")]
    rows += [
        (
            pile.queue,
            printable(pile.tenant) or "-",
            printable(pile.error),
            str(pile.letters),
            _held(pile),
            age(now_s - pile.oldest_sent_at_s),
        )
        for pile in piles
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()


def age(seconds: float) -> str:
    """Return a duration in its largest unit."""
    for unit, length_s in _UNITS:
        if seconds >= length_s:
            return f"{int(seconds // length_s)} {unit}"
    return f"{max(0, int(seconds))} s"


def counted(count: int, noun: str) -> str:
    """Return a count with its noun."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _held(what: Letter | Pile) -> str:
    counts = ((what.alerts, "alert"), (what.groups, "group"))
    return ", ".join(counted(count, noun) for count, noun in counts if count) or "-"


def printable(text: str) -> str:
    # What a stranger wrote must not steer the terminal.
    return "".join(char if char.isprintable() else " " for char in text)
