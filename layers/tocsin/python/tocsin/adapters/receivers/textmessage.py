"""A message as plain text, for channels that know nothing else."""

from collections.abc import Iterator
from datetime import UTC, datetime

from tocsin.adapters.receivers.message import Message, Shown
from tocsin.domain.plaintext import cut, one_line

_SUMMARY_LIMIT = 1000
_LINE_LIMIT = 500


def text_of(message: Message, limit: int) -> str:
    """Return a message without its title, in at most `limit` characters.

    What finds no room is counted, and the link to all of it, if there is one, comes last.
    """
    blocks = ["\n".join(_lines(each)) for each in message.shown]
    fitting: list[str] = []
    for block in blocks:
        left = message.more + len(blocks) - len(fitting) - 1
        if len(_joined([*fitting, block], left, message.url)) > limit:
            break
        fitting.append(block)
    left = message.more + len(blocks) - len(fitting)
    if fitting or not blocks:
        return cut(_joined(fitting, left, message.url), limit)
    end = _joined([], left - 1, message.url)
    room = limit - len(end) - 2
    return cut(_joined([cut(blocks[0], max(room, 1))], left - 1, message.url), limit)


def _joined(blocks: list[str], left: int, url: str) -> str:
    end = [f"and {left} more"] if left else []
    return "\n\n".join([*blocks, *end, *([url] if url else [])])


def _lines(shown: Shown) -> Iterator[str]:
    yield one_line(f"{shown.name}: {shown.severity}, {shown.status}{_when(shown)}")
    if shown.summary:
        yield cut(shown.summary, _SUMMARY_LIMIT)
    labels = ", ".join(f"{name}={value}" for name, value in (*shown.labels, *shown.other_labels))
    if labels:
        yield cut(one_line(labels), _LINE_LIMIT)
    for about, url in (("runbook", shown.runbook), ("source", shown.source)):
        if url and len(url) <= _LINE_LIMIT:
            yield f"{about}: {one_line(url)}"
    for line in shown.found:
        about = f"{line.about}: " if line.about else ""
        link = f" {one_line(line.url)}" if line.url and len(line.url) <= _LINE_LIMIT else ""
        yield cut(one_line(about + line.text), _LINE_LIMIT) + link


def _when(shown: Shown) -> str:
    """Say since when it fires, or until when it did."""
    said = "since" if shown.until_s is None else "until"
    at_s = shown.since_s if shown.until_s is None else shown.until_s
    if at_s is None:
        return ""
    try:
        return f" {said} {datetime.fromtimestamp(at_s, UTC):%Y-%m-%d %H:%M} UTC"
    # A time that no calendar has is no reason to tell nothing.
    except (ValueError, OverflowError):
        return ""
